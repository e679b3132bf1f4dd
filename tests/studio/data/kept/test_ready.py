"""Every ready set, by being listed: downloaded from a good or a bad server, made of its files, read by its kind."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from bad_server import Server, serving
from ready_examples import PUBLISHED

from studio.data import Data, DataError, Dataset, dataset_from
from studio.data.kept.download import fetch
from studio.data.kept.ready_set import ReadySet, datasets_folder
from studio.data.kept.sets import READY, ready_named

BAD = (("other", "is not that file"), ("page", "a web page"), ("http", "is not HTTPS"), ("longer", "Nothing was kept"))


@dataclass
class Shop:
    """A server with the files of sets, and what trusts it."""

    server: Server
    trust: ssl.SSLContext

    def item(self, name: str) -> ReadySet:
        """A set whose files lie on that server."""
        item, contents = READY[name], PUBLISHED[name]()
        self.server.contents = {f"{number}": content for number, content in enumerate(contents)}
        sizes = [len(content) for content in contents]
        told = [(self.server.url(name=f"{n}"), hashlib.sha256(part).hexdigest()) for n, part in enumerate(contents)]
        if not item.parts:
            return item._replace(url=told[0][0], sha256=told[0][1], size=sizes[0])
        parts = zip(item.parts, told, sizes, strict=True)
        found = tuple(part._replace(url=url, sha256=digest, size=size) for part, (url, digest), size in parts)
        return item._replace(parts=found, size=sum(sizes))

    def fetch(self, item: ReadySet, way: str = "good") -> Path:
        self.server.way = way
        return fetch(item, trust=self.trust, patience=5)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Server, ssl.SSLContext]]:
    with serving(b"") as found:
        yield found


@pytest.fixture
def shop(served: tuple[Server, ssl.SSLContext], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("NETLOOM_DATASETS", str(tmp_path / "sets"))
    return Shop(*served)


def kept() -> list[str]:
    return sorted(path.name for path in datasets_folder().iterdir()) if datasets_folder().exists() else []


def opened(item: ReadySet) -> Dataset:
    dataset, problems = dataset_from(item.settings)
    assert not problems
    return dataset


@pytest.mark.parametrize("name", READY)
def test_it_is_downloaded_made_and_read(name: str, shop: Shop) -> None:
    item = shop.item(name)
    way, message = BAD[list(READY).index(name) % len(BAD)]
    with pytest.raises(DataError, match=message):
        shop.fetch(item, way)
    assert kept() == []
    with pytest.raises(DataError, match="Try again to go on"):
        shop.fetch(item, "truncated")
    assert [path.endswith(".part") for path in kept()] == [True]
    path = shop.fetch(item)
    beside = [item._replace(beside=beside).file for beside in item.lists]
    assert path == item.file and all(file.is_file() for file in beside)
    assert kept() == sorted({path.name, *(file.name for file in beside if file.parent == datasets_folder())})
    dataset = opened(item)
    data = dataset.load()
    assert dataset.facts().inputs.keys() == data.inputs.keys() and len(data.train) > 2 and len(data.validation) > 1
    compile(dataset.script_source(), "script.py", "exec")


def read(name: str, shop: Shop, **settings: object) -> Data:
    item = shop.item(name)
    shop.fetch(item)
    return opened(item).replace(normalize=False, **settings).load()


def test_letters_stand_upright_and_have_their_names(shop: Shop) -> None:
    data = read("emnist_letters", shop)
    assert data.classes == ("A", "B", "C") and data.sizes == {"training": 12, "validation": 6}
    assert data.shape == (1, 28, 28)


def test_house_numbers_are_what_matlab_held(shop: Shop) -> None:
    data = read("svhn", shop)
    assert data.classes == tuple("0123456789") and data.shape == (3, 32, 32)
    assert data.train.y[:11].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]


def test_published_tests_are_the_validation_part(shop: Shop) -> None:
    assert read("imdb", shop).sizes == {"training": 8, "validation": 8}
    assert read("ag_news", shop).sizes == {"training": 12, "validation": 4}
    people = read("adult", shop)
    assert people.sizes == {"training": 18, "validation": 6} and people.classes == ("<=50K", ">50K")
    assert read("imagenette", shop).sizes == {"training": 10, "validation": 10}


def test_words_are_parted_as_their_lists_say(shop: Shop) -> None:
    data = read("speech_commands", shop)
    assert data.classes == ("no", "yes") and data.test is not None
    frames = len(data.test)  # one recording
    assert [len(data.train), len(data.validation)] == [7 * frames, 2 * frames]


def test_what_says_who_survived_is_no_input(shop: Shop) -> None:
    data = read("titanic", shop)
    assert not any(name.startswith(("boat", "body", "name")) for name in data.features)
    np.testing.assert_array_equal(np.unique(data.train.y), [0, 1])


def test_only_lists_that_come_with_a_set_are_named(shop: Shop) -> None:
    assert (found := ready_named("ready:imdb/test.txt")) is not None
    assert found.file == datasets_folder() / "imdb.test.txt"
    assert (found := ready_named("ready:speech_commands/testing_list.txt")) is not None
    assert found.file == datasets_folder() / "speech_commands" / "testing_list.txt"
    for path in ("ready:imdb/../../secret", "ready:mnist/test.txt", "ready:nothing", "mnist"):
        assert ready_named(path) is None
