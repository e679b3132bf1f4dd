"""Which files outside of a document's folder may be read, told without looking at them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from models.storage import consent
from models.storage.consent import Consent, is_on_network, real_place

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


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    """The folder of a document, with links beside it."""
    home = tmp_path / "nets"
    for folder in (home / "sub", tmp_path / "else" / "deep"):
        folder.mkdir(parents=True)
    for name, target in {
        "out.csv": "../else/a.csv", "again.csv": "out.csv", "deep": str(tmp_path / "else" / "deep"), "loop": "loop",
        "in.csv": "sub/a.csv", "round": "../nets/sub", "far.csv": "//server/share/a.csv",
    }.items():  # fmt: skip
        (home / name).symlink_to(target)
    return home


@pytest.mark.parametrize("name", ["out.csv", "again.csv", "deep", "deep/a.csv", "deep/../a.csv", "sub/../out.csv"])
def test_a_link_that_leads_elsewhere_is_named_with_its_end(asking: Consent, linked: Path, name: str) -> None:
    sentence = asking.missing(linked / name, linked)
    end = os.path.realpath(linked / name)
    assert sentence == f"The document names data outside of its folder: {linked / name}, which leads to {end}."
    asking.carry([linked / name], linked)
    assert asking.missing(linked / name, linked)
    asking.give(linked / name)
    assert asking.missing(linked / name, linked) == ""


@pytest.mark.parametrize("name", ["in.csv", "round/a.csv", "sub/../a.csv", "loop", "loop/a.csv"])
def test_a_link_that_stays_beside_the_document_needs_no_question(asking: Consent, linked: Path, name: str) -> None:
    assert asking.missing(linked / name, linked) == ""
    other = linked.parent / "other name"
    other.symlink_to(linked)
    assert asking.missing(other / name, other) == ""


def test_a_name_that_was_given_is_not_that_of_another_place(asking: Consent, linked: Path) -> None:
    asking.give(linked.parent / "known.csv")
    assert asking.missing(linked / ".." / "known.csv", linked) == ""
    assert asking.missing(linked / "deep" / ".." / "known.csv", linked)
    assert asking.missing(linked.parent / "nets" / "deep" / ".." / ".." / "known.csv", linked) == ""


def test_nothing_is_looked_at_behind_the_first_step_onto_another_computer(
    asking: Consent, linked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (linked / "remote").symlink_to(tmp_path / "share" / "deep")
    (tmp_path / "share").symlink_to(tmp_path / "else")  # as if it were mounted: whoever reads it has looked
    (tmp_path / "mounts").write_text(f"/dev/sda1 / ext4 rw 0 0\ntower:/x {tmp_path / 'share'} nfs4 rw 0 0\n")
    monkeypatch.setattr(consent, "_MOUNTS", tmp_path / "mounts")
    read, seen = os.readlink, list[str]()

    def readlink(path: Path) -> str:
        seen.append(str(path))
        return read(path)

    monkeypatch.setattr(os, "readlink", readlink)
    place = linked / "remote" / "a.csv"
    assert real_place(place) == tmp_path / "share" / "deep" / "a.csv"
    assert asking.missing(place, linked).startswith(f"The document names data on the network: {place}, which leads")
    assert "on the network" in asking.missing(linked / "far.csv", linked)
    assert seen and not [path for path in seen if path.startswith((str(tmp_path / "share"), "//"))]


def test_a_document_on_another_computer_has_its_data_beside_it(
    asking: Consent, linked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mounts").write_text(f"/dev/sda1 / ext4 rw 0 0\ntower:/x {tmp_path} nfs4 rw 0 0\n")
    monkeypatch.setattr(consent, "_MOUNTS", tmp_path / "mounts")
    assert asking.missing(linked / "in.csv", linked) == ""
    assert "on the network" in asking.missing(linked / "out.csv", linked)


def test_links_within_a_folder_count_unless_it_was_named(asking: Consent, linked: Path, tmp_path: Path) -> None:
    images = linked / "images"
    (images / "cat").mkdir(parents=True)
    (images / "cat" / "0.png").symlink_to(tmp_path / "nets" / "sub" / "0.png")
    assert asking.missing_within(images, linked, 1) == ""
    (images / "cat" / "1.png").symlink_to(tmp_path / "else" / "1.png")
    assert asking.missing_within(images, linked, 0) == "" and asking.missing_within(images / "none", linked, 1) == ""
    assert "outside of its folder" in asking.missing_within(images, linked, 1)
    asking.give(images)
    assert asking.missing_within(images, linked, 1) == ""
