"""The library of blocks: each is sound, free of warnings, what torch makes of it, and learns."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from layer_cases import held_by

from models.analysis.blocks import Block
from models.blocks import library, needed
from models.blocks.carrying import brought
from models.blocks.library import files
from models.byhand.starting import shapes_of
from models.checks import findings
from models.codegen.module import generate
from models.document import Document
from models.network import NO_KINDS
from models.storage.files import read_whole
from models.training.settings import TrainingSettings

NAMES = list(library())


def test_the_promised_ones_are_there() -> None:
    promised = {
        "BasicBlock", "BasicBlockProjection", "Bottleneck", "BottleneckProjection", "PreActivationBlock",
        "InvertedResidual", "DenseLayer", "SqueezeExcite", "ConvNeXtBlock", "InceptionBlock", "UNetDown", "UNetUp",
        "EncoderPreNorm", "EncoderPostNorm", "MLPBlock", "ConvNormAct", "DepthwiseSeparable",
    }  # fmt: skip
    assert promised == set(NAMES) == {file.stem for file in files()}


@pytest.mark.parametrize("name", NAMES)
def test_each_is_described_and_stands_alone(name: str) -> None:
    kind = library()[name]
    assert issubclass(kind, Block) and not kind.problem and kind.family == "Blocks"
    assert 3 <= len(kind.title) <= 48 and kind.synonyms
    assert 40 <= len(kind.help) <= 130 and kind.help.endswith(".")
    assert list(needed(library(), [name])) == [name], "what it is made of would come along, too"
    edits, renamed = brought(NO_KINDS, library(), [name])
    assert [edit.scope for edit in edits] == [name] and renamed == {}


def opened(name: str) -> Document:
    return read_whole(next(file for file in files() if file.stem == name))


@pytest.mark.parametrize("name", NAMES)
def test_each_is_sound_inside_and_where_it_is_used(name: str) -> None:
    document = opened(name)
    assert findings(document) == []
    assert [issue for analysis in document.analyses.values() for issue in analysis.issues()] == []
    assert TrainingSettings.read(document.training)[1] == []


@pytest.mark.parametrize("name", NAMES)
def test_torch_makes_it_as_analyzed_and_every_weight_learns(name: str) -> None:
    torch.manual_seed(0)
    document = opened(name)
    names: dict[str, Any] = {}
    source = generate(document.network, document.analysis, "Net")
    exec(compile(source.text, "net", "exec"), names)
    model = names[source.class_name]()
    assert held_by(model) == shapes_of(document.network, document.analysis)
    given = torch.randn(4, *document.analysis["start1"].outputs[0].shape)
    output = model(given)
    assert tuple(output.shape[1:]) == document.analysis["end1"].shape
    output.square().mean().backward()
    assert all(weight.grad is not None and torch.isfinite(weight.grad).all() for weight in model.parameters())
    torch.optim.SGD(model.parameters(), lr=1e-3).step()
    assert torch.isfinite(model(given)).all()
