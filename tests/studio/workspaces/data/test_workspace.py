"""The Data page: choosing data, what does not fit it, its settings, and how it looks in every window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from data_page import Open, click_source, in_use, mend, notes, settle
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from waiting import idle

from models.document.edits import RemoveNodes, SetParam, SetSection
from studio.controllers.documents import DocumentController
from studio.data import known
from studio.services.settings import Settings
from studio.workspaces.data.workspace import NOTHING, DataWorkspace
from widgets.theme import theme


def test_a_document_without_a_word_of_data_shows_the_digits(open_workspace: Open) -> None:
    workspace = open_workspace(data={})
    assert workspace.page.title.text() == "Handwritten digits"
    assert workspace.page.line.text() == "1,797 images · 1×8×8 · 10 classes · 129.4 kB"
    assert in_use(workspace) == ["digits"]
    assert notes(workspace) == [("good", "Fits the network input 1×8×8")]
    assert workspace.page.samples.view() is workspace.page.samples.grid
    assert len(workspace.page.samples.examples()) > 100
    assert workspace.controller.document.data == {}


def test_choosing_another_source_is_one_undoable_edit(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open
) -> None:
    workspace = open_workspace(data={"source": "digits", "seed": 3})
    click_source(qtbot, workspace, "iris")
    assert controller.document.data == {"source": "iris", "seed": 3}
    assert (workspace.page.title.text(), in_use(workspace)) == ("Iris", ["iris"])
    assert workspace.page.samples.view() is workspace.page.samples.table
    controller.undo()
    settle(qtbot, workspace)
    assert (workspace.page.title.text(), in_use(workspace)) == ("Handwritten digits", ["digits"])


def test_corrections_are_counted_and_removed_by_an_undoable_edit(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open
) -> None:
    data = {"source": "digits", "corrections": {"0": ["0", "8"], "5": ["5", None], "9": ["9", None]}}
    workspace = open_workspace(data=data)
    assert workspace.page.line.text().startswith("1,795 images")
    assert notes(workspace)[-1] == ("info", "1 label corrected, 2 samples left out.")
    mend(qtbot, workspace, -1)
    assert controller.document.data == {"source": "digits"}
    assert workspace.page.line.text().startswith("1,797 images") and len(notes(workspace)) == 1
    controller.undo()
    settle(qtbot, workspace)
    assert controller.document.data == data


def test_corrections_of_other_data_are_said_with_the_way_out(qtbot: QtBot, open_workspace: Open) -> None:
    workspace = open_workspace(data={"source": "digits", "corrections": {"0": ["3", "8"]}})
    ((kind, words),) = notes(workspace)
    assert kind == "error" and "the corrections are of other data: row 0 is “0” there, not “3”." in words
    mend(qtbot, workspace)
    assert notes(workspace) == [("good", "Fits the network input 1×8×8")]


def test_choosing_the_source_in_use_changes_nothing(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open
) -> None:
    workspace = open_workspace(data={})
    label = controller.document.undo_label
    click_source(qtbot, workspace, "digits")
    assert controller.document.undo_label == label


def test_a_network_for_other_data_is_told_calmly_that_none_was_chosen(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open
) -> None:
    workspace = open_workspace("exam-cnn", {})
    sentence = "No data is chosen for input1, which takes 3×32×32. "
    sentence += "Choose it in Data. Handwritten digits, used until then, has 1×8×8."
    assert notes(workspace) == [("info", sentence)] and controller.errors == 0
    controller.apply(SetSection("data", {"source": "digits"}))
    qtbot.waitUntil(lambda: notes(workspace)[0][0] == "error")


def test_what_does_not_fit_is_mended_by_edits(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open
) -> None:
    workspace = open_workspace("iris-mlp", {"source": "moons"})
    assert [kind for kind, _ in notes(workspace)] == ["error", "error"]
    assert "Input expects 4 values; Moons has 2." in notes(workspace)[0][1]
    mend(qtbot, workspace)
    assert [kind for kind, _ in notes(workspace)] == ["error"]
    mend(qtbot, workspace)
    assert notes(workspace) == [("good", "Fits the network input 2")]
    controller.undo()
    assert [kind for kind, _ in notes(workspace)] == ["error"]


def test_numbers_ask_for_another_loss(qtbot: QtBot, controller: DocumentController, open_workspace: Open) -> None:
    workspace = open_workspace("iris-mlp", {"source": "diabetes"})
    texts = [text for _, text in notes(workspace)]
    place = next(place for place, text in enumerate(texts) if "CrossEntropyLoss" in text)
    mend(qtbot, workspace, place)
    output = next(node for node in controller.document.network if node.kind == "Output")
    assert output.params["loss"]["kind"] == "MSELoss"


def test_an_edit_of_the_network_is_compared_at_once(controller: DocumentController, open_workspace: Open) -> None:
    workspace = open_workspace()
    start = next(node.id for node in controller.document.network if node.kind == "Input")
    controller.apply(SetParam(start, "shape", [3, 8, 8]))
    assert notes(workspace)[0][0] == "error"
    controller.apply(RemoveNodes([start]))
    assert notes(workspace)[0][0] == "info"
    assert "an Input, of 1×8×8" in notes(workspace)[0][1]


def test_an_edit_made_elsewhere_is_compared_when_the_workspace_comes_back(
    controller: DocumentController, open_workspace: Open
) -> None:
    workspace = open_workspace()
    workspace.hide()
    start = next(node.id for node in controller.document.network if node.kind == "Input")
    controller.apply(SetParam(start, "shape", [3, 8, 8]))
    assert notes(workspace)[0][0] == "good"
    workspace.show()
    assert notes(workspace)[0][0] == "error"


def test_a_canceled_loading_offers_to_read(qtbot: QtBot, open_workspace: Open) -> None:
    workspace = open_workspace(data={})
    workspace.load(fresh=True)
    workspace.page.cancel_requested.emit()
    assert notes(workspace)[0][0] == "info" and workspace.preview is None
    mend(qtbot, workspace)
    assert workspace.preview is not None


def test_a_setting_is_an_edit_and_typing_on_is_one_undo(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open
) -> None:
    workspace = open_workspace(data={})
    before = workspace.preview
    editor = workspace.details.form.editor("validation")
    editor.changed.emit(0.3)  # type: ignore[attr-defined]
    editor.changed.emit(0.35)  # type: ignore[attr-defined]
    settle(qtbot, workspace)
    assert controller.document.data == {"source": "digits", "validation": 0.35}
    assert workspace.preview is not before
    assert workspace.preview and workspace.preview.counts[1] == 629
    assert workspace.details.split_bar.numbers[1].text() == "629 · 35 %"
    controller.undo()
    assert controller.document.data == {}
    settle(qtbot, workspace)


def test_without_a_choice_the_page_says_what_to_do(open_workspace: Open) -> None:
    workspace = open_workspace(data={"source": "image_folder"})
    assert workspace.page.empty.isVisible()
    assert workspace.page.empty._label.text() == NOTHING
    assert notes(workspace) == []


def test_data_with_its_own_split_offers_no_share(open_workspace: Open, tmp_path: Path) -> None:
    x, y = np.zeros((8, 4, 4), dtype=np.uint8), np.arange(8) % 2
    np.savez(tmp_path / "a.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    workspace = open_workspace(data={"source": "numpy", "path": str(tmp_path / "a.npz")})
    for name in ("validation", "seed"):
        with pytest.raises(KeyError):
            workspace.details.form.editor(name)


def test_warnings_are_shown_with_their_names(open_workspace: Open, tmp_path: Path) -> None:
    rows = "1,a\n2,a\n3,a\n4,a\n5,b\n"
    (tmp_path / "a.csv").write_text("x,y\n" + rows)
    workspace = open_workspace(data={"source": "csv", "path": str(tmp_path / "a.csv")})
    assert any("no example of b" in note.text() for note in workspace.details.notes)


def test_what_is_not_read_unasked_is_known_once_it_was_looked_at(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known, "MOST_BYTES", 10)
    (tmp_path / "good.csv").write_text("a,b,kind\n" + "".join(f"{i},{i},{'xy'[i % 2]}\n" for i in range(40)))
    (tmp_path / "bad.csv").write_text("a,b,kind\n" + "1,2,3,4,5,6,x\n1,y\n" * 20)
    workspace = open_workspace("iris-mlp", {"source": "csv", "path": str(tmp_path / "good.csv")})
    qtbot.waitUntil(lambda: "data-input" in {finding.code for finding in controller.issues})
    assert controller.knowledge.gap == ""
    workspace.hide()
    controller.apply(SetSection("data", {"source": "csv", "path": str(tmp_path / "bad.csv")}))
    qtbot.waitUntil(lambda: controller.knowledge.gap == "The data has not been read yet.")
    workspace.show()
    qtbot.waitUntil(lambda: "unreadable-data" in {finding.code for finding in controller.issues})


def test_a_hidden_workspace_does_not_load(qtbot: QtBot, controller: DocumentController) -> None:
    workspace = DataWorkspace(controller, Settings())
    qtbot.addWidget(workspace)
    controller.apply(SetSection("data", {"source": "moons"}))
    assert not workspace.loader.is_loading
    workspace.show()
    settle(qtbot, workspace)
    assert workspace.page.title.text() == "Moons"


def test_another_document_starts_afresh(qtbot: QtBot, controller: DocumentController, open_workspace: Open) -> None:
    workspace = open_workspace(data={"source": "csv", "path": "gone.csv"})
    assert "own:0" in workspace.sources.rows
    controller.new("iris-mlp")
    idle(controller)
    settle(qtbot, workspace)
    assert not any(key.startswith("own:") for key in workspace.sources.rows)


def test_everything_has_a_name_and_is_reached_by_keyboard(open_workspace: Open) -> None:
    workspace = open_workspace(data={})
    page = workspace.page.samples
    assert page.bars is not None
    for widget in (page.grid, page.bars.plot, page.classes, page.others, *workspace.sources.rows.values()):
        assert widget.accessibleName()
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert len(workspace.panels()) == 3


@pytest.mark.parametrize(("mode", "scale", "size"), [("light", 1.0, (1280, 724)), ("dark", 1.5, (1280, 724)),
                                                    ("dark", 1.0, (2560, 1364))])  # fmt: skip
def test_the_workspace_fits_every_window(
    qtbot: QtBot, open_workspace: Open, mode: str, scale: float, size: tuple[int, int]
) -> None:
    theme().set_mode(mode)  # type: ignore[arg-type]
    theme().set_scale(scale)
    workspace = open_workspace("iris-mlp", {"source": "wine"})

    def fits() -> bool:
        workspace.resize(*size)
        return (workspace.width(), workspace.height()) == size

    qtbot.waitUntil(fits)  # once the bar of a slow loading is put away
    picture = workspace.grab().toImage()
    assert picture.pixelColor(4, 4).name() == theme().color("panel").name()


def test_the_panels_keep_their_width(qtbot: QtBot, controller: DocumentController, open_workspace: Open) -> None:
    workspace = open_workspace(data={})
    workspace._columns.setSizes([300, 640, 340])
    widths = workspace._columns.sizes()
    workspace.save_state()
    again = DataWorkspace(controller, workspace.settings)
    qtbot.addWidget(again)
    again.resize(workspace.size())
    again.show()
    settle(qtbot, again)
    assert again._columns.sizes() == widths


def test_a_hundred_changes_of_mind_leave_one_answer(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open
) -> None:
    workspace = open_workspace(data={})
    for turn in range(100):
        controller.apply(SetSection("data", {"source": ("iris", "moons", "digits", "wine")[turn % 4]}))
        QApplication.processEvents()
    settle(qtbot, workspace)
    assert workspace.page.title.text() == "Wine"
    assert workspace.preview and workspace.preview.title == "Wine"


def test_a_network_begins_from_its_data(qtbot: QtBot, controller: DocumentController, open_workspace: Open) -> None:
    workspace = open_workspace(None, data={"source": "iris"})
    ((kind, text),) = notes(workspace)
    assert kind == "info" and "an Input, of 4 values, and an Output" in text
    mend(qtbot, workspace)
    assert [node.kind for node in controller.document.network] == ["Input", "Output"]
    assert controller.document.undo_label == "Create Input and Output"
