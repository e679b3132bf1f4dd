"""What lies in a folder of data, or in the place of a file, that is no data, and what changes while it is read: every
kind passes over it or says it in a sentence, and never waits."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import numpy as np
import pytest
from data_examples import GOOD

from studio.data import DATASETS, DataError, Dataset, dataset_from

OWN = [name for name in DATASETS if DATASETS[name].path_field() and ".py" not in DATASETS[name].suffixes]
"""All that read files; a file of code is run, and has tests of its own."""

LOOK_THROUGH = [
    name
    for name in OWN
    if (field := DATASETS[name].path_field()) and (field.folder or "images" in DATASETS[name].fields)
]
"""Those that read folders, or look for files in one."""


def good(kind: str, folder: Path) -> tuple[Dataset, Path]:
    """A data set of files in a folder, and the place that it names."""
    dataset, _ = dataset_from({"source": kind, **GOOD[kind](folder)})
    return dataset, folder / getattr(dataset, "path", "")


def litter(folder: Path) -> None:
    """Put pipes, sockets, and links in circles, to nowhere and to a device into a folder and the folders in it."""
    for place in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        suffix = next((path.suffix for path in sorted(place.iterdir()) if path.is_file()), ".txt")
        os.mkfifo(place / f"pipe{suffix}")
        (place / "round").symlink_to(folder)
        (place / f"round{suffix}").symlink_to(place / f"round{suffix}")
        (place / f"nowhere{suffix}").symlink_to(place / "gone")
        (place / f"endless{suffix}").symlink_to("/dev/zero")
        with socket.socket(socket.AF_UNIX) as server:
            here = os.getcwd()
            os.chdir(place)  # the names of sockets are short
            server.bind(f"socket{suffix}")
            os.chdir(here)


@pytest.mark.parametrize("kind", LOOK_THROUGH)
def test_what_is_no_file_in_a_folder_is_passed_over(kind: str, tmp_path: Path) -> None:
    dataset, place = good(kind, tmp_path)
    before = dataset.load(tmp_path)
    litter(place if place.is_dir() else tmp_path)
    after = dataset.load(tmp_path)
    for mine, theirs in zip(before.first_input.parts, after.first_input.parts, strict=True):
        np.testing.assert_array_equal(np.asarray(mine), np.asarray(theirs), strict=True)
    assert dataset.facts(tmp_path).classes == before.facts().classes


@pytest.mark.parametrize("kind", OWN)
def test_what_is_no_file_in_its_place_is_a_sentence(kind: str, tmp_path: Path) -> None:
    dataset, place = good(kind, tmp_path)
    if place == tmp_path:
        place = tmp_path / "inner"
        dataset = dataset.replace(path="inner")
    else:
        place.rename(tmp_path / "aside")
    for make in (os.mkfifo, lambda path: path.symlink_to("/dev/zero"), lambda path: path.symlink_to(path)):
        make(place)
        for look in (dataset.load, dataset.facts):
            with pytest.raises(DataError) as caught:
                look(tmp_path)
            assert str(caught.value).endswith(".") and place.name in str(caught.value)
        place.unlink()


@pytest.mark.parametrize("kind", OWN)
def test_what_is_cut_while_it_is_read_gives_data_or_a_sentence(kind: str, tmp_path: Path) -> None:
    dataset, place = good(kind, tmp_path)
    files = [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())

    def cut(done: int, total: int) -> None:
        for path in files:
            os.truncate(path, path.stat().st_size // 2)

    try:
        assert len(dataset.load(tmp_path, cut).train)
    except DataError as error:
        assert str(error).endswith(".")


def test_what_is_taken_away_while_it_is_read_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a,b,label\n" + "1,2,x\n3,4,y\n" * 20)
    dataset, _ = dataset_from({"source": "csv", "path": str(file)})
    with pytest.raises(DataError, match=r"Could not read .*a\.csv: No such file or directory\. Read it again\."):
        dataset.load(progress=lambda *_: file.unlink(missing_ok=True))
