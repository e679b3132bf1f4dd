"""A small network shows its weights while it learns, and who watches sees the surface of that moment."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from documents import chain
from safetensors.torch import load
from trained_runs import PLANE, Asking, asking, trained

from studio.worker.state import LIVE, show_weights

__all__ = ["asking"]


@pytest.fixture
def each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.worker.recorder.FLUSH_EVERY", 0.0)


def test_the_weights_of_the_last_look_are_there_and_are_drawn(each_step: None, asking: Asking) -> None:
    run = trained(chain(PLANE, "moons", epochs=2), asking.folder / "runs")
    shown = load((run.path / LIVE).read_bytes())
    last, live = (asking.ask("surface", run, side=12, live=live).arrays["chances"] for live in (0, 1))
    model = asking.bench.model
    assert {name: value.shape for name, value in shown.items()} == {
        name: value.shape for name, value in model.state_dict().items()
    }
    np.testing.assert_allclose(live, last, atol=0.2)
    with torch.no_grad():
        show_weights(run.path / LIVE, {name: torch.zeros_like(value) for name, value in shown.items()})
        even = asking.ask("surface", run, side=12, live=1).arrays["chances"]
    np.testing.assert_allclose(even, 0.5)
    (run.path / LIVE).write_bytes(b"broken")
    np.testing.assert_array_equal(asking.ask("surface", run, side=12, live=1).arrays["chances"], last)


def test_a_large_network_shows_none_and_a_disk_that_refuses_does_no_harm(
    each_step: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("studio.worker.saver.SMALL", 16)
    run = trained(chain(PLANE, "moons", epochs=1), tmp_path)
    assert not (run.path / LIVE).exists()
    show_weights(tmp_path / "no folder" / LIVE, {"w": torch.zeros(2)})
    assert not (tmp_path / "no folder").exists()
