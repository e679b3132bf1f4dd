"""A theme that stays as it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from widgets.theme import theme


@pytest.fixture(autouse=True)
def plain_theme(qapp: QApplication) -> Iterator[None]:
    theme().apply(qapp)
    yield
    theme().set_scale(1.0)
    theme().set_mode("system")
