"""A file that is imported runs in a child that ends, whatever the file does."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.importers import ImportFailed
from studio.running.importing import Ask, import_file, input_from


def test_a_file_that_hangs_is_ended(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import time; time.sleep(1000)")
    with pytest.raises(ImportFailed, match="longer than 1 seconds"):
        import_file(Ask(tmp_path / "slow.py", [("", (3,), "float")], seconds=1))


def test_an_import_can_be_given_up_and_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="none at"):
        import_file(Ask(tmp_path / "no.py", []))
    (tmp_path / "slow.py").write_text("import time; time.sleep(1000)")
    with pytest.raises(ImportFailed, match="canceled"):
        import_file(Ask(tmp_path / "slow.py", []), canceled=lambda: True)


def test_inputs_are_typed_as_sizes() -> None:
    assert input_from("3x224x224") == ("", (3, 224, 224), "float")
    assert input_from("mask=128:int") == ("mask", (128,), "int")
    assert input_from("t=scalar:int") == ("t", (), "int")
    for text in ("", "x", "3x0", "3:word", "a="):
        with pytest.raises(ImportFailed, match="such as 3x224x224"):
            input_from(text)
