"""A form with a field of every kind."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot
from spec_forms import Everything

from widgets.forms.spec_form import SpecForm


@pytest.fixture
def form(qtbot: QtBot) -> SpecForm:
    widget = SpecForm()
    qtbot.addWidget(widget)
    widget.set_spec(Everything())
    widget.resize(300, 900)
    widget.show()
    qtbot.waitActive(widget)
    return widget
