"""Networks that take their tensors in a dictionary or an object: what is said, and that it helps."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, TypedDict

import pytest
import torch
from torch import Tensor, nn

from models.importers import ImportFailed
from studio.worker.importing.bundles import Bundle
from studio.worker.importing.child import fail
from studio.worker.importing.network import Asked, import_network

pytestmark = pytest.mark.filterwarnings("ignore:Using a non-tuple sequence")  # text as an index of a tensor


class Pair(NamedTuple):
    image: Tensor
    mask: Tensor


@dataclass
class Batch:
    image: Tensor
    mask: Tensor


class Typed(TypedDict):
    image: Tensor
    mask: Tensor


class OfKeys(nn.Module):
    def forward(self, batch):  # type: ignore[no-untyped-def]
        return batch["image"].clone() * batch["mask"]


class OfGet(nn.Module):
    def forward(self, batch):  # type: ignore[no-untyped-def]
        return batch.get("image") * batch.get("mask", 1)


class OfIn(nn.Module):
    def forward(self, batch):  # type: ignore[no-untyped-def]
        if "mask" not in batch:
            return batch["image"]
        return batch["mask"] * batch["image"]


class OfMapping(nn.Module):
    def forward(self, x: Tensor, batch: Mapping[str, Tensor]) -> Tensor:
        return x + batch["image"] * batch["mask"]


class OfTyped(nn.Module):
    def forward(self, batch: Typed) -> Tensor:
        return torch.mul(**{"input": batch["image"], "other": batch["mask"]})


class OfStars(nn.Module):
    def product(self, first: Tensor, second: Tensor) -> Tensor:
        return first * second

    def forward(self, batch):  # type: ignore[no-untyped-def]
        return self.product(**batch)


class OfPair(nn.Module):
    def forward(self, batch: Pair) -> Tensor:
        return batch.image * batch.mask


class OfBatch(nn.Module):
    def forward(self, batch: Batch) -> Tensor:
        return batch.image * batch.mask


class OfAttributes(nn.Module):
    def forward(self, batch):  # type: ignore[no-untyped-def]
        return batch.image.float() * batch.mask


class OfParts(nn.Module):
    def forward(self, batch):  # type: ignore[no-untyped-def]
        image, mask = batch
        return image * mask


class OfUnequal(nn.Module):
    """What its parts do to one another fails before the second batch could tell."""

    def forward(self, batch):  # type: ignore[no-untyped-def]
        image, mask = batch
        return torch.cat([image, mask.expand(7)]) if image.dim() else image * mask


class OfHint(nn.Module):
    def forward(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        return batch[0] * batch[1] + torch.mul(*batch) * 0


def said(network: nn.Module, *names: str, **arguments: Any) -> str:
    with pytest.raises(ImportFailed) as failed:
        import_network(network, [Asked(name, (3,)) for name in names or ("",)], arguments, "Net", Path(__file__))
    return str(failed.value)


ADVISED: dict[type[nn.Module], str] = {
    **dict.fromkeys((OfKeys, OfGet, OfIn, OfTyped, OfStars), "a dictionary"), OfPair: "a Pair", OfBatch: "a Batch",
    OfAttributes: "a SimpleNamespace", **dict.fromkeys((OfParts, OfUnequal, OfHint), "a tuple"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ADVISED)
def test_the_wrapper_that_is_shown_works(kind: type[nn.Module]) -> None:
    words, _, shown = said(kind()).partition(" and import that: ")
    assert f"the forward of {kind.__name__} takes {ADVISED[kind]} as ‘batch’" in words
    made: dict[str, Any] = {"Pair": Pair, "Batch": Batch, "SimpleNamespace": SimpleNamespace, "nn": nn}
    exec(f"class Wrapped(nn.Module):\n    {shown}", made)
    wrapped = made["Wrapped"]()
    wrapped.network = kind()
    assert shown.startswith("def forward(self, image, mask):") or kind in (OfStars, OfIn, OfHint)
    assert torch.equal(wrapped(torch.tensor(2.0), torch.tensor(3.0)), torch.tensor(6.0))


def test_tensors_by_name_are_answered_alike() -> None:
    assert "takes a dictionary as ‘batch’" in said(OfKeys(), "image", "mask")


@pytest.mark.parametrize("names", [("",), ("", ""), ("image", "mask")])
def test_a_tuple_is_told_however_many_inputs_are_given(names: tuple[str, ...]) -> None:
    assert "def forward(self, image, mask): return self.network((image, mask))" in said(OfParts(), *names)


def test_parts_of_a_tuple_that_have_one_name_are_numbered() -> None:
    class Ignoring(nn.Module):
        def forward(self, batch):  # type: ignore[no-untyped-def]
            _, _, image = batch
            return image

    class First(nn.Module):
        def forward(self, batch):  # type: ignore[no-untyped-def]
            _, _, _ = batch
            return batch[0]

    assert "def forward(self, input1, input2, input3): return self.network((input1, input2, input3))" in said(First())
    assert "‘batch’" in said(Ignoring())


def test_a_second_argument_may_be_one_and_one_that_is_given_is_none() -> None:
    assert "as ‘batch’" in said(OfMapping())
    with pytest.raises(IndexError):
        import_network(OfKeys(), [], {"batch": torch.ones(2)}, "Net", Path(__file__))


def test_other_errors_are_left_as_they_are() -> None:
    class Broken(nn.Module):
        def forward(self, x, options=None):  # type: ignore[no-untyped-def]
            return x + options["bias"]

    class Narrow(nn.Module):
        def forward(self, x):  # type: ignore[no-untyped-def]
            return x["bias"] if isinstance(x, dict) else x.mean(0).view(7)

    with pytest.raises(RuntimeError, match="is invalid for input of size"):
        import_network(Narrow(), [Asked("", (3,))], {}, "Net", Path(__file__))
    with pytest.raises(TypeError, match="not subscriptable"):
        import_network(Broken(), [Asked("", (3,))], {}, "Net", Path(__file__))


def test_keys_that_are_no_names_are_numbered() -> None:
    words = Bundle("batch", "", ("pixel values", "class", "mask")).advice("Net")
    assert "def forward(self, input1, input2, mask):" in words
    assert 'self.network({"pixel values": input1, "class": input2, "mask": mask})' in words


def test_the_answer_names_the_line(tmp_path: Path) -> None:
    try:
        import_network(OfKeys(), [Asked("", (3,))], {}, "Net", Path(__file__))
    except ImportFailed as error:
        fail(tmp_path, Path(__file__), error, sys.exc_info()[2])
    answer = json.loads((tmp_path / "answer.json").read_text())
    line = OfKeys.forward.__code__.co_firstlineno + 1
    assert answer["failure"].startswith("the forward of OfKeys") and answer["place"] == f"line {line}"
