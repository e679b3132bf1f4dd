"""A document's network worked by hand: the module that is exported, in double precision, on the batch of the document.

Everything shown is what torch computed: values by taps in the statements of the module, gradients by autograd, updates
by the optimizer of `torch.optim` that a training takes; what normalizations remember stands among the weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.analysis.beginning import rate_factors
from models.analysis.steps import last_batch_of_one_fails
from models.byhand.batch import inputs_of, target_of
from models.byhand.exercise import (
    MOST_CELLS,
    MOST_WEIGHTS,
    SECTION,
    STATISTICS,
    TRAINING,
    ByHandError,
    Exercise,
    is_statistic,
    table,
)
from models.byhand.walk import Pass, Walk, drop_noise, has_tiny
from models.codegen.module import generate
from models.codegen.objectives import input_ids
from models.document import Document
from models.layers.linear import Linear
from models.layers.terminals import Input, Output
from models.storage import files
from models.training import Optimizer, TrainingSettings
from studio.worker.probing.asked import Asked
from studio.worker.probing.errors import ProbeError
from studio.worker.probing.taps import Taps, drawn_by_dropouts
from studio.worker.training.loop import Tensors, losses_of, outputs_of, set_learning_rate
from studio.worker.training.plan import load_model, make_objectives
from studio.worker.training.single import make_loss
from studio.worker.training.updating.optimizer import make_optimizer, shape_gradients

Numbers = NDArray[np.float64]
MOST_UPDATES = 100
SOURCE: Final = Path("network.py")
LAST_DIGIT = 2.0**-50
"""How much a number changes in what double precision has as its last digit, with some room for sums."""
DRAWS = 3
"""Ways in which it is changed, as CESTAC has it: by one alone what is left may come out alike."""
STEP = 1e-6
"""Half the distance of two points between which a slope is measured, for numbers up to one."""
AGREES = 1e-6
"""Largest difference between a gradient and a measured slope; rounding alone gives some 1e-9."""

EXAMPLE: Final[dict[str, Any]] = {
    "netloom": 1,
    "network": {
        "nodes": [
            {"id": "input1", "kind": Input.kind, "params": {"shape": [2]}},
            {"id": "fc1", "kind": Linear.kind, "params": {"out_features": 2}},
            {"id": "output1", "kind": Output.kind},
        ],
        "edges": [["input1", "fc1"], ["fc1", "output1"]],
    },
    SECTION: {"inputs": {"input1": [[0.8, 0.3]]}, "targets": {"output1": [1]}},
}
"""A document that probes of this sort show themselves on."""


def work_of(asked: Asked) -> Work:
    """The work that a question is about: its argument ``document``; raises `ProbeError` where it cannot be done."""
    document, problems = files.from_json(asked.mapping("document"), name="The argument “document”")
    if any(problem.lost for problem in problems):
        raise ProbeError(f"The argument “document” is damaged. {problems[0]}")
    try:
        return Work(document)
    except ByHandError as error:
        raise ProbeError(str(error)) from error


@dataclass
class Check:
    """Measured slopes by table, how many, and the largest difference to what autograd gave: absolute below one,
    relative above, with its cell."""

    slopes: dict[str, Numbers] = field(default_factory=dict)
    count: int = 0
    worst: float = 0.0
    cell: str = ""

    @property
    def agrees(self) -> bool:
        """Whether all gradients are confirmed."""
        return self.worst <= AGREES

    def take(self, name: str, place: tuple[int, ...], slope: float, exact: Numbers) -> None:
        """Take in one measured slope."""
        self.slopes.setdefault(name, np.zeros_like(exact))[place] = slope
        difference = abs(slope - exact[place]) / max(1.0, abs(exact[place]))
        self.count += 1
        if difference >= self.worst:
            self.worst, self.cell = float(difference), "/".join((name, *map(str, place)))


class Work:
    """A network with its batch, ready to be worked; raises `ByHandError` where that cannot be, and what torch raises.

    `walk` fills `walked`, pass by pass.
    """

    def __init__(self, document: Document) -> None:
        torch.set_num_threads(1)
        self.document = document
        self.exercise = Exercise.read(document.content.section(SECTION))
        self.settings, _ = TrainingSettings.read(document.training)
        self.objectives = make_objectives(document)
        self.losses = [(make_loss(objective.loss).double(), objective.weight) for objective in self.objectives]
        source = generate(document.network, document.analysis)
        if source.left_out:
            raise ByHandError(f"{source.left_out[0]} has an error, so there is nothing to compute. Mend it first.")
        _check_size(document)
        torch.manual_seed(self.settings.seed)
        self.model = load_model(source.text, SOURCE, source.class_name).double().train(self.exercise.mode == TRAINING)
        self._take_weights()
        self.taps = Taps(self.model, document.network, source, source.text, SOURCE)
        self.optimizer = self._optimizer()
        self.inputs = self._inputs()
        self._check_rows()
        self.targets = self._targets()
        self.walked = Walk([], {}, self._rate(), self.exercise.mode)
        self._outputs: Tensors = ()
        self._seen: dict[str, Tensor] = {}

    # Making ready

    def _take_weights(self) -> None:
        """Start from the weights of the document; the others are as a training would draw them."""
        parameters = self._named()
        for module, tables in self.exercise.weights.items():
            for own, given in tables.items():
                name = f"{module}.{own}"
                if name not in parameters:
                    raise ByHandError(f"The network has no weight “{name[:40]}”. Go back to drawn weights.")
                values = table(given, tuple(parameters[name].shape), name)
                if own == STATISTICS[1] and (values < 0).any():
                    raise ByHandError(f"{name} holds a number below 0, and a variance is none. Correct it.")
                with torch.no_grad():
                    parameters[name].copy_(torch.from_numpy(values))

    def _named(self) -> dict[str, Tensor]:
        """All weights by name, with what normalizations remember behind those of each module."""
        found = dict[str, Tensor]()
        for place, module in self.model.named_modules():
            own = [*module.named_parameters(recurse=False)]
            own += [(name, buffer) for name, buffer in module.named_buffers(recurse=False) if name in STATISTICS]
            found |= {f"{place}.{name}".lstrip("."): weight for name, weight in own}
        return found

    @contextmanager
    def _remembering_nothing(self) -> Iterator[None]:
        """What is tried within moves no statistics."""
        before = [buffer.clone() for buffer in self.model.buffers()]
        yield
        for buffer, value in zip(self.model.buffers(), before, strict=True):
            buffer.data.copy_(value)  # a backward pass may still ask for what it is: nothing has become of it

    def _inputs(self) -> dict[str, Tensor]:
        tables = inputs_of(self.document.network, input_ids(self.document), self.exercise)
        kinds = {id: torch.int64 if whole else torch.float64 for id, (_, whole) in tables.items()}
        return {id: torch.from_numpy(values).to(kinds[id]) for id, (values, _) in tables.items()}

    def _check_rows(self) -> None:
        """Refuse one row where batch normalization needs another."""
        alone = self.model.training and any(len(table) == 1 for table in self.inputs.values())
        if alone and last_batch_of_one_fails(self.document.network, self.document.analysis):
            raise ByHandError("Batch normalization needs two rows at least, to have a spread. Add a row.")

    def _targets(self) -> Tensors:
        """The targets, in the shapes and types that the losses take."""
        with torch.no_grad(), torch.random.fork_rng(devices=[]), self._remembering_nothing():
            outputs = outputs_of(self.model, tuple(self.inputs.values()))
        targets = []
        for objective, output in zip(self.objectives, outputs, strict=True):
            if output.numel() > MOST_CELLS:
                raise ByHandError(f"By hand goes up to {MOST_CELLS:,} numbers a layer. Take fewer rows.")
            kind, shape = objective.loss.targets, objective.loss.targets_for(tuple(output.shape))
            values, is_class = target_of(objective.output, kind, shape, self.exercise)
            targets.append(torch.from_numpy(values).to(torch.int64 if is_class else torch.float64))
        return tuple(targets)

    def _optimizer(self) -> torch.optim.Optimizer | None:
        if not any(weight.requires_grad for weight in self.model.parameters()):
            return None
        chosen = cast(Optimizer, self.settings.optimizer)
        if chosen.asks_again:
            raise ByHandError(f"{chosen.kind} has no step to write out. Take SGD, or another.")
        optimizer = make_optimizer(
            self.settings, self.model, rate_factors(self.document.network, self.document.analysis)
        )
        shape_gradients(optimizer, self.settings)
        return optimizer

    def _rate(self) -> float:
        """The learning rate of the first update: all that are worked by hand have it."""
        rate = self.settings.learning_rate(0, 1)
        if self.optimizer is not None:
            set_learning_rate(self.optimizer, rate)
        return rate

    # Working

    def walk(self, updates: int) -> Iterator[None]:
        """Work so many updates and one pass more, resting after each; raises `ProbeError` for too many.

        What is nothing but rounding becomes 0, as it would be on paper (`models.byhand.walk.drop_noise`).
        """
        if not 0 <= updates <= MOST_UPDATES:
            raise ProbeError(f"By hand goes up to {MOST_UPDATES} updates, not {updates:,}. Ask for fewer.")
        yield from self._walk(updates)
        tables = self.walked.tables()
        for draw in range(DRAWS):
            if not has_tiny(tables.values()):
                break
            other = self._nudged(draw)
            yield from other._walk(updates)
            for name, nudged in other.walked.tables().items():
                drop_noise(tables[name], nudged)

    def _nudged(self, number: int) -> Work:
        """The same work with all that is given changed in its last digit, in a way of that number."""
        other, draw = Work(self.document), np.random.default_rng(number)
        given = [weight.data for weight in other._named().values()]
        given += [value for value in (*other.inputs.values(), *other.targets) if value.is_floating_point()]
        for value in given:
            value *= torch.from_numpy(1 + LAST_DIGIT * draw.choice((-1.0, 1.0), tuple(value.shape)))
        return other

    def _walk(self, updates: int) -> Iterator[None]:
        ids = [objective.output for objective in self.objectives]
        self.walked.targets = {id: _numbers(target) for id, target in zip(ids, self.targets, strict=True)}
        for number in range(updates + 1):
            self._pass()
            if number < updates:
                self._update()
            yield

    def _pass(self) -> None:
        """Zero the gradients, forward, loss, backward."""
        now = Pass(weights={name: _numbers(weight) for name, weight in self._named().items()})
        self.walked.passes.append(now)
        if self.optimizer is not None:
            self.optimizer.zero_grad()
        torch.manual_seed(self.settings.seed)
        self._forward()
        losses = losses_of(self.losses, self._outputs, self.targets)
        now.values = {id: _numbers(value) for id, value in self._seen.items()}
        if self.model.training:
            drawn = drawn_by_dropouts(self.document.network, self._seen)
            now.masks = {id: _numbers(mask) for id, mask in drawn.items()}
        now.losses = tuple(loss.item() for loss in losses)
        for objective, output in zip(self.objectives, self._outputs, strict=True):
            if applies := _APPLIED.get(objective.loss.applies):
                now.probabilities[objective.output] = _numbers(applies(output))
        if losses[0].requires_grad:
            losses[0].backward()  # type: ignore[no-untyped-call]
        now.gradients = {id: _numbers(value.grad) for id, value in self._seen.items() if value.grad is not None}
        now.slopes = {
            name: _numbers(weight.grad) for name, weight in self.model.named_parameters() if weight.grad is not None
        }

    def _forward(self) -> None:
        """Run the network with every value in reach; inputs are fresh, so that they gather no gradients."""
        inputs = [value.clone().requires_grad_(value.is_floating_point()) for value in self.inputs.values()]
        self._outputs, seen = self.taps.run(tuple(inputs))
        self._seen = {id: value for id, value in (seen | self.taps.ports).items() if torch.is_tensor(value)}

    def _update(self) -> None:
        """Let the optimizer take its step."""
        now = self.walked.passes[-1]
        if self.model.training:
            statistics = {name: weight for name, weight in self._named().items() if is_statistic(name)}
            now.after |= {name: _numbers(weight) for name, weight in statistics.items()}
        if self.optimizer is None:
            return
        self.optimizer.step()
        for name, weight in self.model.named_parameters():
            now.after[name] = _numbers(weight)
            entries = self.optimizer.state.get(weight, {})
            now.state[name] = {entry: _numbers(torch.as_tensor(value)) for entry, value in entries.items()}

    # Questions about the last pass

    def checking(self, check: Check) -> Iterator[None]:
        """Compare the gradients of the last pass with measured slopes, resting after each."""
        exact = self.walked.passes[-1].tables()
        for name, place, slope in self.differences():
            check.take(name, place, slope, exact[name])
            yield

    def check(self) -> Check:
        """All of `checking`."""
        check = Check()
        for _ in self.checking(check):
            pass
        return check

    def slopes_to_check(self) -> int:
        """How many numbers `differences` looks at."""
        weights = sum(weight.numel() for weight in self.model.parameters())
        return weights + sum(value.numel() for value in self._floating().values())

    def differences(self) -> Iterator[tuple[str, tuple[int, ...], float]]:
        """Table, place and measured slope of every weight, and of every input where they are few."""
        tables = {f"slope/{name}": weight.data for name, weight in self.model.named_parameters()}
        tables |= {f"gradient/{id}": value for id, value in self._floating().items()}
        known = self.walked.passes[-1].tables()
        for name, values in tables.items():
            if name not in known:
                continue
            for place in np.ndindex(*values.shape):
                yield name, place, self._slope(values, place)

    def _floating(self) -> dict[str, Tensor]:
        found = {id: value for id, value in self.inputs.items() if value.is_floating_point()}
        return found if sum(value.numel() for value in found.values()) <= MOST_WEIGHTS else {}

    def _slope(self, values: Tensor, place: tuple[int, ...]) -> float:
        middle = values[place].item()
        step = STEP * max(1.0, abs(middle))
        losses = []
        for moved in (middle + step, middle - step):
            values[place] = moved
            losses.append(self._loss())
        values[place] = middle
        return (losses[0] - losses[1]) / ((middle + step) - (middle - step))

    @torch.no_grad()
    def _loss(self) -> float:
        torch.manual_seed(self.settings.seed)
        with self._remembering_nothing():
            outputs = outputs_of(self.model, tuple(self.inputs.values()))
        return losses_of(self.losses, outputs, self.targets)[0].item()

    def influence(self, cell: str) -> dict[str, NDArray[Any]]:
        """The slopes of a cell of a layer's values by all numbers before it; raises `ProbeError` for no such cell."""
        if self.walked.passes[-1].cell(cell) is None or not cell.startswith("value/"):
            raise ProbeError(f"There is no cell “{cell[:40]}” among the values. Choose another one.")
        found = self._influence(cell)
        for draw in range(DRAWS):
            if not has_tiny(found.values()):
                break
            other = self._nudged(draw)
            for _ in other._walk(len(self.walked.passes) - 1):
                pass
            for name, nudged in other._influence(cell).items():
                drop_noise(found[name], nudged)
        return found

    def _influence(self, cell: str) -> dict[str, NDArray[Any]]:
        _, id, *rest = cell.split("/")
        torch.manual_seed(self.settings.seed)
        with self._remembering_nothing():
            self._forward()
        named = {f"value/{name}": value for name, value in self._seen.items() if value.requires_grad}
        weights = self.model.named_parameters()
        named |= {f"weight/{name}": weight for name, weight in weights if weight.requires_grad}
        place = tuple(map(int, rest))
        if not self._seen[id].requires_grad:
            return {}
        found = torch.autograd.grad(self._seen[id][place], list(named.values()), allow_unused=True)
        return {name: _numbers(slope) for name, slope in zip(named, found, strict=True) if slope is not None}


def _softmax(scores: Tensor) -> Tensor:
    return torch.softmax(scores, 1)


_APPLIED: dict[str, Callable[[Tensor], Tensor]] = {"softmax": _softmax, "sigmoid": torch.sigmoid}


def _numbers(value: Tensor) -> Numbers:
    found: Numbers = value.detach().to("cpu", torch.float64).numpy().copy()
    return found


def _check_size(document: Document) -> None:
    count = document.analysis.totals().parameters
    if count > MOST_WEIGHTS:
        raise ByHandError(f"By hand goes up to {MOST_WEIGHTS:,} weights; this network has {count:,}. Make it smaller.")
