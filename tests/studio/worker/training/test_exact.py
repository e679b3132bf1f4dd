"""Numbers that float32 would merge are trained on by what tells them apart, in a run as in its script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from documents import chain, history

from models.document import Document
from studio.running.launch import training_script
from studio.runs.folder import RunFolder
from studio.worker.session import train


def test_a_run_and_its_script_learn_from_what_tells_times_apart(
    tmp_path: Path, new: Callable[[Document], RunFolder]
) -> None:
    lines = [f"{1_700_000_000 + 3 * row},{row / 7},{'ab'[row > 30]}\n" for row in range(60)]
    (tmp_path / "a.csv").write_text("".join(["time,size,kind\n", *lines]))
    layers = [("input1", "Input", {"shape": [2]}), ("fc1", "Linear", {"out_features": 2}), ("output1", "Output", {})]
    made = chain(layers, data={"source": "csv", "path": str(tmp_path / "a.csv")}, epochs=4, batch_size=8)
    run = new(made)
    events: list[tuple[str, dict[str, Any]]] = []
    train(run, listener=lambda *told: events.append(told))
    names: dict[str, Any] = {"__name__": "script"}
    script = training_script(made, None)
    assert "centered(x, mean, std)" in script
    exec(compile(script, "script.py", "exec"), names)
    found = names["main"]()
    for key in ("train/loss", "validation/loss"):
        assert [row[key] for row in found] == [row[key] for row in history(events)]
