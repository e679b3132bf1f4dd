"""A network worked by hand in the window: steps, changes and checks."""

from __future__ import annotations

import numpy as np
import pytest
from documents import Layers
from numbers_page import Open, deed, numbers, section
from PySide6.QtGui import QGuiApplication
from waiting import idle, until
from waiting import worked_out as settled
from worked import EXAM, exam, worked

from models.byhand.course import BACKWARD, FORWARD, LOSS, UPDATE
from models.document import Document
from models.document.edits import RemoveNodes, SetParam
from models.storage import templates
from studio.workspaces.numbers import EXAMPLE
from studio.workspaces.numbers.workspace import NOTHING, NumbersWorkspace


def shown(page: NumbersWorkspace) -> set[str]:
    return {table for table, view in page.views.items() if view.isVisible()}


def test_the_buttons_show_the_exam_step_by_step_and_back_again(page_of: Open) -> None:
    page = page_of(exam())
    start = shown(page)
    assert start == {
        "value/input1",
        "weight/fc1.weight",
        "weight/fc1.bias",
        "weight/fc2.weight",
        "weight/fc2.bias",
        "target/output1",
    }
    page.strip.stages[FORWARD].click()
    np.testing.assert_allclose(numbers(page, "value/fc2"), [[2.3468, 3.12625]])
    assert "probability/output1" not in shown(page)
    page.strip.stages[LOSS].click()
    assert "loss 0.377517" in page.strip.where.text()
    page.strip.step.click()
    assert "gradient/fc2" in shown(page) and "gradient/fc1" not in shown(page)
    page.strip.stages[BACKWARD].click()
    page.strip.stages[UPDATE].click()
    np.testing.assert_allclose(numbers(page, "next/fc1.weight")[0], [0.251823, 0.674434], atol=1e-6)
    page.strip.stages[LOSS].click()
    settled(page)
    assert page.strip.where.text() == "Pass 2, loss · loss 0.287261"
    for _ in range(6):
        page.strip.back.click()
    assert shown(page) == start and not page.strip.back.isEnabled()


def test_a_number_tells_how_it_came_about_and_lights_what_made_it(page_of: Open) -> None:
    page = page_of(exam())
    page.strip.stages[BACKWARD].click()
    page.views["slope/fc1.weight"].matrix._go((0, 1))
    settled(page)
    assert "= (−0.147786)·0.3" in page.side.formula.text()
    assert page.views["value/input1"].matrix.lit == {(0, 1)}
    assert page.views["gradient/fc1"].matrix.lit == {(0, 0)}
    page.views["slope/fc2.bias"].matrix.pointed.emit((1,))
    settled(page)
    assert page.views["gradient/fc2"].matrix.lit == {(0, 1)}
    page.views["slope/fc2.bias"].matrix.pointed.emit(None)
    assert page.views["gradient/fc1"].matrix.lit == {(0, 0)}
    page.views["value/fc1"].matrix._go((0, 0))
    settled(page)
    assert page.side.hangs.isVisible()
    page.controller.show_run(exam(), "another")
    idle(page.controller)
    settled(page)
    assert not page.side.hangs.isVisible(), "nothing of another document stays"


def test_one_changed_input_lights_every_number_that_changed_and_undo_takes_it_back(page_of: Open) -> None:
    page = page_of(exam())
    page.strip.stages[BACKWARD].click()
    before = numbers(page, "value/fc1").copy()
    page.views["value/input1"].matrix.edited.emit((0, 0), "0.9")
    settled(page)
    assert section(page)["inputs"] == {"input1": [[0.9, 0.3]]}
    assert page.views["value/fc1"].matrix.changed.all()
    assert not page.views["weight/fc1.weight"].matrix.changed.any()
    page.controller.undo()
    settled(page)
    np.testing.assert_array_equal(numbers(page, "value/fc1"), before)


def test_evaluation_mode_works_the_network_as_it_answers_and_is_undone(page_of: Open) -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [2]}),
        ("norm1", "BatchNorm1d", {}),
        ("drop1", "Dropout", {}),
        ("output1", "Output", {"loss": "MSELoss"}),
    ]
    page = page_of(worked(layers, {"inputs": {"input1": [[1, 2], [3, 4]]}}))
    assert page.side.mode.isVisible() and not page.side.evaluates.isChecked()
    page.strip.stages[UPDATE].click()
    settled(page)
    assert "mask/drop1" in shown(page)
    np.testing.assert_allclose(numbers(page, "next/norm1.running_mean"), [0.2, 0.3])
    page.side.evaluates.click()
    settled(page)
    assert section(page)["mode"] == "evaluation"
    np.testing.assert_allclose(numbers(page, "value/drop1"), np.array([[1, 2], [3, 4]]) / np.sqrt(1 + 1e-5))
    assert not {"mask/drop1", "next/norm1.running_mean"} & set(page.views)
    page.views["weight/norm1.running_mean"].matrix.edited.emit((1,), "2")
    settled(page)
    assert numbers(page, "value/norm1")[0, 1] == 0 and section(page)["weights"]["norm1"]["running_mean"] == [0, 2]
    for _ in range(2):
        page.controller.undo()
    settled(page)
    assert "mode" not in section(page) and not page.side.evaluates.isChecked()


def test_networks_that_always_answer_alike_offer_no_mode(page_of: Open) -> None:
    assert not page_of(exam()).side.mode.isVisible()


def test_batch_normalization_lights_the_other_rows(page_of: Open) -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [2]}),
        ("norm1", "BatchNorm1d", {}),
        ("output1", "Output", {"loss": "MSELoss"}),
    ]
    page = page_of(worked(layers, {"inputs": {"input1": [[1, 2], [3, 4], [5, 9]]}}))
    page.strip.stages[FORWARD].click()
    page.views["value/input1"].matrix.edited.emit((0, 0), "2")
    settled(page)
    changed = page.views["value/norm1"].matrix.changed
    assert changed is not None and changed[:, 0].all() and not changed[:, 1].any()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Transpose", [[0.24, 0.43], [0.67, 0.14]]),
        ("Fill with this number", [[0.67, 0.67], [0.67, 0.67]]),
        ("Round to 1 places", [[0.2, 0.7], [0.4, 0.1]]),
    ],
)
def test_weights_are_changed_as_a_whole_by_the_menu(page_of: Open, words: str, expected: list[list[float]]) -> None:
    page = page_of(exam())
    deed(page, "weight/fc1.weight", (0, 1), words)
    np.testing.assert_allclose(numbers(page, "weight/fc1.weight"), expected)
    assert section(page)["weights"]["fc1"]["weight"] == numbers(page, "weight/fc1.weight").tolist()
    deed(page, "weight/fc1.weight", (0, 0), "Back to drawn weights")
    assert "weights" not in section(page)


def test_a_batch_is_pasted_from_a_spreadsheet_and_a_matrix_into_the_weights(page_of: Open) -> None:
    page = page_of(exam())
    page.views["value/input1"].matrix._go((0, 0))
    QGuiApplication.clipboard().setText("0,8\t0,3\n1\t2\n")
    page.hand.paste()
    settled(page)
    assert section(page)["inputs"]["input1"] == [[0.8, 0.3], [1, 2]]
    page.views["weight/fc1.weight"].matrix._go((1, 0))
    QGuiApplication.clipboard().setText("7 8")
    page.hand.paste()
    settled(page)
    assert numbers(page, "weight/fc1.weight").tolist() == [[0.24, 0.67], [7, 8]]
    QGuiApplication.clipboard().setText("seven")
    page.hand.paste()
    assert "“seven”" in page.notes[0].text()


def test_the_batch_is_taken_from_the_data_row_by_row_as_it_is_stored(page_of: Open) -> None:
    page = page_of(exam())
    page.strip.stages[UPDATE].click()
    page.activateWindow()
    page.views["next/fc1.weight"].matrix._go((0, 0))
    page.views["next/fc1.weight"].matrix.setFocus()
    page.hand.take_from_data()
    settled(page)
    assert page.chosen.at is None and page.focusWidget() is page.strip.step, "the cards are others now"
    first = numbers(page, "value/input1").copy()
    assert page.notes[0].text().startswith("Row 1 of the data")
    assert section(page)["targets"]["output1"][0] in (0, 1)
    page.hand.take_from_data()
    settled(page)
    assert page.notes[0].text().startswith("Row 2 of the data")
    assert (numbers(page, "value/input1") != first).any()
    page.controller.document.content.sections["data"] = {"source": "csv", "path": "gone.csv"}
    page.hand.take_from_data()
    settled(page)
    assert page.notes[0].kind == "error" and "gone.csv" in page.notes[0].text()


def test_rows_are_added_and_taken_away(page_of: Open) -> None:
    page = page_of(exam())
    page.hand.change_rows(True)
    settled(page)
    assert len(numbers(page, "value/input1")) == len(numbers(page, "target/output1")) == 2
    page.hand.change_rows(False)
    settled(page)
    assert len(numbers(page, "value/input1")) == 1
    page.hand.change_rows(False)
    assert "one row at least" in page.notes[0].text()


def test_what_is_pressed_while_the_numbers_are_worked_out_is_done_then(page_of: Open) -> None:
    page = page_of(exam())
    page._adopt()
    assert page.walk is None
    page.strip.step.click()
    page.strip.stages[FORWARD].click()
    settled(page)
    assert page.strip.where.text() == "Pass 1, forward", "the last one that was pressed"
    np.testing.assert_allclose(numbers(page, "value/fc2"), [[2.3468, 3.12625]])
    page.strip.step.click()
    assert page.here.stage == LOSS


def test_a_gated_step_is_written_gate_by_gate_and_lights_the_state_before(page_of: Open) -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [2, 2]}),
        ("lstm1", "LSTM", {"hidden_size": 2}),
        ("output1", "Output", {"loss": "MSELoss"}),
    ]
    page = page_of(worked(layers, {}))
    page.strip.stages[BACKWARD].click()
    page.views["value/lstm1"].matrix._go((0, 1, 0))
    settled(page)
    lines = page.side.formula.text().split("\n")
    assert [line.split(" = ")[0] for line in lines] == [
        "a_i₂₁", "i₂₁", "a_f₂₁", "f₂₁", "a_g₂₁", "g₂₁", "a_o₂₁", "o₂₁", "c₂₁", "lstm1₂₁"
    ]  # fmt: skip
    assert page.views["value/lstm1"].matrix.lit == {(0, 0, 0), (0, 0, 1)}
    assert page.views["value/input1"].matrix.lit == {(0, 1, 0), (0, 1, 1)}
    page.views["gradient/input1"].matrix._go((0, 1, 0))
    settled(page)
    assert "∂L/∂a_i₂₁ = ∂L/∂i₂₁·i₂₁·(1 − i₂₁)" in page.side.formula.text()
    page.views["value/input1"].matrix._go((0, 1, 0))
    settled(page)
    assert page.side.formula.text().startswith("Yours to change")


def test_gradients_are_checked(page_of: Open) -> None:
    page = page_of(exam())
    page.strip.check.click()
    settled(page)
    assert page.notes[0].text().startswith("All 14 gradients agree")


def test_what_the_optimizer_remembers_is_followed_over_updates(page_of: Open) -> None:
    page = page_of(exam(optimizer={"kind": "Adam", "params": {"lr": 0.1}}))
    for _ in range(3):
        page.strip.stages[UPDATE].click()
        settled(page)
    assert numbers(page, "state/fc1.weight/step") == 3
    assert {"state/fc1.weight/exp_avg", "state/fc1.weight/exp_avg_sq"} <= shown(page)
    page.views["next/fc1.weight"].matrix._go((0, 0))
    settled(page)
    assert "(1 − β₁)" in page.side.formula.text()


def test_while_the_network_is_another_no_formula_is_told_and_then_it_follows(page_of: Open) -> None:
    page = page_of(exam())
    page.strip.stages[FORWARD].click()
    page.views["value/fc1"].matrix._go((0, 1))
    page.controller.apply(SetParam("fc1", "out_features", 1))
    page.views["value/relu1"].matrix._go((0, 1))
    settled(page)
    assert "=" not in page.side.formula.text()
    settled(page)
    assert "should be 1×2" in page.notes[0].text(), "the weights are of another shape"
    assert [button.accessibleName() for button in page.notes[0].buttons] == ["Drawn weights", "New batch"]
    page.notes[0].buttons[0].click()
    settled(page)
    assert not page.notes and numbers(page, "weight/fc1.weight").shape == (1, 2)
    page.controller.undo()
    page.controller.apply(RemoveNodes(["relu1"], heal=True))
    page.controller.apply(SetParam("fc1", "out_features", 2))
    settled(page)
    assert "value/relu1" not in page.views and not page.notes


def test_what_cannot_be_worked_is_said_with_what_to_do(page_of: Open) -> None:
    nothing = page_of(Document())
    assert nothing.is_empty and not nothing.views and nothing.empty._label.text() == NOTHING
    page = page_of(exam())
    page.views["value/input1"].matrix.edited.emit((0, 0), "many")
    assert "Expected a number" in page.notes[0].text()
    wide: Layers = [
        ("input1", "Input", {"shape": [3000]}),
        ("fc1", "Linear", {"out_features": 2}),
        ("output1", "Output", {}),
    ]
    large = page_of(worked(wide, {}))
    assert large.is_empty and large.walk is None
    broken = page_of(worked(worked_layers(), {**EXAM, "targets": {"output1": [9]}}))
    assert "classes from 0 to 1" in broken.notes[0].text()


def worked_layers() -> Layers:
    return [
        ("input1", "Input", {"shape": [2]}),
        ("fc1", "Linear", {"out_features": 2}),
        ("fc2", "Linear", {"out_features": 2}),
        ("output1", "Output", {}),
    ]


def test_what_is_too_large_has_a_way_out(page_of: Open) -> None:
    page = page_of(templates.load("exam-cnn"))
    assert "13,050" in page.empty.accessibleName() and page.example.isVisible()
    strip = page.strip
    assert not any(button.isEnabled() for button in (strip.step, strip.check, strip.export, *strip.stages.values()))
    asked: list[bool] = []
    page.example_requested.connect(lambda: asked.append(True))
    page.example.click()
    page.begin()
    assert asked == [True] and page.focusWidget() is page.example


def test_the_template_is_the_exam(page_of: Open) -> None:
    page = page_of(templates.load(EXAMPLE))
    page.strip.stages[UPDATE].click()
    page.strip.stages[LOSS].click()
    settled(page)
    assert page.strip.where.text() == "Pass 2, loss · loss 0.287261"


def test_what_a_walk_leaves_out_is_said(page_of: Open) -> None:
    page = page_of(exam(accumulate=4, average="EMA"))
    assert page.notes[0].text() == "A training also heeds accumulation and averaged weights; this walk does not."
    assert not page_of(exam(l1=0.1)).notes


def test_training_from_these_weights_is_one_edit_of_settings_and_numbers(page_of: Open) -> None:
    page = page_of(worked(worked_layers(), {}))
    deed(page, "weight/fc1.weight", (0, 0), "Train from these weights")
    document = page.controller.document
    assert document.training["start_from"] == "numbers"
    assert page.notes[0].text().startswith("The next run starts from these weights")
    assert section(page)["weights"]["fc2"]["bias"] == numbers(page, "weight/fc2.bias").tolist()
    page.controller.undo()
    assert "start_from" not in page.controller.document.training and "weights" not in section(page)


def test_another_example_is_offered_only_where_nothing_can_be_shown(page_of: Open) -> None:
    page = page_of(templates.load("exam-cnn"))
    assert page.example.isVisible()
    page.controller.show_run(templates.load("by-hand"), "exam")
    idle(page.controller)
    until(lambda: page.example.isHidden())  # while the numbers are on their way
    settled(page)
    assert not page.is_empty
    page.begin()
    assert page.focusWidget() is page.strip.step
