"""Data sets of Hugging Face by name: where they are kept, what is said while they are not here, and how they come."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from studio import cli
from studio.data import DataError, dataset_from
from studio.data.kept import hub
from studio.data.kept.download import fetch
from studio.data.kept.ready_set import datasets_folder, hub_set
from studio.data.kept.sets import ready_named


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETLOOM_DATASETS", str(tmp_path / "sets"))


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("hub:stanfordnlp/imdb", "stanfordnlp--imdb"),
        ("hub:nyu-mll/glue:sst2", "nyu-mll--glue--sst2"),
        ("hub:mnist", "mnist"),
    ],
)
def test_it_lies_where_a_computer_keeps_its_sets(path: str, place: str) -> None:
    item = ready_named(path)
    assert item is not None and item.path == path and item.file == datasets_folder() / "hub" / place
    assert item.terms.startswith("Size and license stand at https://huggingface.co/datasets/")


@pytest.mark.parametrize(
    "path", ["hub:", "hub:../x", "hub:a/../b", "hub:a/b/c", "hub:/etc", "hub:a b", "imdb", "hub:a:b:c"]
)
def test_what_cannot_be_a_name_is_none(path: str) -> None:
    assert hub_set(path) is None


def test_a_document_says_what_to_do_until_it_is_here(tmp_path: Path) -> None:
    dataset = dataset_from({"source": "text", "path": "hub:stanfordnlp/imdb"})[0]
    with pytest.raises(DataError, match="netloom fetch hub:stanfordnlp/imdb"):
        dataset.load(tmp_path)


def test_without_the_package_it_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(hub, "find_spec", lambda name: None)
    assert cli.main(["fetch", "hub:stanfordnlp/imdb"]) == 2
    assert "pip install netloom[datasets]" in capsys.readouterr().err


def test_a_process_that_fails_leaves_nothing_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    item = hub_set("hub:somebody/nothing")
    assert item is not None
    monkeypatch.setattr(hub, "find_spec", lambda name: True)
    monkeypatch.setattr(hub, "MODULE", "studio.worker.no_such_module")
    with pytest.raises(DataError, match="No module named"):
        fetch(item)
    assert list((datasets_folder() / "hub").iterdir()) == []


def test_one_that_is_no_more_wanted_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    class Left(Exception):
        pass

    def leave(done: int, total: int) -> None:
        raise Left

    item = hub_set("hub:somebody/slow")
    assert item is not None
    monkeypatch.setattr(hub, "find_spec", lambda name: True)
    with pytest.raises(Left):
        fetch(item, leave)
    assert list((datasets_folder() / "hub").iterdir()) == []


@pytest.mark.skipif(find_spec("datasets") is None, reason="datasets is not installed")
def test_what_the_package_loads_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    for part, rows in (("train", 12), ("test", 6)):
        texts = [f"A {('dull', 'fine')[row % 2]} film." for row in range(rows)]
        path = tmp_path / "somebody" / "films" / f"{part}-00000-of-00001.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({"text": texts, "label": np.arange(rows) % 2}), path)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)  # where a folder is called as a data set of the Hub is
    item = hub_set("hub:somebody/films")
    assert item is not None and fetch(item) == item.file
    dataset = dataset_from({"source": "text", "path": item.path, "length": 8})[0]
    assert dataset.load().sizes == {"training": 12, "validation": 6}
    assert item.settings["source"] in ("text", "csv") and item.settings["path"] == "hub:somebody/films"
