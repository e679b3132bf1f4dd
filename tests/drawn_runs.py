"""Real trainings that are drawn: recipes for what shows something and for what does not, made anew for every number."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from documents import Layers, chain
from real_runs import CALM, NORM, RAW, Made, beyond, by, given, images, perceptron, sequence

Make = Callable[[Path], Any]
Draw = np.random.Generator

CLASSES = {"digits": ([1, 8, 8], 10), "wine": ([13], 3), "iris": ([4], 3), "breast_cancer": ([30], 2)}
SETTLING: list[dict[str, Any]] = [
    {"schedule": "CosineAnnealingLR"},
    {"schedule": "PolynomialLR"},
    {"schedule": {"kind": "CosineAnnealingLR", "params": {}}, "warmup": 10},
]
"""Schedules that bring a run to rest."""


class Table(NamedTuple):
    """Rows of numbers and their targets, made for a training alone."""

    x: np.ndarray
    y: np.ndarray


def any_of(draw: Draw, *choices: Any) -> Any:
    return choices[int(draw.integers(len(choices)))]


def log_uniform(draw: Draw, low: float, high: float) -> float:
    return float(f"{np.exp(draw.uniform(np.log(low), np.log(high))):.3g}")


def of(layers: Layers, table: Table, **training: Any) -> Make:
    """The training of layers on a table, which is written when it is made."""

    def make(folder: Path) -> Any:
        path = folder / "table.npz"
        np.savez(path, x=table.x.astype(np.float32), y=table.y)
        return chain(layers, data={"source": "numpy", "path": str(path)}, **training)

    return make


def known(source: str, layers: Layers, **training: Any) -> Make:
    return lambda _: chain(layers, source, **training)


def hidden(draw: Draw, low: int, high: int, depth: int) -> list[int]:
    return [int(draw.integers(low, high + 1)) for _ in range(depth)]


def classifier(draw: Draw, source: str, *widths: int, kind: str = "ReLU", **training: Any) -> Make:
    shape, outputs = CLASSES[source]
    return known(source, perceptron(shape, *widths, outputs=outputs, kind=kind), **training)


def nothing_to_learn(draw: Draw, shares: list[float], features: int, count: int) -> Table:
    return Table(draw.normal(size=(count, features)), draw.choice(len(shares), size=count, p=shares))


def clusters(draw: Draw, classes: int, features: int, count: int, apart: float = 3.0) -> Table:
    y = draw.integers(classes, size=count)
    return Table(draw.normal(size=(count, features)) + apart * np.eye(features)[y], y)


def spirals(draw: Draw, arms: int, count: int) -> Table:
    y, way = draw.integers(arms, size=count), draw.uniform(0.2, 1.0, size=count)
    angle = 2 * np.pi * (y / arms + 0.75 * way)
    return Table(np.stack((way * np.cos(angle), way * np.sin(angle)), 1) * 2 + draw.normal(0, 0.03, (count, 2)), y)


def surface(draw: Draw, features: int, count: int, noise: float, mean: float = 0.0, scale: float = 1.0) -> Table:
    """A number that follows from the rest by a bent surface, up to some noise."""
    x = draw.normal(size=(count, features))
    y = np.sin(x @ draw.normal(size=features)) + x @ draw.normal(size=features) / np.sqrt(features)
    return Table(x, (mean + scale * (y + noise * draw.normal(size=count))).astype(np.float32))


# What shows something: a name, and the training


def broken(draw: Draw) -> tuple[str, Make]:
    width, rate = hidden(draw, 8, 64, int(draw.integers(0, 3))), log_uniform(draw, 20, 300)
    training: dict[str, Any] = {"epochs": 4, **by("SGD", rate)}
    layers = perceptron([10], *width, outputs=1, loss="MSELoss")
    return f"sums of {width} at {rate:g}", known("diabetes", layers, **training)


def rising(draw: Draw) -> tuple[str, Make]:
    if draw.random() < 0.5:
        rate = log_uniform(draw, 0.4, 0.8)
        layers = perceptron([10], outputs=1, loss="MSELoss")
        return f"a line at {rate:g}", known("diabetes", layers, epochs=5, batch_size=400, **by("SGD", rate))
    rate, width = log_uniform(draw, 0.5, 2), int(draw.integers(24, 65))
    training: dict[str, Any] = {"epochs": int(draw.integers(6, 13)), **by("SGD", rate, momentum=0.99)}
    return f"momentum of 0.99 at {rate:g}", classifier(draw, "digits", width, width, kind="Tanh", **training)


def oscillating(draw: Draw) -> tuple[str, Make]:
    rate, epochs = log_uniform(draw, 0.1, 0.3), int(draw.integers(12, 25))
    return f"an RNN at {rate:g}", sequence("RNN", epochs=epochs, **by("Adam", rate))


def guessing(draw: Draw) -> tuple[str, Make]:
    depth = int(draw.integers(7, 12))
    widths, rate = hidden(draw, 16, 40, depth), log_uniform(draw, 0.001, 0.05)
    training: dict[str, Any] = {"epochs": int(draw.integers(5, 9)), **by("SGD", rate)}
    # Of classes of unequal size even one that has learned nothing but their shares costs less than ln K.
    source = any_of(draw, "digits", "iris")
    return f"{depth} sigmoid layers on {source}", classifier(draw, source, *widths, kind="Sigmoid", **training)


def creeping(draw: Draw) -> tuple[str, Make]:
    source, rate = any_of(draw, *CLASSES), log_uniform(draw, 1e-6, 1e-5)
    widths, kind = hidden(draw, 8, 64, int(draw.integers(1, 3))), any_of(draw, "Adam", "SGD")
    training: dict[str, Any] = {"epochs": int(draw.integers(5, 13)), **by(kind, rate)}
    return f"{kind} at {rate:g} on {source}", classifier(draw, source, *widths, **training)


def vanishing(draw: Draw) -> tuple[str, Make]:
    depth, kind = int(draw.integers(8, 13)), any_of(draw, "Sigmoid", "Softsign")
    layers = perceptron([10], *hidden(draw, 20, 48, depth), outputs=1, kind=kind, loss="MSELoss")
    training: dict[str, Any] = {"epochs": int(draw.integers(10, 21)), **by("Adam", log_uniform(draw, 0.003, 0.01))}
    return f"{depth} layers of {kind}", known("diabetes", layers, **training)


def exploding(draw: Draw) -> tuple[str, Make]:
    rate = log_uniform(draw, 1e-5, 2e-4)
    training: dict[str, Any] = {"epochs": 3, **by("SGD", rate)}
    if draw.random() < 0.5:
        depth, width = int(draw.integers(38, 56)), int(draw.integers(20, 33))
        layers = perceptron([1, 8, 8], *[width] * depth, outputs=10, between=NORM)
        return f"{depth} normalized layers of {width}", known("digits", layers, **training)
    depth, width = int(draw.integers(18, 27)), int(draw.integers(28, 49))
    shapes = {"fc1": (width, 64)} | {f"fc{place}": (width, width) for place in range(2, depth + 1)}
    plain = classifier(draw, "digits", *[width] * depth, kind="Tanh", **training)
    return f"large numbers in {depth} tanh layers of {width}", given(shapes, plain, beyond)


def silent_units(draw: Draw) -> tuple[str, Make]:
    kind, widths = any_of(draw, "Adam", "RMSprop"), hidden(draw, 48, 128, int(draw.integers(1, 3)))
    rate = log_uniform(draw, 0.1, 0.25) if kind == "Adam" else log_uniform(draw, 0.05, 0.1)
    training: dict[str, Any] = {"epochs": int(draw.integers(8, 13)), **by(kind, rate)}
    return f"{kind} at {rate:g}, {widths}", classifier(draw, "digits", *widths, **training)


def saturated(draw: Draw) -> tuple[str, Make]:
    widths, epochs = hidden(draw, 24, 64, int(draw.integers(1, 3))), int(draw.integers(6, 10))
    if draw.random() < 0.5:
        rate = log_uniform(draw, 0.5, 1.5)
        training: dict[str, Any] = {"epochs": epochs, "data": RAW, **by("SGD", rate)}
        return f"tanh at raw pixels at {rate:g}, {widths}", classifier(draw, "digits", *widths, kind="Tanh", **training)
    rate = log_uniform(draw, 0.2, 0.5)
    training = {"epochs": epochs, **by("Adam", rate)}
    return f"tanh by Adam at {rate:g}, {widths}", classifier(draw, "digits", *widths, kind="Tanh", **training)


def overfitting(draw: Draw) -> tuple[str, Make]:
    widths = hidden(draw, 64, 160, int(draw.integers(1, 4)))
    training: dict[str, Any] = {"epochs": int(draw.integers(40, 81)), **by("Adam", log_uniform(draw, 0.003, 0.01))}
    if draw.random() < 0.4:
        layers = perceptron([10], *widths, outputs=1, loss="MSELoss")
        return f"{widths} on diabetes", known("diabetes", layers, **training)
    classes, features = int(draw.integers(2, 6)), int(draw.integers(5, 13))
    table = nothing_to_learn(draw, [1 / classes] * classes, features, int(draw.integers(300, 700)))
    return f"{widths} on noise", of(perceptron([features], *widths, outputs=classes), table, **training)


def memorized(draw: Draw) -> tuple[str, Make]:
    widths, share = hidden(draw, 64, 160, int(draw.integers(1, 3))), round(float(draw.uniform(0.05, 0.1)), 3)
    steps = by("Adam", log_uniform(draw, 0.002, 0.005))
    training: dict[str, Any] = {"epochs": int(draw.integers(30, 61)), **steps, **CALM}
    layers = perceptron([1, 8, 8], *widths, outputs=10)
    return f"{widths} on {share:.1%} of digits", lambda _: chain(
        layers, data={"source": "digits", "training_share": share}, **training
    )


def underfitting(draw: Draw) -> tuple[str, Make]:
    training: dict[str, Any] = {"epochs": int(draw.integers(40, 61)), **by("Adam", log_uniform(draw, 0.01, 0.03))}
    if draw.random() < 0.4:
        arms = int(draw.integers(2, 5))
        layers = perceptron([2], outputs=arms)
        return f"a line through {arms} spirals", of(layers, spirals(draw, arms, 800), **training)
    kind = any_of(draw, "Tanh", "Sigmoid", "ELU")
    return f"two of {kind} for ten digits", classifier(draw, "digits", 2, kind=kind, **training)


def unfinished(draw: Draw) -> tuple[str, Make]:
    rate, epochs = log_uniform(draw, 5e-4, 1.5e-3), int(draw.integers(3, 6))
    if draw.random() < 0.4:
        return f"{epochs} epochs of images", images(int(draw.integers(1, 3)), epochs=epochs, **by("Adam", rate))
    widths = hidden(draw, 24, 64, int(draw.integers(1, 3)))
    return f"{epochs} epochs of {widths}", classifier(draw, "digits", *widths, epochs=epochs, **by("Adam", rate))


def easier_validation(draw: Draw) -> tuple[str, Make]:
    drop = float(f"{draw.uniform(0.75, 0.88):.2g}")
    training = {"epochs": int(draw.integers(12, 19)), **by("Adam", 0.003), **any_of(draw, *SETTLING[:2])}
    return f"dropout of {drop:g}", images(int(draw.integers(1, 3)), drop, **training)


def noisy_batch(draw: Draw) -> tuple[str, Make]:
    batch, epochs = int(draw.integers(1, 4)), int(draw.integers(10, 17))
    width, rate = int(draw.integers(12, 33)), log_uniform(draw, 0.03, 0.08)
    training: dict[str, Any] = {"epochs": epochs, "batch_size": batch, **by("Adam", rate)}
    return f"{batch} a step at {rate:g}", classifier(draw, "digits", width, kind="Tanh", **training)


def large_batch(draw: Draw) -> tuple[str, Make]:
    batch, width = int(draw.integers(500, 1438)), int(draw.integers(16, 65))
    training: dict[str, Any] = {"epochs": int(draw.integers(8, 16)), "batch_size": batch, **by("Adam", 0.0015)}
    return f"batches of {batch}", classifier(draw, "digits", width, **training)


def one_class(draw: Draw) -> tuple[str, Make]:
    depth, features = int(draw.integers(6, 9)), int(draw.integers(5, 10))
    shares = any_of(draw, [0.55, 0.3, 0.15], [0.5, 0.3, 0.2], [0.45, 0.25, 0.2, 0.1])
    table = nothing_to_learn(draw, shares, features, int(draw.integers(400, 800)))
    layers = perceptron([features], *hidden(draw, 12, 24, depth), outputs=len(shares), kind="Sigmoid")
    rule = any_of(draw, by("Adam", 0.001), by("SGD", log_uniform(draw, 1, 3)))
    return f"{depth} sigmoid layers of shares {shares}", of(layers, table, epochs=int(draw.integers(8, 13)), **rule)


def majority(draw: Draw) -> tuple[str, Make]:
    rare, features = float(f"{draw.uniform(0.03, 0.14):.2g}"), int(draw.integers(4, 12))
    table = nothing_to_learn(draw, [1 - rare, rare], features, int(draw.integers(500, 900)))
    layers = perceptron([features], *hidden(draw, 8, 32, 1), outputs=2)
    return f"{rare:.0%} of the other class", of(layers, table, epochs=int(draw.integers(8, 15)), **by("Adam", 0.003))


def unscaled_targets(draw: Draw) -> tuple[str, Make]:
    mean, scale = any_of(draw, (400.0, 30.0), (1500.0, 100.0), (0.0, 2000.0), (60.0, 2.0))
    features = int(draw.integers(3, 12))
    layers = perceptron([features], *hidden(draw, 16, 48, int(draw.integers(1, 3))), outputs=1, loss="MSELoss")
    table = surface(draw, features, 500, 0.1, mean, scale)
    training: dict[str, Any] = {"epochs": int(draw.integers(8, 15)), "scale_targets": False, **by("Adam", 0.001)}
    return f"targets of {mean:g} ± {scale:g}", of(layers, table, **training)


def leak(draw: Draw) -> tuple[str, Make]:
    classes, share = int(draw.integers(2, 6)), draw.uniform(0.3, 1.0)
    table = clusters(draw, classes, classes + 4, int(draw.integers(300, 600)))
    again = draw.permutation(len(table.y))[: int(share * len(table.y))]
    table = Table(np.concatenate((table.x, table.x[again])), np.concatenate((table.y, table.y[again])))
    layers = perceptron([classes + 4], 24, outputs=classes)
    return f"{share:.0%} of the rows twice", of(layers, table, epochs=int(draw.integers(5, 9)), **by("Adam", 0.003))


# What shows nothing


def perceptrons(draw: Draw) -> tuple[str, Make]:
    kind = any_of(draw, "ReLU", "Tanh", "GELU", "ELU", "SiLU", "LeakyReLU")
    widths = hidden(draw, 32, 96, int(draw.integers(1, 4)))
    rule = any_of(draw, by("Adam", log_uniform(draw, 0.002, 0.004)), by("AdamW", 0.003),
                  by("SGD", log_uniform(draw, 0.05, 0.1), momentum=0.9))  # fmt: skip
    training: dict[str, Any] = {"epochs": int(draw.integers(14, 25)), **rule, **any_of(draw, *SETTLING)}
    return f"digits, {widths} of {kind}", classifier(draw, "digits", *widths, kind=kind, **training)


def tables(draw: Draw) -> tuple[str, Make]:
    source, kind = any_of(draw, "wine", "iris", "breast_cancer"), any_of(draw, "ReLU", "Tanh", "GELU")
    rate, epochs = {"wine": (0.008, 25), "iris": (0.02, 40), "breast_cancer": (0.003, 15)}[source]
    training: dict[str, Any] = {"epochs": epochs, **by("Adam", rate), **any_of(draw, *SETTLING[:2])}
    return f"{source}, {kind}", classifier(draw, source, int(draw.integers(12, 33)), kind=kind, **training)


def convolutions(draw: Draw) -> tuple[str, Make]:
    drop = any_of(draw, 0.0, 0.1, 0.2)
    training: dict[str, Any] = {"epochs": int(draw.integers(12, 17)), **by("Adam", 0.003), **any_of(draw, *SETTLING)}
    return f"images, dropout of {drop:g}", images(int(draw.integers(1, 4)), drop, **training)


def recurrent(draw: Draw) -> tuple[str, Make]:
    kind = any_of(draw, "LSTM", "GRU", "RNN")
    training: dict[str, Any] = {"epochs": int(draw.integers(16, 21)), **by("Adam", 0.004), **any_of(draw, *SETTLING)}
    return f"{kind} over rows", sequence(kind, **training)


def blobs(draw: Draw) -> tuple[str, Make]:
    classes = int(draw.integers(2, 7))
    table = clusters(draw, classes, classes + int(draw.integers(1, 5)), int(draw.integers(600, 1200)), 3.5)
    layers = perceptron([table.x.shape[1]], *hidden(draw, 16, 48, int(draw.integers(1, 3))), outputs=classes)
    training: dict[str, Any] = {"epochs": int(draw.integers(20, 31)), **by("Adam", 0.003), **any_of(draw, *SETTLING)}
    return f"{classes} blobs", of(layers, table, **training)


def arms(draw: Draw) -> tuple[str, Make]:
    count, kind = int(draw.integers(2, 4)), any_of(draw, "Tanh", "ReLU", "SiLU")
    layers = perceptron([2], 48, 48, outputs=count, kind=kind)
    training: dict[str, Any] = {"epochs": int(draw.integers(50, 71)), **by("Adam", 0.01), **any_of(draw, *SETTLING)}
    return f"{count} spirals, {kind}", of(layers, spirals(draw, count, 1200), **training)


def sums(draw: Draw) -> tuple[str, Make]:
    features = int(draw.integers(1, 4))
    layers = perceptron([features], 48, outputs=1, kind=any_of(draw, "Tanh", "ReLU", "SiLU"), loss="MSELoss")
    table = surface(draw, features, 1500, 0.3, *any_of(draw, (0.0, 1.0), (200.0, 40.0)))
    training: dict[str, Any] = {"epochs": int(draw.integers(35, 51)), **by("Adam", 0.01), **any_of(draw, *SETTLING)}
    return f"a surface over {features} numbers", of(layers, table, **training)


def lines(draw: Draw) -> tuple[str, Make]:
    rule, epochs = any_of(draw, by("Adam", 0.3), by("SGD", 0.02)), int(draw.integers(40, 61))
    layers = perceptron([10], outputs=1, loss="MSELoss")
    return "diabetes, a line", known("diabetes", layers, epochs=epochs, **rule, **any_of(draw, *SETTLING[:2]))


ILL = (
    *(broken, rising, oscillating, guessing, creeping, vanishing, exploding, silent_units, saturated, overfitting),
    *(memorized, underfitting, unfinished, easier_validation, noisy_batch, large_batch, one_class, majority),
    *(unscaled_targets, leak),
)
"""A recipe for each diagnosis, under its name; none for those that need several seeds or a slow computer."""
WELL = (perceptrons, perceptrons, tables, convolutions, recurrent, blobs, arms, sums, lines)


def drawn(number: int) -> tuple[list[Made], list[Made]]:
    """The trainings of one number: one of each recipe, those that show something and those that do not."""
    made = partial(_made, number)
    return [made(recipe.__name__, recipe) for recipe in ILL], [made("", recipe, at) for at, recipe in enumerate(WELL)]


def _made(number: int, code: str, recipe: Callable[[Draw], tuple[str, Make]], at: int = 0) -> Made:
    name, make = recipe(np.random.default_rng([number, at, *recipe.__name__.encode()]))
    return Made(code, name, make)
