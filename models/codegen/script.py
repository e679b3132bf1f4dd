"""A training script that stands on its own: the network, its data and the training loop as plain PyTorch.

The steps, the schedule, the metrics and validation are the very functions that Netloom's worker calls, word for word,
in the same order and with the same random numbers, so that on the CPU it prints the losses of the run, number for
number.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from models.analysis.beginning import rate_factors
from models.analysis.blocks import block_modules
from models.analysis.steps import draws, last_batch_of_one_fails, measured_together, suits_one_thread
from models.analysis.weights import own_weights
from models.byhand.exercise import SECTION
from models.byhand.starting import starting_weights
from models.codegen.augmenting import AugmentingSource
from models.codegen.feeding.decoding import Fetching
from models.codegen.feeding.tensors import tensors_source
from models.codegen.formatting import literal, statement
from models.codegen.losses import loss_expressions
from models.codegen.measuring import measuring
from models.codegen.module import Source
from models.codegen.objectives import input_ids, objectives_of
from models.codegen.portable import classes_in, divided, functions_in, portable, sorted_imports
from models.codegen.pruning import prunable
from models.codegen.update import UpdateCode
from models.data import Facts
from models.document import Document
from models.training import Optimizer, Schedule, TrainingSettings
from models.training.metrics import EMBEDDING
from models.training.objectives import loss_names, watched_measure
from models.training.settings import BALANCED, FILE, GIVEN, GROUPED, HALF, MEANWHILE, SHUFFLED, UPDATE

_BEST_DEVICE = '"cuda" if torch.cuda.is_available() else "cpu"'
_AMONG = ("distances_among", "cosines_among", "over_anchors")
"""Functions of the losses that compare the examples of a batch."""
_NAMING = ("by_own_names", "names_for", "by_name", "by_order", "layers_of")
"""Functions that find the weights of a file in the network."""
_PICKED = '''def picked(tensors, rows):
    """The examples at some rows."""
    return tuple(values[rows] for values in tensors)
'''


class Parts(NamedTuple):
    """A script in parts, each as text; ``name`` is that of the network's class, ``main`` the function that trains."""

    docstring: str
    imports: str
    constants: str
    network: str
    data: str
    loop: tuple[str, ...]
    main: str
    name: str

    def text(self) -> str:
        """The script."""
        head = "\n".join((self.docstring, self.imports, self.constants))
        return "\n\n".join((head, self.network, self.data, *self.loop, self.main))


def script_source(
    document: Document, module: Source, data_source: str, facts: Facts, loop_source: str, weights: str = ""
) -> Parts:
    """The whole script. ``data_source`` defines ``load_data`` (`studio.data.base.Dataset.script_source`).

    ``facts`` are those of the data; ``loop_source`` is the text of the functions that the worker trains with;
    ``weights`` the safetensors file that it starts from. Raises `ValueError` with a sentence if the network cannot be
    trained.
    """
    return _Script(document, module, data_source, facts, loop_source, weights).parts()


class _Script:
    def __init__(
        self, document: Document, module: Source, data_source: str, facts: Facts, loop_source: str, weights: str
    ) -> None:
        if module.left_out:
            raise ValueError(f"{module.left_out[0]} has an error. Mend it first: netloom check names all of them.")
        self.document = document
        self.module = module
        self.facts = facts
        self.loop = functions_in(loop_source)
        self.own_classes = classes_in(loop_source)
        self.settings, _ = TrainingSettings.read(document.training)
        self.objectives = objectives_of(document, facts.are_shades)
        self.inputs = input_ids(document)
        self.tensors = tensors_source(document, facts, self.inputs, self.objectives)
        self.streams = any("Streamed(" in text for text in self.tensors)
        self.fetching = Fetching(self.settings, data_source, streams=self.streams)
        self.data_source = self.fetching.put_into(data_source)
        self.schedule = cast(Schedule, self.settings.schedule)
        self.reacts = self.schedule.reaction is not None
        self.sets_rate = self.settings.warmup > 0 or not self.schedule.is_constant()
        self.has_schedule = not self.schedule.stays()
        self.weights = weights
        self.augmenting = AugmentingSource(document)
        by = str(self.settings.prune_by)
        self.pruned = prunable(document, by) if self.settings.sparsity else {}
        skips = last_batch_of_one_fails(document.network, document.analysis)
        watched = watched_measure(self.objectives, str(self.settings.watched))
        blocks = block_modules(document.network) if self.settings.checkpoint_blocks else []
        factors = rate_factors(document.network, document.analysis)
        drawn = draws(document.network, document.analysis)
        self.update = UpdateCode(self.settings, skips, watched, factors, blocks, drawn)
        self.starting: dict[str, Any] = {}
        if self.settings.start_from == GIVEN:
            section = document.content.section(SECTION)
            self.starting = starting_weights(document.network, document.analysis, section).weights

    def parts(self) -> Parts:
        network, module_imports = divided(self.module.text)
        data, data_imports = divided(self.data_source)
        loop = (
            *self.tensors,
            *self.fetching.functions(),
            *self._loop(),
            *measuring(self.objectives, measured_together(self.document.network, self.document.analysis)),
            *self.augmenting.parts(),
        )
        main = self._main()
        own = self._own_imports([network, data, *loop, main])
        imports = sorted_imports({*module_imports, *data_imports, *own})
        name = self.module.class_name
        return Parts(self._docstring(), imports, self._constants(), network, data, loop, main, name)

    def _own_imports(self, parts: list[str]) -> set[str]:
        extra = {"import math"} if any("math." in part for part in parts) else set()
        if self.weights:
            extra |= {"from safetensors.torch import load_file"} if self.weights.endswith(".safetensors") else set()
        extra |= self.update.imports() | self.fetching.imports()
        return {"import numpy as np", "import torch", "from torch import nn"} | extra

    def _docstring(self) -> str:
        name = self.module.class_name
        return (
            f'"""Trains {name}, drawn in Netloom. Needs PyTorch, NumPy and what the data is read with.\n\n'
            'On the CPU the same seed gives the same losses, number for number.\n"""\n'
        )

    def _constants(self) -> str:
        settings = self.settings
        device = _BEST_DEVICE if settings.device == "auto" else f'"{settings.device}"'
        lines = [
            f"SEED = {settings.seed}",
            f"UPDATES = {settings.updates}" if settings.updates else f"EPOCHS = {settings.epochs}",
            f"BATCH_SIZE = {settings.batch_size}",
            f"DEVICE = {device}",
            *statement(0, f"LOSSES = {literal(loss_names(self.objectives))}"),
            *self._weights_to_start_from(),
            *self.update.constants(),
            *(statement(0, f"PRUNED = {_table(self.pruned)}") if self.pruned else []),
        ]
        return "\n".join(lines) + "\n"

    @property
    def _is_unpickled(self) -> bool:
        """Whether weights to start from lie in a file of PyTorch."""
        return bool(self.weights) and not self.weights.endswith(".safetensors")

    def _weights_to_start_from(self) -> list[str]:
        if self.weights:
            path = literal(self.weights)
            if not self._is_unpickled:
                return statement(0, f"WEIGHTS = load_file({path})")
            return statement(0, f"WEIGHTS = {path}")
        if not self.starting:
            return []
        tables = self.starting.items()
        rows = [row for name, table in tables for row in statement(0, f"WEIGHTS[{literal(name)}] = {table!r}")]
        return ["WEIGHTS = {}", *rows]

    # The loop and the metrics

    def _loop(self) -> list[str]:
        schedule = [portable(self.schedule.rule, "learning_rate_factor")] if self.has_schedule else []
        draws = {SHUFFLED: ("shuffled",), BALANCED: ("draw_weights", "drawn"), GROUPED: ("grouped",)}
        chosen = draws[str(self.settings.sampling)]
        unused = {name: name not in chosen for names in draws.values() for name in names}
        unused |= {"set_learning_rate": not self.sets_rate}
        unused |= dict.fromkeys(("fitting", "sort_of", *_NAMING), not self.weights)
        unused |= dict.fromkeys(("state_dict_in", "dense"), self.settings.start_from != FILE)
        unused["numbers_in"] = not self._is_unpickled
        unused["start_from"] = not (self.weights or self.starting)
        unused |= dict.fromkeys(self.augmenting.unused, True)
        expressions = " ".join(loss_expressions(self.objectives, self.facts))
        unused |= {name: f"{name}(" not in expressions for name in ("balanced_weights", "balanced_switches")}
        unused |= dict.fromkeys(("prune", "hold_zeros"), not self.pruned)
        unused |= dict.fromkeys(self.update.unused, True)
        unused |= dict.fromkeys(("in_precision", "mixed"), self.settings.precision not in HALF)
        scaled = any(objective.scaled for objective in self.objectives)
        unused["unit_of"] = not scaled
        unused |= dict.fromkeys(_AMONG, not any(item.loss.answers == EMBEDDING for item in self.objectives))
        own = [text for name, text in self.loop.items() if not unused.get(name)]
        losses = {objective.loss.module for objective in self.objectives}
        beside = {"InUnit": scaled, "CountedLoss": "CountedLoss(" in expressions}
        classes = losses | {name for name, is_wanted in beside.items() if is_wanted} | self.update.classes()
        own += [text for name, text in self.own_classes.items() if name in classes]
        return [*own, *schedule, *self.update.functions(), _PICKED]

    def _main(self) -> str:
        meanwhile = self.settings.train_measured == MEANWHILE
        tests = self.facts.has_test
        lines = [
            "def main():",
            '    """Train; returns the losses and the metrics of each epoch by name."""',
            f"    x, y, x_validation, y_validation, mean, std{', x_test, y_test' * tests} = load_data()",
            "    inputs, targets = tensors(x, y, mean, std)",
            "    validation = tensors(x_validation, y_validation, mean, std)",
            *(["    test = tensors(x_test, y_test, mean, std)"] if tests else []),
            *self._threads(),
            *self.update.determinism(),
            "    torch.manual_seed(SEED)",
            *self._model(),
            *self._losses(),
            *self.update.optimizer(["    hold_zeros(model, optimizer, masks)"] if self.pruned else []),
            "    order = torch.Generator().manual_seed(SEED)",
            *self._draws(),
            *self.augmenting.beginning(len(self.facts.inputs) > 1),
            "    history = []",
            *(["    step = 0"] if self.settings.moves_within_epochs else []),
            *self.update.length(),
            f"    for epoch in range({self.update.epochs}):",
            *([] if self.settings.moves_within_epochs else self._rate(8, "epoch", self.update.epochs)),
            "        model.train()",
            *(["        total, seen = 0.0, 0"] if meanwhile else []),
            *self.update.epoch(
                self._draw(), self._rate_of_each_update(), self.augmenting.of_each_batch(), meanwhile, self.streams
            ),
            *self.update.validation(),
            '        values |= {f"validation/{name}": value for name, value in found.items()}',
            "        history.append(values)",
            '        told = (f"{name} {value:.6f}" for name, value in values.items())',
            '        print(f"epoch {epoch + 1}:", ", ".join(told).replace("/", " "))',
            *self.fetching.behind_each_epoch(),
            *self.update.ending(),
            *(_testing(self.update.testing()) if tests else []),
            "    return history",
            "",
            "",
            'if __name__ == "__main__":',
            "    main()",
        ]
        return "\n".join(lines) + "\n"

    def _draw(self) -> str:
        """The beginning of the call that draws the batches of an epoch, up to their size."""
        sampling, size = self.settings.sampling, "BATCH_SIZE"
        if sampling == GROUPED:
            return f"grouped(labels, {size}, {self.settings.per_class}"
        return f"drawn(weights, {size}" if sampling == BALANCED else f"shuffled(len(inputs[0]), {size}"

    def _draws(self) -> list[str]:
        """What batches are drawn by, where that is the class of an example."""
        sampling = str(self.settings.sampling)
        if sampling == SHUFFLED:
            return []
        for place, objective in enumerate(self.objectives):
            column = self.facts.target(objective.output)
            if column is not None and column.classes and not column.shape:
                labels = f"targets[{place}]"
                if objective.loss.targets == "binary":
                    labels += ".argmax(1)" if len(column.classes) > 2 else "[:, 0].long()"
                if sampling == GROUPED:
                    return [f"    labels = {labels}.cpu()"]
                return [f"    weights = draw_weights({labels}.cpu())"]
        raise ValueError(
            f"{sampling.capitalize()} sampling needs a class an example, and the data has none. Sample shuffled."
        )

    def _threads(self) -> list[str]:
        if not suits_one_thread(self.document.analysis, self.settings.batch_size):
            return []
        return ["    torch.set_num_threads(1)  # as fast as several for steps this small, and steadier"]

    def _model(self) -> list[str]:
        found = "numbers_in(WEIGHTS)" if self._is_unpickled else "WEIGHTS"
        found = f"state_dict_in({found})" if self.settings.start_from == FILE else found
        given = f"fitting(model, {found})" if self.weights else "WEIGHTS" if self.starting else ""
        name, starts = self.module.class_name, [f"    start_from(model, {given})"] if given else []
        if self.pruned:
            call = f"prune(model, {self.settings.sparsity!r}, {literal(str(self.settings.prune_by))}, PRUNED)"
            starts += statement(4, f"masks = {call}")
        starts += self.update.recomputing()
        # As in the worker, L-BFGS takes gradients in the order of memory.
        planes = self.settings.channels_last and has_planes(self.document)
        if not planes or self.update.optimizer_kind.asks_again:
            if not starts:
                return [f"    model = {name}().to(DEVICE)", *self._precision()]
            return [f"    model = {name}()", *starts, "    model = model.to(DEVICE)", *self._precision()]
        always = self.settings.precision in HALF
        indent = " " * (4 if always else 8)
        return [
            f"    model = {name}()",
            *starts,
            *([] if always else ['    if DEVICE == "cpu":']),
            f"{indent}# Two-dimensional convolutions are faster {'so' if always else 'there'}.",
            f"{indent}model = model.to(memory_format=torch.channels_last)",
            "    model = model.to(DEVICE)",
            *self._precision(),
        ]

    def _precision(self) -> list[str]:
        return [*self._multiplied(), *(["    model.compile()"] if self.settings.compile else [])]

    def _multiplied(self) -> list[str]:
        precision = str(self.settings.precision)
        if precision in HALF:
            return [f"    in_precision(model, torch.device(DEVICE).type, torch.{precision})"]
        if precision == "tf32":
            return ['    if DEVICE.startswith("cuda"):', '        torch.set_float32_matmul_precision("high")']
        return []

    def _losses(self) -> list[str]:
        pairs = zip(loss_expressions(self.objectives, self.facts), self.objectives, strict=True)
        rows = [f"({expression}, {objective.weight!r})" for expression, objective in pairs]
        lines = statement(4, f"objectives = [{', '.join(rows)}]")
        if len(lines) == 1:
            return lines
        return ["    objectives = [", *(line for row in rows for line in statement(8, row, comma=True)), "    ]"]

    def _rate(self, indent: int, time: str, total: str) -> list[str]:
        if not self.sets_rate:
            return []
        values = "".join(f", {name}={literal(getattr(self.schedule, name))}" for name in self.schedule.fields)
        still = "reaction[-1]" if self.reacts else "1.0"
        factor = f"learning_rate_factor({time}, {total}{values})" if self.has_schedule else still
        lines = statement(indent, f"factor = {factor}")
        if self.settings.warmup:
            lines.append(f"{' ' * indent}factor *= min(1.0, (step + 1) / {self.settings.warmup})")
        rate = cast(Optimizer, self.settings.optimizer).lr
        return [*lines, f"{' ' * indent}set_learning_rate(optimizer, {rate!r} * factor)"]

    def _rate_of_each_update(self) -> list[str]:
        if not self.settings.moves_within_epochs:
            return []
        counts = self.settings.schedule_by == UPDATE
        time = ("step", self.update.total) if counts else ("epoch", self.update.epochs)
        return [*self._rate(12, *time), "            step += 1"]


def _testing(measured: list[str]) -> list[str]:
    """Lines that measure the part that was kept apart."""
    return [
        *measured,
        '    history[-1] |= {f"test/{name}": value for name, value in found.items()}',
        '    print("test:", ", ".join(f"{name} {value:.6f}" for name, value in found.items()))',
    ]


def _table(names: dict[str, list[str]]) -> str:
    return "{" + ", ".join(f"{literal(name)}: {literal(others)}" for name, others in names.items()) + "}"


def has_planes(document: Document) -> bool:
    """Whether the network has weights of four dimensions, those of two-dimensional convolutions."""
    return any(len(weight.shape) == 4 for weight in own_weights(document.network, document.analysis))
