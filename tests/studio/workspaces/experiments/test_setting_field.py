"""Naming a setting: by its dotted name, by what the forms call it, by a part of either."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from documents import mlp
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from models.document.exact import SetParameters
from studio.experiments.dotted import setting_of
from studio.workspaces.experiments.setting_field import SettingField, labels_of

LR = "training.optimizer.lr"
Make = Callable[[], SettingField]


@pytest.fixture
def field(qtbot: QtBot) -> SettingField:
    made = SettingField("Setting 1", labels_of(mlp()))
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    made.setFocus()
    qtbot.waitActive(made)
    return made


def offered(field: SettingField) -> list[str]:
    completer = field.completer()
    model = completer.completionModel()
    return [completer.pathFromIndex(model.index(row, 0)) for row in range(model.rowCount())]


def test_labels_are_those_of_all_settings_there_are() -> None:
    document = mlp()
    document.apply(SetParameters({"width": 8.0}))
    labels = labels_of(document)
    wanted = {LR, "training.epochs", "data.validation", "fc1.out_features", "relu1.bypass", "parameters.width"}
    assert wanted <= set(labels) and "training.metrics" not in labels
    for name, label in labels.items():
        found = setting_of(document, name)
        assert label in (found.field.label, "") or name == "data.source"


@pytest.mark.parametrize("typed", ["optimizer.lr", "LEARNING RA", "Learning rate"])
def test_a_part_of_the_name_or_the_label_finds_it(field: SettingField, typed: str) -> None:
    QTest.keyClicks(field, typed)
    assert LR in offered(field) and "training.epochs" not in offered(field)
    assert field.completer().popup().isVisible()
    field.completer().popup().hide()


def test_what_is_chosen_from_the_list_is_the_name(field: SettingField) -> None:
    QTest.keyClicks(field, "optimizer.lr")
    popup = field.completer().popup()
    assert popup.width() >= 420, "a name and its label are read whole"
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert field.text() == LR and field.value() == LR


def test_a_label_that_one_setting_has_becomes_its_name(field: SettingField) -> None:
    assert field.read("weight decay ") == "training.optimizer.weight_decay"
    assert field.read("Bypass") == "Bypass", "every layer has that"
    assert field.read("fc1.out_features") == "fc1.out_features" and field.read("momen") == "momen"
