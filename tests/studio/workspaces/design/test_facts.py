"""What cards say of their layers is switched in the View menu, at once and remembered."""

from __future__ import annotations

from waiting import idle

from models.storage import templates
from studio.window.main_window import MainWindow
from studio.workspaces.design.facts import chosen_facts
from widgets.basics.facts import FACTS, MULTIPLY_ADDS, SHAPE, USUAL_FACTS


def test_each_is_switched_shown_in_the_menu_and_remembered(window: MainWindow) -> None:
    window.new("exam-cnn")
    idle(window)
    canvas = window.design.canvas
    card = canvas.scene.cards["conv1"]
    assert chosen_facts(window.settings) == USUAL_FACTS and "mult-adds" not in card.face.amount
    window.commands.run(f"cards-{MULTIPLY_ADDS}")
    assert "mult-adds" in card.face.amount and window.commands[f"cards-{MULTIPLY_ADDS}"].isChecked()
    window.commands.run(f"cards-{SHAPE}")
    assert card.face.shape == "" and not window.commands[f"cards-{SHAPE}"].isChecked()
    assert chosen_facts(window.settings) == {"parameters", MULTIPLY_ADDS}
    window.controller.show_run(templates.load("mlp"), "Another")
    idle(window)
    assert canvas.scene.facts == {"parameters", MULTIPLY_ADDS}


def test_they_stand_in_a_menu_of_their_own(window: MainWindow) -> None:
    menu = window.commands.menu()
    view = next(action.menu() for action in menu.actions() if action.text() == "View")
    inner = next(action.menu() for action in view.actions() if action.menu())
    assert [action.text() for action in inner.actions()] == [f"On cards: {words.lower()}" for words in FACTS.values()]
    menu.aboutToShow.emit()
    assert [action.isChecked() for action in inner.actions()] == [True, True, False, False, False, False]


def test_nothing_may_be_chosen(window: MainWindow) -> None:
    for fact in USUAL_FACTS:
        window.commands.run(f"cards-{fact}")
    assert chosen_facts(window.settings) == frozenset()
