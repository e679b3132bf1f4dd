from __future__ import annotations

import pytest
from block_networks import gated, opened
from code_edits import code, typed
from hypothesis import given
from hypothesis import strategies as st
from random_edits import apply as edit_at_random
from random_edits import chain as random_chain
from random_edits import random_codes

from models.blocks import group
from models.document import Document
from models.document.edits import Connect, RemoveNodes, Rename, SetParam, insert_on_edge
from models.document.remarks import SetLayerNote
from models.network import Edge, Node
from models.sources import merged, read
from models.sources.weaving import code_of
from models.storage import files, templates
from support import scaled

STEM = """        # the stem – ünïcode
        self.conv1 = nn.Conv2d( 3, 16,
            kernel_size = (3,3), padding=1, bias=False)  # mine"""
PLAIN = "        self.conv1 = nn.Conv2d(3, 16, kernel_size=3, padding=1, bias=False)  # 16×32×32"
POOL = "        # now pool\n        x = self.pool1( x )  # pooled\n"


@pytest.fixture
def net() -> Document:
    """A network whose code has a person's comments and layout."""
    document = templates.load("small-resnet")
    assert typed(document, (PLAIN, STEM), ("        x = self.pool1(x)\n", POOL)) == ()
    return document


def in_step(document: Document) -> None:
    """The code says what the document says."""
    present = code(document)
    reading = read(present.text, present.before)
    assert (reading.edits, reading.problems) == ((), ())


def test_what_was_typed_stays_to_the_byte(net: Document) -> None:
    text = code(net).text
    assert STEM in text and POOL in text
    in_step(net)


def test_an_argument_is_replaced_alone(net: Document) -> None:
    net.apply(SetParam("conv1", "out_channels", 8))
    assert STEM.replace("3, 16,", "3, 8,") in code(net).text
    assert "self.bn1 = nn.BatchNorm2d(8)  # 8×32×32" in code(net).text, "what follows from it follows"


def test_a_comment_behind_the_shape_stays_while_the_shape_goes_on(net: Document) -> None:
    assert typed(net, ("(16)  # 16×32×32\n        self.relu1", "(16)  # 16×32×32  # ours\n        self.relu1")) == ()
    net.apply(SetParam("conv1", "out_channels", 8))
    assert "self.bn1 = nn.BatchNorm2d(8)  # 8×32×32  # ours\n" in code(net).text


def test_an_argument_is_added_behind_the_others(net: Document) -> None:
    net.apply(SetParam("conv1", "stride", 2))
    assert STEM.replace("bias=False)", "bias=False, stride=2)") in code(net).text
    net.undo()
    assert STEM in code(net).text


def test_a_renamed_layer_keeps_its_comments(net: Document) -> None:
    net.apply(SetParam("conv1", "out_channels", 8))
    net.apply(Rename("conv1", "stem"))
    assert STEM.replace("3, 16,", "3, 8,").replace("self.conv1", "self.stem") in code(net).text
    assert POOL in code(net).text
    in_step(net)


def test_a_removed_layer_takes_its_lines_along_and_undo_brings_them_back(net: Document) -> None:
    before = code(net).text
    net.apply(RemoveNodes(["pool1"], heal=True))
    assert "pool" not in code(net).text and STEM in code(net).text
    in_step(net)
    net.undo()
    assert code(net).text == before


def test_a_new_layer_stands_among_the_others(net: Document) -> None:
    edge = net.network.edges_into("pool1")[0]
    net.apply(insert_on_edge(net.network, Node("drop1", "Dropout"), edge))
    text = code(net).text
    assert "        self.drop1 = nn.Dropout(p=0.5)  # 64×8×8\n        self.pool1 =" in text
    assert STEM in text and "        # now pool\n        x = self.pool1( x )  # pooled\n" in text
    in_step(net)


def test_another_wire_writes_only_what_it_concerns(net: Document) -> None:
    net.apply(Connect(Edge("bn1", "output", "block1_add", "input")))
    text = code(net).text
    assert "x = x + relu1 + bn1" in text and STEM in text and POOL in text
    in_step(net)


def test_notes_are_said_anew_and_own_comments_stay(net: Document) -> None:
    net.apply(SetLayerNote("conv1", "The first one."))
    assert "        # The first one.\n" in code(net).text and "# the stem" in code(net).text
    assert typed(net, ("# mine", "# ours")) == ()
    net.apply(SetLayerNote("conv1", "Another."))
    text = code(net).text
    assert "# Another." in text and "# The first one." not in text and "# the stem" in text
    net.apply(SetLayerNote("conv1", ""))
    assert "# Another." not in code(net).text


def test_a_chain_that_is_none_any_more_keeps_its_comments() -> None:
    document = templates.load("mlp")
    first = next(node.id for node in document.network if node.kind == "Linear")
    line = next(line for line in code(document).text.split("\n") if line.strip().startswith(f"{first}="))
    assert typed(document, (line, f"                # wide\n{line.partition('  #')[0]}  # enough")) == ()
    after = document.network.edges_from(first)[0]
    document.apply(insert_on_edge(document.network, Node("add1", "Add"), after))
    document.apply(Connect(Edge(document.network.edges_into(first)[0].source, "output", "add1", "input")))
    text = code(document).text
    assert "def forward" in text and "# wide\n" in text and "# enough" in text
    in_step(document)


def test_blocks_come_and_go_as_classes() -> None:
    document = templates.load("small-resnet")
    assert typed(document, (PLAIN, STEM)) == ()
    before = code(document).text
    edit, _ = group(document, document, ["block1_conv1", "block1_bn1", "block1_relu1"])
    document.apply(edit)
    text = code(document).text
    assert text.count("class ") == 2 and STEM in text
    in_step(document)
    document.undo()
    assert code(document).text == before


def test_code_of_blocks_is_kept_too() -> None:
    document = opened(gated())
    line = "self.relu1 = nn.ReLU()"
    assert typed(document, (f"{line}\n        self.se1", f"{line}  # ha\n        self.se1")) == ()
    document.apply(SetParam("conv1", "out_channels", "=width * 2").within("Gated"))
    text = code(document).text
    assert "# ha" in text and "width * 2" in text
    in_step(document)


def test_it_is_saved_and_opened_with_the_document(net: Document) -> None:
    again, problems = files.parse(files.content_of(files_json(net), "net"))
    assert problems == [] and code(again).text == code(net).text


def files_json(document: Document) -> dict[str, object]:
    from models.storage.writing import snapshot

    return snapshot(document)


def test_another_title_is_another_class(net: Document) -> None:
    assert "class Signs(nn.Module):" in code_of(net, "signs").text
    assert STEM in code_of(net, "signs").text


@pytest.mark.parametrize("damaged", [3, "x = (", "", "import os\nos.remove('x')\n", "class Net:\n    pass\n"])
def test_damaged_kept_code_gives_way_to_what_is_generated(damaged: object) -> None:
    document = templates.load("mlp")
    document.content.sections["code"] = {"text": damaged, "said": 7, "classes": None}
    assert "nn.Linear" in code(document).text
    in_step(document)


@pytest.mark.parametrize("seed", range(scaled(300, 0.05)))
def test_after_any_edits_the_code_says_what_the_document_says(seed: int) -> None:
    layers = ("Conv2d", "ReLU", "Flatten", "Linear")
    document = random_chain(("Input", {"shape": [3, 8, 8]}), *((kind, {}) for kind in layers))
    call = next(line for line in code(document).text.split("\n") if "nn.ReLU()" in line)
    assert typed(document, (call, f"                # kept\n{call}")) == ()
    for step in random_codes(seed, 12):
        edit_at_random(document, step)
        in_step(document)


LINES = st.lists(st.sampled_from("abcdef"), max_size=8)


TYPED = """class Tail(nn.Module):
    def __init__(self, n, width=24):
        super().__init__()
        self.n = n
        self.lin = nn.Linear(n, width)  # one
        self.act = nn.ReLU(True)

    def forward(self, x):
        return self.act(self.lin(x)) * 2


"""


@pytest.mark.parametrize("seed", range(scaled(60, 0.05)))
def test_after_any_edits_of_blocks_that_were_typed_it_does_so_too(net: Document, seed: int) -> None:
    made, called, main = "self.fc1 = nn.Linear(64, 10)  # 10", "x = self.fc1(x)", "class Net(nn.Module):"
    more = "self.tail = nn.Sequential(*(Tail(10, 10) for _ in range(2)))"
    typed(net, (main, TYPED + main), (made, f"{made}\n        {more}"), (called, f"{called}\n        x = self.tail(x)"))
    assert "tail" in net.network
    for edit in random_codes(seed, 12):
        edit_at_random(net, edit)
    in_step(net)
    compile(code(net).text, "typed", "exec")


@given(LINES, LINES)
def test_a_side_that_changed_nothing_takes_the_other(base: list[str], other: list[str]) -> None:
    one, two = "\n".join(base), "\n".join(other)
    assert merged(one, two, one) == merged(one, one, two) == (two, ())
    assert merged(one, two, two) == (two, ())


def test_changes_apart_are_both_there_and_those_of_one_line_are_mine() -> None:
    base = "a\nb\nc\nd\ne"
    assert merged(base, "A\nb\nc\nd\ne", "a\nb\nc\nD\ne\nf") == ("A\nb\nc\nD\ne\nf", ())
    found = merged(base, "a\nb\nmine\nd\ne", "a\nb\ntheirs\nd\nE")
    assert found.text == "a\nb\nmine\nd\nE" and found.conflicts == (3,)
