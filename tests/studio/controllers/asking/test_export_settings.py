"""The settings of exports are asked for, and kept: the window offers what the command line does."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from models.specs.fields import Bool, Choice, Field
from studio.controllers.asking.export_settings import ExportDialog, ask_settings, kept
from studio.exports import EXPORTS, Export
from studio.services.settings import Settings

WITH_SETTINGS = [kind for kind in EXPORTS.values() if kind.fields]


@pytest.fixture
def settings(state_home: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    return Settings()


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def another(field: Field[object]) -> object:
    """A value other than the default."""
    if isinstance(field, Bool):
        return not field.default
    if isinstance(field, Choice):
        return next(option for option in field.options if option != field.default)
    return next(
        value for value in (2, 19, 0.25, "digits") if field.takes(value) and field.parse(value) != field.default
    )


def asked(host: QWidget, kind: type[Export], settings: Settings, got: list[Export]) -> ExportDialog:
    dialog = ask_settings(host, kind, settings, got.append)
    assert dialog is not None
    return dialog


@pytest.mark.parametrize("kind", WITH_SETTINGS, ids=lambda kind: kind.kind)
def test_every_setting_is_in_the_form_and_kept_for_the_next_time(
    kind: type[Export], host: QWidget, settings: Settings
) -> None:
    got: list[Export] = []
    dialog = asked(host, kind, settings, got)
    wanted = {name: another(field) for name, field in kind.fields.items()}
    for name, value in wanted.items():
        assert name in dialog.form._editors
        dialog.form.changed.emit(name, value)
    dialog.go_on.click()
    assert got == [kind(**wanted)]
    assert kept(settings, kind) == got[0].settings()
    again = asked(host, kind, settings, got)
    assert again.export == got[0]
    again.cancel.click()
    assert len(got) == 1, "nothing is written that was called off"


def test_without_settings_nothing_is_asked(host: QWidget, settings: Settings) -> None:
    got: list[Export] = []
    assert ask_settings(host, EXPORTS["card"], settings, got.append) is None
    assert got == [EXPORTS["card"]()]
    onnx = EXPORTS["onnx"]
    dialog = ask_settings(host, onnx, settings, got.append, onnx.of_runs)
    assert dialog is not None and "scaled" not in dialog.form._editors and "opset" in dialog.form._editors
    dialog.reject()


@pytest.mark.parametrize("stored", ["{", "[]", '{"opset": 7, "gone": 1}', '{"opset": "many"}'])
def test_what_was_kept_and_cannot_be_used_counts_as_never_set(stored: str, settings: Settings) -> None:
    settings.set_text("export/onnx", stored)
    assert kept(settings, EXPORTS["onnx"]) == {}
