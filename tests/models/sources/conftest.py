"""A network whose code is edited."""

from __future__ import annotations

import pytest

from models.document import Document
from models.storage import templates


@pytest.fixture
def net() -> Document:
    return templates.load("small-resnet")
