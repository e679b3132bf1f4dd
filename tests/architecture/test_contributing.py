"""The page for contributors tells the truth: its example works as it stands, and what it names is there."""

from __future__ import annotations

import re

import pytest

from models.kinds.layer import Layer, TensorType, call
from models.layers import LAYERS
from models.specs.fields import Float
from support import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_example_is_a_layer_kind() -> None:
    example = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert example
    names = {"LAYERS": LAYERS, "Layer": Layer, "Float": Float, "TensorType": TensorType, "call": call}
    try:
        exec(example[1], names)
        swish = LAYERS["Swish"](beta=2.0)
        inputs = (TensorType((3, 8, 8)),)
        assert swish.module(inputs) == "nn.Swish(beta=2.0)"
        assert swish.output_types(inputs) == inputs
        assert LAYERS["Swish"] in LAYERS.search("self-gated")
    finally:
        LAYERS.unregister("Swish")


@pytest.mark.parametrize(
    "named", sorted(set(re.findall(r"`((?:models|widgets|studio|tests|resources|docs)/[\w./]*)`", PAGE)))
)
def test_what_it_names_is_there(named: str) -> None:
    assert (ROOT / named).exists()


def test_its_commands_are_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make (\w+)", PAGE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_it_is_one_page() -> None:
    assert len(PAGE.splitlines()) <= 80
