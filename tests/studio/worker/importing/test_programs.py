"""Exported programs gone through without `torch.export`, and documents of theirs beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from models.importers import Report, fold
from models.importers.exported import read
from models.importers.exported.calls import FORMS, computes, said
from models.importers.exported.constants import FUNCTIONS
from models.importers.exported.files import ProgramFile
from models.importers.exported.graph import Node
from models.importers.pytorch.trace import Named, Slice, Value
from models.storage import files
from studio.worker.importing.programs import Program, _function, compare
from studio.worker.probing.errors import ProbeError
from support import ROOT

GOLDEN = ROOT / "tests" / "golden" / "exported"


@pytest.mark.parametrize("name", ["pictures", "words"])
def test_program_and_document_answer_as_the_network_did(tmp_path: Path, name: str) -> None:
    told = np.load(GOLDEN / f"{name}.npz")
    program, given = Program(ProgramFile(GOLDEN / f"{name}.pt2")), torch.from_numpy(told["x"])
    parts = given.split(1) if name == "words" else (given,)  # which is for a batch of one
    found = [torch.cat(results) for results in zip(*(program(part) for part in parts), strict=True)]
    assert len(found) == len(told.files) - 1
    for place, mine in enumerate(found):
        np.testing.assert_allclose(mine.detach().numpy(), told[f"y{place}"], atol=1e-6)
    report = Report(name)
    taken = read(GOLDEN / f"{name}.pt2", report)
    folded = fold(taken.recorded, report)
    weights = folded.arrays(taken.weights, report)
    about = {"original": str(GOLDEN / f"{name}.pt2"), "document": files.to_json(folded.document), "batch": taken.batch}
    for change, close in ((0.0, True), (1.0, False)):
        save_file(weights | {"head.bias": weights["head.bias"] + np.float32(change)}, tmp_path / "w.safetensors")
        difference = compare(about | {"weights": str(tmp_path / "w.safetensors")})["difference"]
        assert (difference <= 1e-5) == close


@pytest.mark.parametrize("target", ["torch.ops.aten.from_file.default", "torch.ops.mine.x.y"])
def test_only_what_computes_is_run(target: str) -> None:
    with pytest.raises(ProbeError, match="is not run"):
        _function(Node(target, (), {}, ()))


X, Y, M = torch.randn(2, 3, 4), torch.randn(2, 3, 4).abs() + 0.5, torch.rand(2, 3, 4) > 0.5
N = torch.arange(24).reshape(2, 3, 4)
TWO = (
    "add",
    "sub",
    "mul",
    "div",
    "minimum",
    "maximum",
    "floor_divide",
    "remainder",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
)
ONE = ("neg", "abs", "sqrt", "rsqrt", "reciprocal", "exp", "log", "sin", "cos", "zeros_like", "ones_like", "clone",
       "alias", "detach", "detach_", "contiguous", "lift_fresh", "lift_fresh_copy", "tril", "triu",
       "zero_")  # fmt: skip
CONSTANTS = {
    **{name: (Y.clone(),) for name in ONE}, **dict.fromkeys(TWO, (X, Y)),
    "zeros": ([2, 3],), "ones": ([2],), "full": ([2, 2], 3), "arange": (5,), "full_like": (X, 2.0), "eye": (3,),
    "new_zeros": (X, [2]), "new_ones": (X, [2]), "new_full": (X, [2], 5), "scalar_tensor": (2.0,),
    "slice": (X, 1, 0, 2), "select": (X, -1, 2), "view": (X, [6, -1]), "reshape": (X, [4, 6]),
    "_unsafe_view": (X, [24]),
    "flatten": (X, 1, 2), "permute": (X, [2, 0, 1]), "transpose": (X, 0, -1), "t": (X[0],), "unsqueeze": (X, 1),
    "squeeze": (X[:1],), "expand": (X[:, :1], [-1, 3, 4]), "index": (N, [torch.tensor([0, 1, 1])]),
    "fill_": (X.clone(), 2.0), "copy_": (X.clone(), Y), "pow": (Y, 2), "rsub": (X, Y), "logical_not": (M,),
    "bitwise_not": (M,), "logical_and": (M, ~M), "bitwise_and": (M, M), "logical_or": (M, ~M), "bitwise_or": (M, ~M),
    "where": (M, X, Y), "masked_fill": (X, M, -1.0), "cumsum": (X, 1), "cat": ([X, Y], 1), "stack": ([X, Y], 1),
    "_to_copy": (X,), "to": (X,),
}  # fmt: skip
OVERLOADS = {"_to_copy": {"dtype": torch.float32}, "to": {"dtype": torch.float32}}


def _plain(item: object) -> object:
    if isinstance(item, torch.Tensor):
        return item.numpy().copy()
    return [_plain(inner) for inner in item] if isinstance(item, list) else item


@pytest.mark.parametrize("name", FUNCTIONS)
def test_constants_are_what_aten_makes_them(name: str) -> None:
    expected = getattr(torch.ops.aten, name)(*CONSTANTS[name], **OVERLOADS.get(name, {}))
    found = FUNCTIONS[name](*(_plain(item) for item in CONSTANTS[name]))
    np.testing.assert_allclose(np.asarray(found).astype(expected.numpy().dtype), expected.numpy(), rtol=1e-6)


IMAGE, W, B = torch.randn(2, 4, 6, 6), torch.randn(6, 4, 3, 3), torch.randn(6)
CHANNELS = [torch.rand(4) + 0.5 for _ in range(4)]
QUERY = torch.randn(2, 2, 5, 4)
SPOKEN = {
    "convolution": (IMAGE, W, B, [1, 1], [1, 1], [1, 1], False, [0, 0], 1),
    "_convolution": (IMAGE, W.transpose(0, 1).contiguous(), None, [2, 2], [1, 1], [1, 1], True, [1, 1], 1,
                     False, False, True, True),
    "batch_norm": (IMAGE, *CHANNELS, False, 0.1, 1e-3, False),
    "_native_batch_norm_legit_no_training": (IMAGE, *CHANNELS, 0.1, 1e-3),
    "native_batch_norm": (IMAGE, *CHANNELS, False, 0.1, 1e-3),
    "_native_batch_norm_legit": (IMAGE, *CHANNELS, False, 0.1, 1e-3),
    "instance_norm": (IMAGE, CHANNELS[0], CHANNELS[1], None, None, True, 0.1, 1e-4, False),
    "layer_norm": (IMAGE, [6], None, None, 1e-4, True), "native_layer_norm": (IMAGE, [6], None, None, 1e-4),
    "group_norm": (IMAGE, 2, CHANNELS[0], CHANNELS[1], 1e-4, False),
    "native_group_norm": (IMAGE, CHANNELS[0], CHANNELS[1], 2, 4, 36, 2, 1e-4),
    "embedding": (torch.randn(9, 3), torch.tensor([[1, 2]])), "dropout": (IMAGE, 0.0, False),
    "native_dropout": (IMAGE, 0.0, False), "alpha_dropout": (IMAGE, 0.0, False), "feature_dropout": (IMAGE, 0.0, False),
    "feature_alpha_dropout": (IMAGE, 0.0, False), "softmax": (IMAGE, 1), "_softmax": (IMAGE, 1, False),
    "log_softmax": (IMAGE, 1), "_log_softmax": (IMAGE, 1, False), "slice": (IMAGE, 2, 1, 5, 2),
    "to": (IMAGE, torch.float64),
    "index": (IMAGE, [None, torch.tensor([0, 2])]), "_to_copy": (IMAGE,), "constant_pad_nd": (IMAGE, [1, 1], 2.0),
    **{f"{mode}_pad{rank}d": (torch.randn(2, 3, *(5,) * rank), [1, 2] * rank) for mode in ("reflection", "replication")
       for rank in (1, 2, 3)},
    **{f"max_pool{rank}d_with_indices": (torch.randn(2, 3, *(4,) * rank), [2] * rank) for rank in (2, 3)},
    "_scaled_dot_product_flash_attention_for_cpu": (QUERY, QUERY, QUERY, 0.0, True),
    **{f"upsample_{name}.vec": (torch.randn(2, 3, *(4,) * rank), None, *more, [2.0] * rank) for name, rank, more in (
        ("nearest1d", 1, ()), ("nearest2d", 2, ()), ("nearest3d", 3, ()), ("bilinear2d", 2, (True,)),
        ("bicubic2d", 2, (False,)), ("linear1d", 1, (False,)), ("trilinear3d", 3, (True,)))},
    "prelu": (IMAGE, CHANNELS[0]), 
}  # fmt: skip


def _public(item: object) -> object:
    """An argument as PyTorch's public functions take it."""
    if isinstance(item, Slice):
        return slice(*item)
    if isinstance(item, Named):
        return getattr(torch, item.text.removeprefix("torch."))
    return tuple(map(_public, item)) if isinstance(item, tuple) else item


def test_every_form_has_a_sample() -> None:
    lacking = set(FORMS) - {name.partition(".")[0] for name in SPOKEN} - {"max_pool1d_with_indices"}
    assert lacking == set() and set(CONSTANTS) == set(FUNCTIONS)


@pytest.mark.parametrize("name", SPOKEN)
def test_what_aten_does_the_public_function_does(name: str) -> None:
    operator, _, overload = name.partition(".")
    packet = getattr(torch.ops.aten, operator)
    function = getattr(packet, overload) if overload else packet
    made = function(*SPOKEN[name])
    expected = made[0] if isinstance(made, tuple) else made
    result = Value(tuple(expected.shape), str(expected.dtype).removeprefix("torch."))
    words = said(operator, list(SPOKEN[name]), {}, [result])
    place: object = torch
    for part in words.name.split(".")[1:]:
        place = getattr(place, part)
    assert computes(operator) and callable(place)
    found = place(*map(_public, words.args), **words.kwargs)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
