"""A training script that stands on its own: the network, its data and the training loop as plain PyTorch.

It takes the very steps that Netloom's worker takes (studio/worker/trainer.py), in the same order and with the same
random numbers, so that on the CPU it prints the losses of the run, number for number.
"""

from __future__ import annotations

import re
import sys
from typing import cast

from models.analysis.steps import last_batch_of_one_fails, suits_one_thread
from models.codegen.formatting import statement
from models.codegen.module import Source
from models.document import Document
from models.kinds.layer import Weight
from models.network import Node, input_nodes, output_nodes
from models.training import Optimizer, Schedule, TrainingSettings
from models.training.losses import Loss

EVALUATION_BATCH = 256
"""Validation takes batches of at least so many examples: they need no gradients."""

_METRICS = {
    ("accuracy", "classes"): "(outputs.argmax(1) == targets[rows]).sum().item()",
    ("accuracy", "binary"): "((outputs > 0) == (targets[rows] > 0.5)).sum().item()",
    ("mae", "numbers"): "(outputs - targets[rows]).abs().sum().item()",
}
_BEST_DEVICE = '"cuda" if torch.cuda.is_available() else "cpu"'


def script_source(document: Document, module: Source, data_source: str, classes: int | None) -> str:
    """The whole script as text. ``data_source`` defines ``load_data`` (`studio.data.base.Dataset.script_source`).

    ``classes`` is how many the data has, None for numbers. Raises `ValueError` with a sentence if the network cannot
    be trained: it has not exactly one Output, or layers with errors.
    """
    return _Script(document, module, data_source, classes).text()


def trained_output(document: Document) -> tuple[str, Loss]:
    """The id and the loss of the network's only Output; raises `ValueError` with a sentence if it has not just one."""
    outputs = output_nodes(document.network)
    if len(outputs) != 1:
        raise ValueError(f"Training needs one Output with a loss; the network has {len(outputs)}.")
    return outputs[0].id, cast(Loss, getattr(outputs[0].layer, "loss", None))


class _Script:
    def __init__(self, document: Document, module: Source, data_source: str, classes: int | None) -> None:
        if module.left_out:
            raise ValueError(f"{module.left_out[0]} has an error. Mend it first: netloom check names all of them.")
        self.document = document
        self.module = module
        self.data_source = data_source
        self.classes = classes
        self.settings, _ = TrainingSettings.read(document.training)
        _, self.loss = trained_output(document)

    def text(self) -> str:
        network, module_imports = _divided(self.module.text)
        data, data_imports = _divided(self.data_source)
        imports = _sorted({*module_imports, *data_imports, *self._own_imports()})
        head = "\n".join((self._docstring(), imports, self._constants()))
        return "\n\n".join((head, network, data, self._tensors(), self._evaluate(), self._main()))

    def _own_imports(self) -> set[str]:
        schedule = cast(Schedule, self.settings.schedule).source()
        extra = {"import math"} if "math." in schedule else set()
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
            f"EPOCHS = {settings.epochs}",
            f"BATCH_SIZE = {settings.batch_size}",
            f"DEVICE = {device}",
        ]
        return "\n".join(lines) + "\n"

    def _tensors(self) -> str:
        tokens = any(
            item is not None and item.dtype == "int"
            for node in input_nodes(self.document.network)
            for item in self.document.analysis[node.id].outputs
        )
        if tokens:
            inputs = ["    inputs = torch.from_numpy(np.ascontiguousarray(x)).long()"]
        else:
            inputs = [
                "    inputs = torch.from_numpy(np.ascontiguousarray(x)).float()",
                "    if mean is not None:",
                "        inputs = (inputs - torch.from_numpy(mean)) / torch.from_numpy(std)",
            ]
        lines = [
            "def tensors(x, y, mean, std):",
            '    """Normalized inputs and targets, as the network and the loss take them."""',
            *inputs,
            *self._targets(),
            "    return inputs.to(DEVICE), targets.to(DEVICE)",
        ]
        return "\n".join(lines) + "\n"

    def _targets(self) -> list[str]:
        if self.loss.targets == "classes":
            return ["    targets = torch.from_numpy(np.ascontiguousarray(y)).long()"]
        column = "targets.unsqueeze(1)"
        if self.loss.targets == "binary" and self.classes and self.classes > 2:
            column = f"nn.functional.one_hot(targets, {self.classes})"
        return [
            "    targets = torch.from_numpy(np.ascontiguousarray(y))",
            "    if targets.dim() == 1:",
            f"        targets = {column}",
            "    targets = targets.float()",
        ]

    def _evaluate(self) -> str:
        metric = self.loss.metric
        lines = [
            "@torch.inference_mode()",
            "def evaluate(model, loss_function, inputs, targets):",
            f'    """Mean loss and {_WORDS[metric]} over all examples."""',
            "    model.eval()",
            "    loss, total = 0.0, 0.0",
            f"    for rows in torch.arange(len(inputs)).split(max(BATCH_SIZE, {EVALUATION_BATCH})):",
            "        outputs = model(inputs[rows])",
            "        loss += loss_function(outputs, targets[rows]).item() * len(rows)",
            f"        total += {_METRICS[metric, self.loss.targets]}",
            "    return loss / len(inputs), total / targets.numel()",
        ]
        return "\n".join(lines) + "\n"

    def _main(self) -> str:
        optimizer = cast(Optimizer, self.settings.optimizer)
        lines = [
            "def main():",
            '    """Train; returns the losses and the metric of each epoch."""',
            "    x, y, x_validation, y_validation, mean, std = load_data()",
            "    inputs, targets = tensors(x, y, mean, std)",
            "    validation = tensors(x_validation, y_validation, mean, std)",
            *self._threads(),
            "    torch.manual_seed(SEED)",
            *self._model(),
            *statement(4, f"loss_function = {self.loss.expression()}"),
            *statement(4, f"optimizer = {optimizer.expression('model.parameters()')}"),
            *self._schedule(),
            "    order = torch.Generator().manual_seed(SEED)",
            "    history = []",
            "    for epoch in range(EPOCHS):",
            "        model.train()",
            "        total, seen = 0.0, 0",
            "        for batch in torch.randperm(len(inputs), generator=order).split(BATCH_SIZE):",
            *self._skip_single(),
            "            loss = loss_function(model(inputs[batch]), targets[batch])",
            "            optimizer.zero_grad()",
            "            loss.backward()",
            "            optimizer.step()",
            "            total += loss.item() * len(batch)",
            "            seen += len(batch)",
            *(["        schedule.step()"] if self._schedule() else []),
            "        loss, metric = evaluate(model, loss_function, *validation)",
            "        history.append((total / seen, loss, metric))",
            '        report = f"epoch {epoch + 1}: training loss {total / seen:.6f}"',
            f'        print(f"{{report}}, validation loss {{loss:.6f}}, {self.loss.metric} {{metric:.6f}}")',
            "    return history",
            "",
            "",
            'if __name__ == "__main__":',
            "    main()",
        ]
        return "\n".join(lines) + "\n"

    def _threads(self) -> list[str]:
        if not suits_one_thread(self.document.analysis, self.settings.batch_size):
            return []
        return ["    torch.set_num_threads(1)  # as fast as several for steps this small, and steadier"]

    def _model(self) -> list[str]:
        if not has_planes(self.document):
            return [f"    model = {self.module.class_name}().to(DEVICE)"]
        return [
            f"    model = {self.module.class_name}()",
            '    if DEVICE == "cpu":',
            "        # Two-dimensional convolutions are faster there with channels innermost.",
            "        model = model.to(memory_format=torch.channels_last)",
            "    model = model.to(DEVICE)",
        ]

    def _schedule(self) -> list[str]:
        source = cast(Schedule, self.settings.schedule).source()
        if source == "1.0":
            return []
        # The worker divides by the number of epochs under that name; here it is a constant.
        factor = re.sub(r"\bepochs\b", "EPOCHS", source)
        return [
            "    schedule = torch.optim.lr_scheduler.LambdaLR(",
            f"        optimizer, lambda epoch: {factor}",
            "    )",
        ]

    def _skip_single(self) -> list[str]:
        if not last_batch_of_one_fails(self.document.network, self.document.analysis):
            return []
        return [
            "            if len(batch) == 1:",
            "                continue  # batch normalization cannot train on one example",
        ]


_WORDS = {"accuracy": "accuracy", "mae": "mean absolute error"}


def has_planes(document: Document) -> bool:
    """Whether the network has weights of four dimensions, those of two-dimensional convolutions."""
    return any(len(weight.shape) == 4 for node in document.network for weight in _weights(document, node))


def _weights(document: Document, node: Node) -> tuple[Weight, ...]:
    report = document.analysis[node.id]
    known = tuple(item for item in report.inputs if item is not None)
    return node.layer.weights(known) if node.layer and report.parameters else ()


def _divided(source: str) -> tuple[str, list[str]]:
    """Source without the docstring and the imports at its top, and these imports."""
    body = re.sub(r'\A"""[\s\S]*?"""\n', "", source.strip() + "\n")
    lines = body.splitlines()
    start = next(
        (place for place, line in enumerate(lines) if line and not line.startswith(("import ", "from "))), len(lines)
    )
    imports = [line for line in lines[:start] if line]
    return "\n".join(lines[start:]).strip() + "\n", imports


def _sorted(imports: set[str]) -> str:
    """Imports as isort orders them: the standard library first, plain imports before those from modules."""
    standard = {line for line in imports if line.split()[1].partition(".")[0] in sys.stdlib_module_names}
    groups = [
        sorted(group, key=lambda line: (line.startswith("from "), line)) for group in (standard, imports - standard)
    ]
    return "\n\n".join("\n".join(group) for group in groups if group) + "\n"
