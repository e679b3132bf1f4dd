"""Which files outside of a document's folder may be read, told without looking at them."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.storage import consent
from models.storage.consent import Consent, is_on_network

HOME = Path("/home/ada/nets")


@pytest.fixture
def asking() -> Consent:
    found = Consent()
    found.ask("Allow it.", ["/data/known.csv"])
    return found


@pytest.mark.parametrize(
    "path", ["/home/ada/nets/a.csv", "/home/ada/nets/x/../a.csv", "/data/known.csv", "/data/./known.csv"]
)
def test_what_lies_beside_the_document_or_was_named_needs_no_question(asking: Consent, path: str) -> None:
    assert asking.missing(Path(path), HOME) == ""


@pytest.mark.parametrize(
    "path", ["/home/ada/a.csv", "/home/ada/nets/../a.csv", "/home/ada/nets2/a.csv", "/data/known.csv.gz"]
)
def test_what_lies_elsewhere_is_named_until_the_user_has_named_it(asking: Consent, path: str) -> None:
    sentence = asking.missing(Path(path), HOME)
    assert sentence == f"The document names data outside of its folder: {path}."
    asking.give(Path(path))
    assert asking.missing(Path(path), HOME) == ""
    assert asking.given == ["/data/known.csv", str(Path(path).resolve())]


def test_a_document_without_a_folder_has_nothing_beside_it(asking: Consent) -> None:
    assert asking.missing(HOME / "a.csv", None) and asking.how == "Allow it."
    asking.forget()
    assert asking.missing(HOME / "a.csv", None) == ""


def test_where_paths_are_only_told_the_network_still_needs_a_word() -> None:
    told: list[Path] = []
    found = Consent()
    found.ask("Add a flag.", tell=told.append)
    assert found.missing(Path("/data/a.csv"), HOME) == "" and found.missing(Path("/data/a.csv"), HOME) == ""
    assert told == [Path("/data/a.csv")]
    assert "on the network: //server/share/a.csv." in found.missing(Path("//server/share/a.csv"), HOME)


@pytest.mark.parametrize("path", ["//server/share/a.csv", "\\\\server\\share\\a.csv"])
def test_paths_of_other_computers_are_told_by_their_names(path: str) -> None:
    assert is_on_network(Path(path))


def test_mounted_folders_of_other_computers_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/sda1 / ext4 rw 0 0\nmaps /net autofs rw 0 0\ntower:/x /home/ada/my\\040share nfs4 rw 0 0\n"
        "/dev/sdb1 /home/ada/my\\040share/disk ext4 rw 0 0\n"
    )
    monkeypatch.setattr(consent, "_MOUNTS", mounts)
    found = {path: is_on_network(Path(path)) for path in (
        "/net/tower/a.csv", "/home/ada/my share/a.csv", "/home/ada/my share/disk/a.csv", "/network/a.csv"
    )}  # fmt: skip
    assert list(found.values()) == [True, True, False, False]
    monkeypatch.setattr(consent, "_MOUNTS", tmp_path / "none")
    assert not is_on_network(Path("/net/tower/a.csv"))


def test_only_so_many_are_remembered(asking: Consent) -> None:
    for number in range(consent.MOST_REMEMBERED + 5):
        asking.give(Path(f"/data/{number}.csv"))
    assert len(asking.given) == consent.MOST_REMEMBERED
