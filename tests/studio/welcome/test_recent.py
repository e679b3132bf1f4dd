"""What is told of recent files: what they are made of, and how well they did."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.storage import files, templates
from studio.runs.folder import RunFolder
from studio.runs.metrics.writer import MetricWriter
from studio.welcome.recent import LARGEST, glances


def saved(folder: Path, template: str, name: str = "") -> Path:
    path = folder / f"{name or template}.netloom"
    files.write(templates.load(template), path)
    return path


def trained(runs: Path, path: Path, *accuracies: float) -> None:
    """A run of a file that reached these accuracies."""
    run = RunFolder.create(runs, b"{}", "", {"name": "run", "document_path": str(path)})
    with MetricWriter(run.metrics_path) as metrics:
        for step, accuracy in enumerate(accuracies, 1):
            metrics.record("validation/accuracy", step, float(step), accuracy)


@pytest.mark.parametrize(
    ("template", "family"),
    [
        ("small-resnet", "Convolution"),
        ("mlp", "Linear"),
        ("lstm-tagger", "Recurrent"),
        ("transformer", "Attention"),
    ],
)
def test_the_most_telling_layer_stands_for_the_network(tmp_path: Path, template: str, family: str) -> None:
    path = saved(tmp_path, template)
    kind = glances([path], tmp_path / "runs")[path].kind
    assert kind is not None and kind.family == family


def test_files_that_cannot_be_read_have_no_kind(tmp_path: Path) -> None:
    broken, gone, huge = tmp_path / "broken.netloom", tmp_path / "gone.netloom", tmp_path / "huge.netloom"
    broken.write_bytes(b"\x00\xff not a network")
    huge.write_bytes(b" " * (LARGEST + 1))
    found = glances([broken, gone, huge], tmp_path / "runs")
    assert [found[path][:2] for path in (broken, gone, huge)] == [(None, "")] * 3
    assert found[gone].changed is None
    assert found[huge].changed == huge.stat().st_mtime


def test_the_best_of_all_runs_of_a_file_is_told(tmp_path: Path) -> None:
    path, other = saved(tmp_path, "mlp"), saved(tmp_path, "mlp", "other")
    runs = tmp_path / "runs"
    trained(runs, path, 0.5, 0.93, 0.91)
    trained(runs, path, 0.88)
    found = glances([path, other], runs)
    assert found[path].best == "93.0 %"
    assert found[other].best == ""


def test_without_a_folder_of_runs_none_is_made(tmp_path: Path) -> None:
    path = saved(tmp_path, "mlp")
    assert glances([path], tmp_path / "runs")[path].best == ""
    assert not (tmp_path / "runs").exists()
