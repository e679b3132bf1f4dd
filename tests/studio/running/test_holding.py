"""What files of weights hold is told from their list of contents, and nothing of them runs."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from studio.running.holding import is_weights, what_it_holds


class Owned(nn.Linear):
    """A network of one's own."""


class Bomb:
    """What would run if the file were opened as PyTorch opens it."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("it ran",)


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (nn.Linear(2, 2).state_dict(), "holds weights alone. Import the source of the network, with these weights"),
        (nn.Linear(2, 2), "holds a Linear of torch.nn.modules.linear, which is not run"),
        (Owned(2, 2), "holds a Owned of"),
        ({"a": Bomb(), "b": Owned(1, 1)}, "which is not run"),
    ],
)
def test_a_file_of_torch_is_named(tmp_path: Path, held: object, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.pt"
    torch.save(held, path)
    assert is_weights(path) and words in what_it_holds(path)
    assert "it ran" not in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"PK", b"\x80\x02" * 9])
def test_what_is_none_is_no_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    assert "with these weights" in what_it_holds(path)
    assert not is_weights(tmp_path / "x.py") and not is_weights(tmp_path / "x.pt2")
