"""The user's own blocks: kept alone with what they are made of, offered beside the library, under free names."""

from __future__ import annotations

from pathlib import Path

import pytest
from block_networks import conv, document_of, gated, network, node, opened

from models.blocks import everything, library, own
from models.blocks.carrying import brought
from models.checks import findings
from models.document import Document
from models.document.edits import AddNode, SetParam
from models.network import NetworkError, Node
from models.storage import files, shelf
from models.storage.files import FileError


@pytest.fixture(autouse=True)
def own_shelf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is kept by others."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def squeezed(reduction: int) -> Document:
    """A document that defines SqueezeExcite, with another content than the library's."""
    value = gated()
    value["blocks"]["SqueezeExcite"] = value["blocks"].pop("Excite")
    value["blocks"]["SqueezeExcite"]["network"]["nodes"][2]["params"]["out_channels"] = f"=in_channels // {reduction}"
    for entry in value["blocks"]["Gated"]["network"]["nodes"]:
        entry["kind"] = "SqueezeExcite" if entry["kind"] == "Excite" else entry["kind"]
    return opened(value)


def test_a_block_is_kept_with_what_it_is_made_of_and_comes_back_elsewhere() -> None:
    first = opened(gated())
    assert own.keep(first, "Gated") == "Gated"
    kinds = everything()
    assert {"Gated", "Excite"} <= kinds.keys() and library().keys() <= kinds.keys()
    assert kinds["Gated"].synonyms and not kinds["Excite"].synonyms
    other = Document()
    for edit in (*brought(other.content.kinds, kinds, ["Gated"])[0], AddNode(Node("gated1", "Gated"))):
        other.apply(edit)
    assert set(other.content.networks) == {"", "Excite", "Gated"}


def test_its_file_is_a_document_that_uses_it_as_it_was_used() -> None:
    own.keep(opened(gated()), "Gated")
    document, problems = files.read(shelf.kept(shelf.BLOCKS)["gated"])
    assert problems == [] and next(filter(None, document.content.networks)) == "Gated"
    assert document.network["start1"].params == {"shape": [1, 8, 8]}
    assert document.network["block1"].params == {"width": 8, "stride": 1}
    assert document.analysis["end1"].shape == (8, 8, 8) and findings(document) == []
    assert all(node.position for node in document.network)


def test_a_block_that_nothing_uses_is_kept_without_sizes() -> None:
    value = gated()
    value["network"] = network([node("input1", "Input", shape=[4]), node("output1", "Output")])
    alone = own.alone(opened(value), "Gated")
    assert alone.network["start1"].params == {} and alone.network["block1"].params == {}
    assert set(alone.content.networks) == {"", "Gated", "Excite"}


def test_a_name_that_means_something_else_there_stays_and_the_next_free_one_is_taken() -> None:
    assert own.keep(squeezed(2), "SqueezeExcite") == "SqueezeExcite2"
    assert own.keep(squeezed(4), "Gated") == "Gated"
    kinds = everything()
    assert kinds["SqueezeExcite"] is library()["SqueezeExcite"]
    assert [node.kind for node in kinds["Gated"].definition if "Squeeze" in node.kind] == ["SqueezeExcite3"]
    assert {"SqueezeExcite2", "SqueezeExcite3"} <= kinds.keys()


def test_what_is_there_alike_is_not_kept_twice() -> None:
    document = opened(gated())
    own.keep(document, "Excite")
    for name, again in (("Excite", document), ("Excite", opened(gated()))):
        with pytest.raises(NetworkError, match="in your library already"):
            own.keep(again, name)
    document.apply(SetParam("conv1", "bias", True).within("Excite"))
    assert own.keep(document, "Excite") == "Excite2"


def test_blocks_are_shared_as_files(tmp_path: Path) -> None:
    own.share(opened(gated()), "Gated", tmp_path / "mine.netloom")
    assert everything().keys() == library().keys()
    assert own.take_in(tmp_path / "mine.netloom") == "Gated" and "Gated" in own.own()
    files.write(opened(document_of(network([node("input1", "Input"), conv("c", 3)]))), tmp_path / "none.netloom")
    with pytest.raises(NetworkError, match="holds no block"):
        own.take_in(tmp_path / "none.netloom")


def test_one_that_is_forgotten_leaves_the_others() -> None:
    document = opened(gated())
    for name in ("Excite", "Gated"):
        own.keep(document, name)
    own.forget("Gated")
    assert own.own().keys() == {"Excite"}
    own.forget("Unheard of")


def test_files_that_cannot_be_read_are_passed_over(tmp_path: Path) -> None:
    own.keep(opened(gated()), "Excite")
    (shelf.folder(shelf.BLOCKS) / "broken.netloom").write_bytes(b"\0not a document")
    (shelf.folder(shelf.BLOCKS) / "empty.netloom").write_text('{"netloom": 1}')
    assert own.own().keys() == {"Excite"}


def test_a_disk_that_refuses_is_a_sentence() -> None:
    shelf.folder(shelf.BLOCKS).parent.mkdir(parents=True, exist_ok=True)
    shelf.folder(shelf.BLOCKS).write_text("a file in the way")
    with pytest.raises(FileError, match="was not saved"):
        own.keep(opened(gated()), "Gated")
    assert own.own() == {}


@pytest.mark.parametrize("name", ["../away", "con*?", "x" * 300, "Ünï block", ".."])
def test_any_name_becomes_a_file_in_the_folder(name: str) -> None:
    path = shelf.put("things", name, b"{}")
    again = shelf.put("things", name, b"{}")
    assert path.parent == again.parent == shelf.folder("things") and path != again and len(path.name) < 100
    assert set(shelf.stamps("things")) == {path.stem, again.stem}
