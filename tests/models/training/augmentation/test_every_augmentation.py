"""What holds for every augmentation: it is tested by being registered."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor

from models.codegen.formatting import WIDTH
from models.codegen.portable import portable
from models.training import AUGMENTATIONS, Augmentation, Mixing

KINDS = list(AUGMENTATIONS.values())
MOVING = [kind for kind in KINDS if kind.moves]
LOW, HIGH = torch.tensor([-2.0, -1.5, -1.0]).reshape(3, 1, 1), torch.tensor([2.0, 2.5, 3.0]).reshape(3, 1, 1)


def images(count: int = 12, height: int = 9, width: int = 11) -> Tensor:
    """Images between black and white."""
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(4)) * (HIGH - LOW) + LOW


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def changed(spec: Augmentation, x: Tensor, seed: int = 0) -> Tensor:
    """A batch as a training changes it."""
    kind, settings = type(spec), spec.settings(all_fields=True)
    drawn = kind.draw(x, seeded(seed), **settings)
    if isinstance(spec, Mixing):
        return kind.change(x, drawn, **settings)
    return kind.change(x, drawn, LOW, HIGH, **settings)


@pytest.mark.parametrize("kind", KINDS)
def test_it_keeps_shape_and_type_and_leaves_the_given_batch_alone(kind: type[Augmentation]) -> None:
    x = images()
    before = x.clone()
    found = changed(kind(), x)
    assert (found.shape, found.dtype) == (x.shape, x.dtype)
    assert torch.isfinite(found).all() and torch.equal(x, before)
    assert not torch.equal(found, x), "it changes something"


@pytest.mark.parametrize("kind", KINDS)
def test_the_seed_alone_says_what_is_drawn(kind: type[Augmentation]) -> None:
    torch.manual_seed(1)
    first = changed(kind(), images())
    torch.manual_seed(2)
    assert torch.equal(first, changed(kind(), images()))
    generator = seeded()
    settings = kind().settings(all_fields=True)
    drawn = [kind.draw(images(), generator, **settings) for _ in range(2)]
    assert not torch.equal(*drawn), "each batch is drawn anew"


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_of_one_is_fine(kind: type[Augmentation]) -> None:
    assert torch.isfinite(changed(kind(), images(1))).all()


@pytest.mark.parametrize("kind", KINDS)
def test_its_functions_fit_into_a_script_and_name_what_they_use(kind: type[Augmentation]) -> None:
    steps = ["draw", "change", *(["share"] if kind.mixes else [])]
    functions = [*kind.uses, *(getattr(kind, step) for step in steps)]
    names: dict[str, Any] = {}
    for function in functions:
        text = portable(function)
        assert max(map(len, text.splitlines())) <= WIDTH, text
        exec(text, names)
    settings = kind().settings(all_fields=True)
    drawn = names["draw"](images(), seeded(), **settings)
    ends = () if kind.mixes else (LOW, HIGH)
    assert torch.equal(names["change"](images(), drawn, *ends, **settings), changed(kind(), images()))


@pytest.mark.parametrize("kind", MOVING)
@pytest.mark.parametrize("dtype", [torch.int64, torch.float32])
def test_a_mask_moves_along_with_its_image(kind: type[Augmentation], dtype: torch.dtype) -> None:
    x = images(32)
    settings = kind().settings(all_fields=True)
    drawn = kind.draw(x, seeded(3), **settings)
    blocks = torch.zeros(32, 1, 9, 11)
    blocks[:, :, 2:6, 3:9] = 1
    found = kind.change(blocks.to(dtype), drawn, 0, None, **settings)
    assert found.dtype == dtype and found.shape == blocks.shape
    image = kind.change(blocks, drawn, 0.0, None, **settings)
    assert not torch.equal(image, blocks)
    assert ((found.float() > 0.5) == (image > 0.5)).float().mean() > 0.99, "the border of a block may round"


@pytest.mark.parametrize("kind", MOVING)
def test_beyond_the_border_is_black(kind: type[Augmentation]) -> None:
    white = HIGH.expand(64, 3, 9, 11).clone()
    settings = kind().settings(all_fields=True)
    drawn = kind.draw(white, seeded(), **settings)
    found = kind.change(white, drawn, LOW, HIGH, **settings)
    assert (found >= LOW - 1e-5).all() and (found <= HIGH + 1e-5).all()


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_of_what_it_is(kind: type[Augmentation]) -> None:
    spec = kind()
    assert kind.title and kind.help.endswith(".") and kind.url.startswith("https://")
    assert spec.misfit((3, 9, 11)) == "" if kind.takes != "spectrograms" else spec.misfit((9, 11)) == ""
    assert spec.misfit((4,), tokens=True), "integers are not augmented"
    assert (spec.misfit((4,)) == "") == (kind.takes == "numbers")
    assert copy.copy(spec) == kind.read(spec.settings())[0]
