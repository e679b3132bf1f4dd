"""The card of tables over answers that are made up: which of several numbers is drawn."""

from __future__ import annotations

import numpy as np
from pytestqt.qtbot import QtBot

from studio.runs.probes.answer import Answer
from studio.workspaces.inspect.results import Results
from studio.workspaces.inspect.subject import About, Seen
from studio.workspaces.inspect.tables import PREDICTED, RESIDUALS, TablesCard


def results(numbers: int) -> Results:
    truth = np.arange(4 * numbers, dtype=np.float32).reshape(4, numbers)
    arrays = {"truth": truth, "answer": truth + 10, "loss": np.ones((4, numbers), np.float32)}
    return Results(Answer(arrays, {"positions": 1}), About((), "numbers", (), (Seen("input1", (2,)),)))


def test_of_several_numbers_one_is_drawn(qtbot: QtBot) -> None:
    card = TablesCard()
    qtbot.addWidget(card)
    card.show_results(results(3))
    assert [card.output.itemText(place) for place in range(card.output.count())] == ["Number 1", "Number 2", "Number 3"]
    assert not card.output.isHidden() and card.plot.points is not None
    np.testing.assert_array_equal(card.plot.points.x, [0, 3, 6, 9])
    card.output.set_value("2")
    card.output.changed.emit("2")
    np.testing.assert_array_equal(card.plot.points.x, [2, 5, 8, 11])
    card.view.set_value(RESIDUALS)
    card.view.changed.emit(RESIDUALS)
    np.testing.assert_array_equal(card.plot.points.x, [12, 15, 18, 21])
    np.testing.assert_array_equal(card.plot.points.y, np.full(4, 10))
    card.show_results(results(1))
    assert card.output.isHidden() and card.view.value() in (PREDICTED, RESIDUALS)
    card.show_results(None)
    assert card.output.isHidden()
