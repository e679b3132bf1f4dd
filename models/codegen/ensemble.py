"""Several trained networks as one module of plain PyTorch that gives the average of their probabilities."""

from __future__ import annotations

from collections.abc import Sequence

from models.codegen.formatting import literal, statement
from models.codegen.module import generate
from models.codegen.objectives import input_ids, objectives_of
from models.codegen.portable import divided, portable, sorted_imports
from models.codegen.trained.scaled import SCALED, Part, scaled_call
from models.document import Document
from models.training import Loss
from models.training.metrics import EMBEDDING, SEQUENCE

_ENSEMBLE = '''class Ensemble(nn.Module):
    """Averages over its members {gives}.

    Takes inputs as the data holds them: scaling is part of each member.
    """

    def __init__(self):
        super().__init__()
        self.members = nn.ModuleList(
            [
{members}
            ]
        )

    def forward(self, *inputs):
        found = [member(*inputs) for member in self.members]
        answers = [part if isinstance(part, tuple) else (part,) for part in found]
        averages = tuple(
            torch.stack([read(output) for output in outputs]).mean(0)
            for read, outputs in zip(READ, zip(*answers), strict=True)
        )
        return averages if len(averages) > 1 else averages[0]
'''
_LOAD = '''def load(path=Path(__file__).with_suffix(".safetensors")):
    """The ensemble with its weights, ready to answer."""
    ensemble = Ensemble()
    ensemble.load_state_dict(load_file(path), assign=True)
    return ensemble.eval()
'''
_READ = {
    "classes": ("nn.Softmax(dim=1)", "the probabilities of classes"),
    "binary": ("nn.Sigmoid()", "probabilities of yes"),
    "numbers": ("nn.Identity()", "numbers"),
    "embedding": ("nn.Identity()", "vectors"),
    "sequence": ("nn.Softmax(dim=1)", "the probabilities of classes"),
}
"""By the form of an Output's answers how what comes out is read, and what that gives."""


def ensemble_source(members: Sequence[Part], title: str) -> str:
    """The text of a module with `Ensemble` and `load`; its weights are those of members behind ``members.0.network.``,
    and means and standard deviations as ``members.0.mean0``.

    Raises `ValueError` with a sentence where a network has an error or members have other inputs or outputs.
    """
    forms = [_forms(member.document) for member in members]
    for member, form in zip(members, forms, strict=True):
        if form != forms[0]:
            raise ValueError(f"{member.name} has other Inputs or Outputs than {members[0].name}. Leave it out.")
    classes, imports, rows = _classes(members)
    imports |= {"from pathlib import Path", "import torch", "from torch import nn"}
    imports |= {"from safetensors.torch import load_file"}
    inputs, outputs = forms[0]
    names = ", ".join(inputs)
    head = (
        f'"""{title}: {len(members)} networks drawn and trained in Netloom that answer together.\n\n'
        "Needs PyTorch and safetensors. The file of weights lies beside this one.\n\n"
        "    ensemble = load()\n"
        f'    answers = ensemble({names})\n"""\n'
    )
    losses = [objective.loss for objective in objectives_of(members[0].document)]
    functions = reading_functions(losses)
    read = statement(0, f"READ = ({', '.join(map(reader, losses))},)")
    ensemble = _ENSEMBLE.format(
        gives=" and ".join(dict.fromkeys(_READ[form][1] for form in outputs)), members="\n".join(rows)
    )
    body = "\n\n".join([*classes, *functions, SCALED, "\n".join(read) + "\n\n\n" + ensemble, _LOAD])
    return "\n".join((head, sorted_imports(imports) + "\n\n" + body))


def _classes(members: Sequence[Part]) -> tuple[list[str], set[str], list[str]]:
    """Each different network as a class with what it imports, and the line that makes each member."""
    names: dict[str, str] = {}
    classes: list[str] = []
    imports: set[str] = set()
    rows: list[str] = []
    for member in members:
        network, analysis = member.document.network, member.document.analysis
        plain = generate(network, analysis, "Member")
        if plain.left_out:
            raise ValueError(f"{member.name}: {plain.left_out[0]} has an error. Leave this run out.")
        content, needed = divided(plain.text)
        if content not in names:
            names[content] = f"Member{len(names) + 1}"
            classes.append(divided(generate(network, analysis, names[content]).text)[0])
            imports |= set(needed)
        rows += statement(16, scaled_call(member, names[content]), comma=True)
    return classes, imports, rows


def reading_functions(losses: Sequence[Loss]) -> list[str]:
    """The functions that read outputs, of the losses that have one, as text."""
    readings = {_reading(loss): type(loss).reading for loss in losses}
    return [portable(function, name) for name, function in readings.items() if function]


def _reading(loss: Loss) -> str:
    return f"{loss.kind}_reading".lower()


def reader(loss: Loss) -> str:
    """The expression of a function that reads the outputs of a member."""
    made = _READ[loss.answers][0]
    if not type(loss).reading:
        return made
    settings = "".join(f", {key}={literal(value)}" for key, value in loss.reading_settings().items())
    return f"lambda outputs: {made}({_reading(loss)}(outputs{settings}))"


def _forms(document: Document) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The Inputs by id, and the form of the answers of each Output; raises `ValueError` where that has no mean."""
    answers = tuple(objective.loss.answers for objective in objectives_of(document))
    if {EMBEDDING, SEQUENCE} & {*answers}:
        raise ValueError("Embeddings, and sequences that are read off, have no mean over runs. Export each run.")
    return tuple(input_ids(document)), answers
