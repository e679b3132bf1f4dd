"""The functions with which a training script makes tensors of arrays, as far as they are needed."""

from __future__ import annotations

from collections.abc import Sequence

from models.codegen.formatting import literal, statement
from models.data import Facts, other_form
from models.document import Document
from models.training import TrainingSettings
from models.training.objectives import Objective

_NORMALIZED = '''def normalized(x, mean, std):
    """Numbers as the network takes them: around 0, where they are normalized."""
    inputs = torch.from_numpy(np.ascontiguousarray(x)).float()
    if mean is not None:
        inputs = (inputs - torch.from_numpy(mean)) / torch.from_numpy(std)
    return inputs.to(DEVICE)
'''
_CENTERED = '''def centered(x, mean, std):
    """Numbers around 0, whose mean is taken away before they become float32."""
    if mean is not None:
        x = (x - mean).astype(np.float32) / std
    return torch.from_numpy(np.ascontiguousarray(x, dtype=np.float32)).to(DEVICE)
'''
_STREAMED = '''class Streamed:
    """Examples that are made as they come: rows of them are what the network takes."""

    def __init__(self, examples, mean, std):
        self.examples = examples
        scale = (mean, std) if mean is not None else ()
        self.scale = [torch.from_numpy(part).to(DEVICE) for part in scale]

    def __len__(self):
        return len(self.examples)

    def __getitem__(self, rows):
        values = torch.from_numpy(self.examples[rows.cpu().numpy()].read())
{moved}
        values = values.float()
        if self.scale:
            mean, std = self.scale
            values = (values - mean) / std
        return values
'''
_PINNED = """        pinned = DEVICE.startswith("cuda")  # it copies from such memory by itself
        values = (values.pin_memory() if pinned else values).to(DEVICE, non_blocking=pinned)"""
_MOVED = "        values = values.to(DEVICE)"
_WHOLE = '''def whole(values):
    """Integers: classes, or the places in a table."""
    return torch.from_numpy(np.ascontiguousarray(values)).long().to(DEVICE)
'''
_COLUMNS = '''def columns(y):
    """Targets that are numbers, one column where there is one an example."""
    targets = torch.from_numpy(np.ascontiguousarray(y))
    return (targets.unsqueeze(1) if targets.dim() == 1 else targets).float().to(DEVICE)
'''
_SWITCHES = '''def switches(y, classes):
    """Classes as one yes or no each."""
    return nn.functional.one_hot(whole(y), classes).movedim(-1, 1).float()
'''


def tensors_source(
    document: Document, facts: Facts, inputs: Sequence[str], objectives: Sequence[Objective]
) -> list[str]:
    """The function `tensors` and those that it calls; raises `ValueError` where an Input or Output has no column."""
    fed, aims = [_feed(document, facts, id) for id in inputs], [_target(document, facts, item) for item in objectives]
    lines = [
        "def tensors(x, y, mean, std):",
        '    """Inputs and targets, as the network and the losses take them."""',
        *statement(4, f"inputs = ({', '.join(fed)}{',' * (len(fed) == 1)})"),
        *statement(4, f"targets = ({', '.join(aims)}{',' * (len(aims) == 1)})"),
        "    return inputs, targets",
    ]
    every = " ".join((*fed, *aims))
    needed = [text for text in (_NORMALIZED, _CENTERED, _COLUMNS, _SWITCHES) if _name(text) + "(" in every]
    if "Streamed(" in every:
        settings, _ = TrainingSettings.read(document.training)
        needed.append(_STREAMED.format(moved=_PINNED if settings.pin_memory else _MOVED))
    if "whole(" in every or _SWITCHES in needed:
        needed.insert(0, _WHOLE)
    return [*needed, "\n".join(lines) + "\n"]


def _feed(document: Document, facts: Facts, id: str) -> str:
    output = document.analysis[id].outputs[0]
    column = facts.input(id)
    if column is None:
        raise ValueError(f"No column of the data is bound to {id}. Choose one in the data settings.")
    key = f"[{literal(id)}]" if len(facts.inputs) > 1 else ""
    if output is not None and output.dtype == "int":
        return f"whole(x{key})"
    maker = "Streamed" if column.streamed else "centered" if column.exact else "normalized"
    return f"{maker}(x{key}, mean{key}, std{key})"


def _target(document: Document, facts: Facts, objective: Objective) -> str:
    column = facts.target(objective.output)
    if column is None:
        raise ValueError(f"No column of the data is bound to {objective.output}. Choose one in the data settings.")
    values = f"y[{literal(objective.output)}]" if len(facts.targets) > 1 else "y"
    classes = len(column.classes or ())
    if objective.loss.targets == "classes":
        return f"whole({values})"
    if objective.loss.targets == "binary" and classes:
        if classes > 2:
            return f"switches({values}, {classes})"
        return f"columns({values})" if not column.shape else f"columns({values}[:, None])"
    form = other_form(column, document.analysis[objective.output].shape, objective.loss)
    return f"columns({values})" + (f".reshape(-1, {', '.join(map(str, form))})" if form else "")


def _name(function: str) -> str:
    return function.partition("(")[0].removeprefix("def ")
