"""Which commands are meant by what is typed, and which first."""

from __future__ import annotations

import pytest

from studio.services.commands import Command, matching

TABLE = [
    Command("save", "File", "Save", (), print),
    Command("share", "Edit", "Share weights", (), print),
    Command("layer sa1", "Layer · Softmax", "sa1", (), print),
    Command("layer dense", "Layer · Linear", "dense", (), print),
    Command("save", "Elsewhere", "Save twice", (), print),
]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["save", "share", "layer sa1", "layer dense"]),
        ("SA", ["save", "layer sa1"]),
        ("sa1", ["layer sa1"]),
        ("layer", ["layer sa1", "layer dense"]),
        ("linear lay", ["layer dense"]),
        ("we", ["share"]),
        ("zebra", []),
    ],
)
def test_words_narrow_and_beginnings_come_first(text: str, names: list[str]) -> None:
    assert [command.name for command in matching(TABLE, text)] == names


def test_what_is_called_so_comes_before_what_begins_so() -> None:
    longer, exact = (Command(name, "Layer", name, (), print) for name in ("conv1_bn", "conv1"))
    assert matching([longer, exact], "conv1") == [exact, longer]
