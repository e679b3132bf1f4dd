"""Processes that load data: in order, with reasons, and gone with whoever started them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studio.data.errors import DataError
from studio.data.formats.images import decoded
from studio.data.formats.processes import AT_ONCE, Crew

COUNT = 3 * AT_ONCE


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Images whose only pixel is their place, of which the last but one is broken."""
    folder = tmp_path_factory.mktemp("images")
    for number in range(COUNT):
        Image.new("L", (1, 1), number).save(folder / f"{number:03}.png")
    (folder / f"{COUNT - 2:03}.png").write_bytes(b"broken")
    return sorted(map(str, folder.iterdir()))


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    """Two processes that decode images."""
    made = Crew(partial(decoded, size=(1, 1), mode="L"), 2, "forkserver")
    yield made
    made.close()


def room(count: int) -> Any:
    """Where images go, with something in it already."""
    return np.full((count, 1, 1, 1), 99, np.uint8)


def test_what_they_make_is_in_order_and_what_they_cannot_make_is_told(crew: Crew, files: list[str]) -> None:
    for rows in (range(COUNT), range(COUNT)[::-1], [4], [COUNT - 2], []):
        found = room(len(rows))
        refused = crew.fill(found, [files[row] for row in rows])
        assert found.flatten().tolist() == [0 if row == COUNT - 2 else row for row in rows]
        assert refused == {place: "no image" for place, row in enumerate(rows) if row == COUNT - 2}


def test_one_that_dies_is_told_with_its_reason_and_all_of_them_are_gone(files: list[str]) -> None:
    before = set(multiprocessing.active_children())
    made = Crew(partial(decoded, size=(1, 1), mode="L"), 2, "forkserver")
    own = set(multiprocessing.active_children()) - before
    os.kill(min(process.pid or 0 for process in own), signal.SIGKILL)
    with pytest.raises(DataError, match=r"A loader process was killed \(SIGKILL\)"):
        for _ in range(2):  # it may not be dead yet
            made.fill(room(COUNT), files)
            time.sleep(0)
    assert not set(multiprocessing.active_children()) & own


def test_they_end_with_their_pipe_even_while_a_file_never_comes_to_its_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "never.png")
    before = set(multiprocessing.active_children())
    made = Crew(partial(decoded, size=(1, 1), mode="L"), 1, "forkserver")
    (own,) = set(multiprocessing.active_children()) - before
    told: list[str] = []

    def fill() -> None:
        try:
            made.fill(room(1), [str(tmp_path / "never.png")])
        except DataError as error:
            told.append(str(error))

    filling = threading.Thread(target=fill)
    filling.start()
    own.join(0.05)
    assert own.is_alive()
    (way,) = made._members
    with socket.socket(fileno=os.dup(way.fileno())) as end:
        end.shutdown(socket.SHUT_RDWR)  # what the system does with the pipes of a process that is killed
    filling.join()
    assert len(told) == 1 and own not in multiprocessing.active_children()
