"""A document of a file to open in the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents import mlp

from models.storage import files


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "exam.netloom"
    files.write(mlp(), file)
    return file
