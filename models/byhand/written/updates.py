"""The update of a weight written out: what the optimizer remembers, then the new weight.

In torch's form: https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html, …Adam.html, …AdamW.html.
"""

from __future__ import annotations

from typing import Any

from models.byhand.pen import Line, Page, Pen, Place, Text, bracketed, constant, number, weight_symbol
from models.training.optimizers import SGD, Adam, AdamW

Made = tuple[list[Line], str, str]
"""Lines, and the step with names and with numbers."""


def update_lines(page: Page, name: str, place: Place) -> list[Line]:
    """From the gradient of a weight to its new value; nothing for optimizers without a written form."""
    optimizer: Any = page.settings.optimizer
    if name not in page.now.after or name not in page.now.slopes:
        return []
    if isinstance(optimizer, Adam):
        return [] if optimizer.amsgrad else _adam(page, optimizer, name, place)
    return _sgd(page, optimizer, name, place) if isinstance(optimizer, SGD) else []


def _decayed(pen: Pen, decay: float, name: str, place: Place) -> tuple[list[Line], Text]:
    """The gradient with the pull towards zero in it."""
    slope = pen.slope(name, place)
    value = float(pen.now.slopes[name][place])
    if not decay:
        return [], slope
    weight = pen.weight(name, place)
    value += decay * float(pen.now.weights[name][place])
    line = Line("g", f"{slope.names} + λ·{weight.names}", f"{slope.numbers} + {number(decay)}·{weight.numbers}", value)
    return [line], constant(value, "g")


def _remembered(page: Page, name: str, entry: str, place: Place) -> float | None:
    """What the optimizer remembered before this update; None at its first."""
    if not page.index:
        return None
    table = page.walk.passes[page.index - 1].state.get(name, {}).get(entry)
    return None if table is None else float(table[place])


def _sgd(page: Page, optimizer: SGD, name: str, place: Place) -> list[Line]:
    pen = Pen(page)
    lines, g = _decayed(pen, optimizer.weight_decay, name, place)
    step = g
    state = page.now.state.get(name, {}).get("momentum_buffer")
    if state is not None and optimizer.momentum:
        before, now = _remembered(page, name, "momentum_buffer", place), float(state[place])
        momentum, kept = number(optimizer.momentum), number(1 - optimizer.dampening)
        share = (f"(1 − τ)·{g.names}", f"{kept}·{g.numbers}") if optimizer.dampening else g
        names, numbers = g if before is None else (f"μ·V + {share[0]}", f"{momentum}·{bracketed(before)} + {share[1]}")
        lines.append(Line("V", names, numbers, now))
        step = constant(now, "V")
        if optimizer.arguments().get("nesterov"):
            step = Text(f"({g.names} + μ·V)", f"({g.numbers} + {momentum}·{bracketed(now)})")
    return [*lines, _new(pen, name, place, step, pen.weight(name, place))]


def _new(pen: Pen, name: str, place: Place, step: Text, weight: Text) -> Line:
    rate = number(pen.page.walk.rate)
    return Line(
        f"{weight_symbol(name, place)} new",
        f"{weight.names} − η·{step.names}",
        f"{weight.numbers} − {rate}·{step.numbers}",
        float(pen.now.after[name][place]),
        tuple(dict.fromkeys(pen.cells)),
    )


def _adam(page: Page, optimizer: Adam, name: str, place: Place) -> list[Line]:
    pen = Pen(page)
    apart = isinstance(optimizer, AdamW)
    lines, g = _decayed(pen, 0.0 if apart else optimizer.weight_decay, name, place)
    state, count = page.now.state[name], page.index + 1
    hats = []
    for letter, entry, beta, power, sign in (
        ("m", "exp_avg", optimizer.betas_1, "", "β₁"),
        ("v", "exp_avg_sq", optimizer.betas_2, "^2", "β₂"),
    ):
        before, now = _remembered(page, name, entry, place) or 0.0, float(state[entry][place])
        share = number(beta)
        gradient = f"({g.numbers})" if power and not g.numbers.startswith("(") else g.numbers
        names = f"{sign}·{letter} + (1 − {sign})·{f'({g.names})' if power else g.names}{power}"
        lines.append(Line(letter, names, f"{share}·{bracketed(before)} + (1 − {share})·{gradient}{power}", now))
        hat = now / (1 - beta**count)
        hats.append(hat)
        hat_names, hat_numbers = f"{letter}/(1 − {sign}^({count}))", f"{bracketed(now)}/(1 − {share}^({count}))"
        lines.append(Line(f"{letter}̂", hat_names, hat_numbers, hat))
    weight = pen.weight(name, place)
    if apart and optimizer.weight_decay:
        shrunk = f"(1 − {number(page.walk.rate)}·{number(optimizer.weight_decay)})"
        weight = Text(f"{weight.names}·(1 − η·λ)", f"{weight.numbers}·{shrunk}")
    numbers = f"{bracketed(hats[0])}/(√({number(hats[1])}) + {bracketed(optimizer.eps)})"
    return [*lines, _new(pen, name, place, Text("m̂/(√(v̂) + ε)", numbers), weight)]
