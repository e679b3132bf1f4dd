"""What an answer rests on is what captum says: the same numbers from the same network. Passed over without captum."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from trained_runs import Asking

from studio.runs.folder import RunFolder

captum: Any = pytest.importorskip("captum.attr")
Run = Callable[[str], RunFolder]
ROWS = (0, 7)


def setting(asking: Asking, run: RunFolder, row: int) -> tuple[Any, Tensor, int]:
    """The network with one score a class (the mean over positions), a sample, and the class that is answered."""
    x = asking.sample(run, row)
    model = asking.bench.model

    def scores(*given: Tensor) -> Tensor:
        return model(*given).flatten(2).mean(2) if model(*given).dim() > 2 else model(*given)

    with torch.no_grad():
        return scores, x, int(scores(x)[0].argmax())


def heat(asking: Asking, name: str, run: RunFolder, row: int, **more: Any) -> Any:
    return asking.ask(name, run, sample=row, **more).arrays["heat"]


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("kind", ["images", "classes", "points"])
def test_gradients(kind: str, row: int, run: Run, asking: Asking) -> None:
    scores, x, best = setting(asking, run(kind), row)
    expected = captum.Saliency(scores).attribute(x.clone().requires_grad_(), target=best, abs=False)[0]
    np.testing.assert_allclose(heat(asking, "gradient", run(kind), row), expected.detach(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("kind", ["images", "classes", "points"])
def test_integrated_gradients(kind: str, row: int, run: Run, asking: Asking) -> None:
    scores, x, best = setting(asking, run(kind), row)
    expected = captum.IntegratedGradients(scores).attribute(x, target=best, n_steps=50, method="riemann_middle")[0]
    found = heat(asking, "integrated_gradients", run(kind), row, steps=50)
    np.testing.assert_allclose(found, expected.detach(), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("row", ROWS)
def test_occlusion(row: int, run: Run, asking: Asking) -> None:
    scores, x, best = setting(asking, run("images"), row)
    window = {"sliding_window_shapes": (1, 4, 4), "strides": (1, 2, 2), "baselines": 0}
    expected = captum.Occlusion(scores).attribute(x, target=best, **window)[0, 0]
    np.testing.assert_allclose(
        heat(asking, "occlusion", run("images"), row, patch=4), expected.detach(), rtol=1e-3, atol=1e-5
    )


@pytest.mark.parametrize("layer", ["conv1", "relu1", "pool1"])
def test_grad_cam(layer: str, run: Run, asking: Asking) -> None:
    scores, x, best = setting(asking, run("images"), 3)
    module = asking.bench.model.get_submodule(layer)
    maps = captum.LayerGradCam(scores, module).attribute(x, target=best, relu_attributions=True)
    expected = torch.nn.functional.interpolate(maps, size=(8, 8), mode="bilinear", align_corners=False)[0, 0]
    np.testing.assert_allclose(
        heat(asking, "grad_cam", run("images"), 3, layer=layer), expected.detach(), rtol=1e-3, atol=1e-6
    )


@pytest.mark.parametrize("row", ROWS)
def test_tokens(row: int, run: Run, asking: Asking) -> None:
    scores, x, best = setting(asking, run("tokens"), row)
    embedding = asking.bench.model.get_submodule("embedding1")
    expected = captum.LayerGradientXActivation(scores, embedding).attribute(x, target=best).sum(2)[0]
    np.testing.assert_allclose(heat(asking, "gradient", run("tokens"), row), expected.detach(), rtol=1e-3, atol=1e-6)
    zeros = torch.zeros_like(embedding(x)).detach()

    def after(values: Tensor) -> Tensor:
        """The scores with values in the place of the embedding."""
        hook = embedding.register_forward_hook(lambda module, given, value: values)
        try:
            return scores(x.expand(len(values), -1))
        finally:
            hook.remove()

    whole = captum.IntegratedGradients(after).attribute(
        embedding(x).detach(), baselines=zeros, target=best, n_steps=32, method="riemann_middle"
    )
    found = heat(asking, "integrated_gradients", run("tokens"), row, steps=32)
    np.testing.assert_allclose(found, whole.sum(2)[0].detach(), rtol=1e-3, atol=1e-5)
