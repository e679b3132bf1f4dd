"""Public architectures with random weights: how many become documents with every parameter and equal outputs.

They are those of torchvision, which is no part of Netloom: ``pip install --no-deps torchvision`` brings them along.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch

from models.importers import ImportFailed, Report
from studio.worker.importing.network import Asked, import_network
from support import scaled

pytestmark = pytest.mark.skipif(find_spec("torchvision") is None, reason="torchvision is not installed")

SMALL = ("squeezenet1_1", "shufflenet_v2_x0_5", "mnasnet0_5", "mobilenet_v3_small", "regnet_y_400mf", "resnet18")
"""Those that a part of the battery begins with."""
TOO_LARGE = ("vit_h_14", "regnet_y_128gf")
"""Several gigabytes of weights."""


def models() -> Any:
    """`torchvision.models`, whose operators are declared for builds of torch that lack them."""
    library = torch.library.Library("torchvision", "DEF")
    for name, arguments in (("nms", "Tensor dets, Tensor scores, float iou_threshold"), ("qnms", "Tensor x")):
        library.define(f"{name}({arguments}) -> Tensor")
    models.library = library  # type: ignore[attr-defined]  # what is declared lasts as long as this
    import torchvision  # type: ignore[import-not-found, import-untyped, unused-ignore]

    return torchvision.models


def classifiers(of: Any) -> list[str]:
    names = [name for name in of.list_models(module=of) if name not in TOO_LARGE]
    return [*SMALL, *(name for name in names if name not in SMALL)]


def verdict(of: Any, name: str) -> tuple[str, Report | None]:
    """What became of a model, in words."""
    torch.manual_seed(0)
    heads = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    network = of.get_model(name, weights=None, **heads)
    size = 299 if name == "inception_v3" else 224
    try:
        report = import_network(network, [Asked("", (3, size, size))], {}, name, Path(f"{name}.py")).report
    except ImportFailed as error:
        return str(error), None
    return "exact" if report.is_exact else report.verdict(), report


@pytest.mark.soak
def test_public_architectures_become_documents_that_are_equal(figure: Callable[[str], None]) -> None:
    of = models()
    names = classifiers(of)
    names = names[: scaled(len(names))]
    found = {}
    for name in names:
        words, report = verdict(of, name)
        found[name] = words
        cards = sum(entry.what == "code" for entry in report.entries) if report else 0
        print(f"| {name} | {report.parameters if report else 0:,} | {cards} | {words} |")
    others = {name: words for name, words in found.items() if words != "exact"}
    figure(f"{len(found) - len(others)} of {len(found)} models of torchvision are exact; others: {others or 'none'}")
    assert len(others) <= 0.05 * len(found), others
