"""Downloading from a server that is good, truncated, wrong, slow, silent, redirecting or a login page: what is kept is
the very file or a part to go on from."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from bad_server import Server, serving

from studio import cli
from studio.data import DataError, dataset_from
from studio.data.kept.download import fetch
from studio.data.kept.packing import PACKING
from studio.data.kept.ready_set import ReadySet, datasets_folder
from studio.data.kept.sets import READY
from tests.documents import mlp

CONTENT = np.random.default_rng(0).integers(0, 255, 200_000, dtype=np.uint8).tobytes()
Fetch = Callable[..., Path]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Server, ssl.SSLContext]]:
    with serving(CONTENT) as found:
        yield found


@pytest.fixture
def server(served: tuple[Server, ssl.SSLContext], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("NETLOOM_DATASETS", str(tmp_path / "sets"))
    served[0].way, served[0].asked = "good", []
    return served[0]


def item(server: Server, **other: object) -> ReadySet:
    digest = hashlib.sha256(server.content).hexdigest()
    made = ReadySet("toy", "Toy", "9 rows", "CC0", server.url(), digest, len(server.content))
    return made._replace(**other)  # type: ignore[arg-type]


@pytest.fixture
def get(server: Server, served: tuple[Server, ssl.SSLContext]) -> Fetch:
    return lambda found=None, progress=None: fetch(found or item(server), progress, trust=served[1], patience=0.4)


def kept(server: Server) -> list[str]:
    folder = datasets_folder()
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("way", ["good", "slow"])
def test_the_file_comes_with_progress_and_not_twice(server: Server, get: Fetch, way: str) -> None:
    server.way = way
    told: list[tuple[int, int]] = []
    path = get(progress=lambda done, total: told.append((done, total)))
    assert path.read_bytes() == CONTENT and kept(server) == ["toy.npz"]
    assert told == sorted(told) and told[-1] == (len(CONTENT), len(CONTENT)) and len(told) > 2
    assert get() == path and server.asked == [0]


@pytest.mark.parametrize(
    ("way", "message"),
    [
        ("page", "the server sends a web page. Is a login in between?"),
        ("http", "which is not HTTPS. Nothing was kept."),
        ("loop", "answers 302"),
        ("gone", "localhost answers 404"),
        ("longer", "but the server has 200,009. Nothing was kept."),
        ("shorter", "but the server has 199,995. Nothing was kept."),
        ("endless", "sends more than the 200,000 bytes it is known by"),
        ("other", "is not that file (its SHA-256 is"),
    ],
)
def test_nothing_bad_is_accepted_and_nothing_half_remains(server: Server, get: Fetch, way: str, message: str) -> None:
    server.way = way
    with pytest.raises(DataError) as caught:
        get()
    assert message in str(caught.value) and kept(server) == []


@pytest.mark.parametrize(
    ("way", "message"), [("truncated", "ended at 100,000 of 200,000 bytes"), ("silent", "has stopped sending")]
)
def test_what_breaks_off_goes_on_where_it_was(server: Server, get: Fetch, way: str, message: str) -> None:
    server.way = way
    with pytest.raises(DataError) as caught:
        get()
    assert message in str(caught.value) and kept(server) == ["toy.part"]
    have = (datasets_folder() / "toy.part").stat().st_size
    assert 0 < have <= 100_000
    assert get().read_bytes() == CONTENT and server.asked == [0, have] and kept(server) == ["toy.npz"]


def test_a_server_that_starts_over_or_elsewhere_is_noticed(server: Server, get: Fetch) -> None:
    part = datasets_folder() / "toy.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT[:5_000])
    server.way = "elsewhere"
    with pytest.raises(DataError, match="goes on at another place"):
        get()
    server.way = "whole"
    assert get().read_bytes() == CONTENT and server.asked == [5_000, 5_000]


def test_a_part_of_something_else_does_not_pass(server: Server, get: Fetch) -> None:
    part = datasets_folder() / "toy.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * 5_000)
    with pytest.raises(DataError, match="is not that file"):
        get()
    assert kept(server) == [] and get().read_bytes() == CONTENT


def test_it_can_be_left_and_gone_on_with(server: Server, get: Fetch) -> None:
    class Left(Exception):
        pass

    def leave(done: int, total: int) -> None:
        raise Left

    with pytest.raises(Left):
        get(progress=leave)
    assert kept(server) == ["toy.part"] and get().read_bytes() == CONTENT and server.asked[1] > 0


def test_http_and_strangers_are_refused_before_anything_is_asked(server: Server, get: Fetch) -> None:
    with pytest.raises(DataError, match="is not HTTPS"):
        get(item(server, url=server.url("http")))
    with pytest.raises(DataError, match="cannot be reached"):
        fetch(item(server), patience=0.4)  # whose certificate this computer does not know
    with pytest.raises(DataError, match=r"where .* are free"):
        get(item(server, size=1 << 60))
    assert server.asked == []


def test_every_set_says_what_it_is() -> None:
    for found in READY.values():
        files = found.parts or (found,)
        assert all(file.url.startswith("https://") and len(bytes.fromhex(file.sha256)) == 32 for file in files)
        assert found.license and found.about and found.size == sum(file.size for file in files) > 0
        assert found.url.startswith("https://") and (found.packing in PACKING or not found.parts)
    files = [file.file for found in READY.values() for file in found.parts]
    assert len(set(files)) == len(files)


def test_a_document_names_it_wherever_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NETLOOM_DATASETS", str(tmp_path / "sets"))
    document = mlp(data={"source": "numpy", "path": "ready:mnist"})
    dataset = dataset_from(document.data)[0]
    with pytest.raises(DataError, match="netloom fetch mnist"):
        dataset.load(tmp_path)
    (tmp_path / "sets").mkdir()
    np.savez(tmp_path / "sets" / "mnist.npz", x=np.zeros((40, 4)), y=np.arange(40) % 3)
    assert dataset.load(tmp_path).shape == (4,)
    assert cli.main(["fetch"]) == 0
    text = capsys.readouterr().out
    assert "CC BY-SA 3.0" in text and text.count("yes") == 1
    assert cli.main(["fetch", "mnist"]) == 0
    assert "data.path=ready:mnist" in capsys.readouterr().out
    assert cli.main(["fetch", "nothing"]) == 2
    assert "Choose one of: mnist" in capsys.readouterr().err
