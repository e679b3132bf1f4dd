from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMenu, QPlainTextEdit
from pytestqt.qtbot import QtBot
from waiting import idle, until

from models.document.edits import AddNode, Batch, Connect, RemoveNodes, SetParam, SetSection
from models.network import Edge, Node
from models.storage.consent import CONSENT
from studio.controllers.documents import DocumentController
from studio.data import known
from studio.data.data import Progress, Raw
from studio.data.kinds import tables as tables_kind
from studio.services import dialogs
from studio.services.message import Message
from studio.services.settings import Settings
from studio.workspaces.data.workspace import NOTHING, DataWorkspace
from widgets.theme import theme

WAIT = 60_000
HOSTILE = "<b>bold</b> مرحبا 🎉"
Open = Callable[..., DataWorkspace]


@pytest.fixture
def controller(qapp: QApplication) -> Iterator[DocumentController]:
    theme().apply(qapp)
    found = DocumentController()
    yield found
    found.close()
    theme().set_scale(1.0)
    theme().set_mode("system")


@pytest.fixture
def open_workspace(qtbot: QtBot, controller: DocumentController) -> Open:
    def open(template: str | None = "digits-cnn", data: dict[str, Any] | None = None) -> DataWorkspace:
        controller.new(template)
        idle(controller)
        if data is not None:
            controller.apply(SetSection("data", data))
        workspace = DataWorkspace(controller, Settings())
        qtbot.addWidget(workspace)
        workspace.resize(1280, 724)
        workspace.show()
        settle(qtbot, workspace)
        return workspace

    return open


def settle(qtbot: QtBot, workspace: DataWorkspace) -> None:
    qtbot.waitUntil(lambda: not workspace.is_busy, timeout=WAIT)
    QApplication.processEvents()


def notes(workspace: DataWorkspace) -> list[tuple[str, str]]:
    return [(note.kind, note.text()) for note in workspace.page.notes]


def in_use(workspace: DataWorkspace) -> list[str]:
    return [key for key, row in workspace.sources.rows.items() if row.in_use]


def click_source(qtbot: QtBot, workspace: DataWorkspace, key: str) -> None:
    qtbot.mouseClick(workspace.sources.rows[key], Qt.MouseButton.LeftButton)
    settle(qtbot, workspace)


def mend(qtbot: QtBot, workspace: DataWorkspace, place: int = 0) -> None:
    qtbot.mouseClick(workspace.page.notes[place].buttons[0], Qt.MouseButton.LeftButton)
    settle(qtbot, workspace)


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


def test_the_users_own_file_is_chosen_in_a_dialog_that_does_not_block(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open, tmp_path: Path
) -> None:
    workspace = open_workspace(data={})
    file = tmp_path / f"{HOSTILE.replace('/', '-')}.csv"
    file.write_text("length,kind\n" + f"1,{HOSTILE}\n2,b\n" * 20, encoding="utf-8")
    click_source(qtbot, workspace, "csv")
    dialog = workspace.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(file))
    dialog.close()
    settle(qtbot, workspace)
    assert controller.document.data == {"source": "csv", "path": str(file)}
    assert workspace.page.title.text() == file.name
    assert in_use(workspace) == ["own:0"]
    assert workspace.page.samples.classes.itemText(1) in (HOSTILE, "b")
    click_source(qtbot, workspace, "digits")
    assert in_use(workspace) == ["digits"]
    click_source(qtbot, workspace, "own:0")
    assert controller.document.data["path"] == str(file)


@pytest.mark.parametrize(
    ("place", "mode"), [(0, QFileDialog.FileMode.Directory), (1, QFileDialog.FileMode.ExistingFile)]
)
def test_a_folder_or_an_archive_is_chosen_as_such(
    qtbot: QtBot, open_workspace: Open, place: int, mode: QFileDialog.FileMode
) -> None:
    workspace = open_workspace(data={})
    click_source(qtbot, workspace, "image_folder")
    (menu,) = workspace.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert [action.text() for action in menu.actions()] == ["A folder…", "A file (.zip, .tar)…"]
    menu.actions()[place].trigger()
    menu.close()
    qtbot.waitUntil(lambda: workspace.findChild(QFileDialog) is not None)
    dialog = workspace.findChild(QFileDialog)
    assert dialog is not None and dialog.fileMode() == mode
    dialog.reject()


def test_paths_beside_the_document_stay_relative(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open, tmp_path: Path
) -> None:
    workspace = open_workspace(data={"source": "csv"})
    controller.save_as(tmp_path / "net.netloom")
    idle(controller)
    (tmp_path / "a.csv").write_text("x,y\n" + "1,a\n2,b\n" * 9)
    workspace.details.form.editor("path").pick(str(tmp_path / "a.csv"))  # type: ignore[attr-defined]
    settle(qtbot, workspace)
    assert controller.document.data["path"] == "a.csv"
    assert workspace.preview and sum(workspace.preview.counts) == 18


def test_saving_elsewhere_looks_for_relative_paths_there(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open, tmp_path: Path
) -> None:
    workspace = open_workspace(data={"source": "csv", "path": "a.csv"})
    assert notes(workspace)[0][0] == "error"
    (tmp_path / "a.csv").write_text("x,y\n" + "1,a\n2,b\n" * 9)
    controller.save_as(tmp_path / "net.netloom")
    idle(controller)
    settle(qtbot, workspace)
    assert workspace.preview is not None


def test_without_a_choice_the_page_says_what_to_do(open_workspace: Open) -> None:
    workspace = open_workspace(data={"source": "image_folder"})
    assert workspace.page.empty.isVisible()
    assert workspace.page.empty._label.text() == NOTHING
    assert notes(workspace) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"source": "nonsense<b>"}, "There is no data set"),
        ({"source": "csv", "path": "/gone/<i>x</i>.csv"}, "nothing is there"),
        ({"source": 7}, "There is no data set"),
    ],
)
def test_what_cannot_be_read_is_said_in_place(open_workspace: Open, data: dict[str, Any], words: str) -> None:
    workspace = open_workspace(data=data)
    assert notes(workspace)[0][0] == "error" and words in notes(workspace)[0][1]
    assert workspace.preview is None
    assert QApplication.activeModalWidget() is None


def test_a_file_that_comes_back_is_read_again(qtbot: QtBot, open_workspace: Open, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    workspace = open_workspace(data={"source": "csv", "path": str(file)})
    file.write_text("x,y\n" + "1,a\n2,b\n" * 9)
    again = next(button for button in workspace.page.notes[0].buttons if "again" in button.text())
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    settle(qtbot, workspace)
    assert workspace.preview and workspace.preview.title == "a.csv"


def test_a_bad_table_is_a_sentence_with_the_cell(open_workspace: Open, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,a\n2,\n")
    workspace = open_workspace(data={"source": "csv", "path": str(tmp_path / "a.csv")})
    assert "found a gap" in notes(workspace)[0][1]


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


def two_of_each() -> Batch:
    """A network with the Inputs scan and years and the Outputs kind and mass."""
    size: dict[str, Any] = {"out_features": 3}
    nodes = [
        Node("scan", "Input", {"shape": [1, 4, 4]}),
        Node("years", "Input", {"shape": [1]}),
        Node("flatten1", "Flatten", {}),
        Node("concat1", "Concat", {}),
        Node("fc1", "Linear", size),
        Node("fc2", "Linear", {"out_features": 1}),
        Node("kind", "Output", {"loss": {"kind": "CrossEntropyLoss"}}),
        Node("mass", "Output", {"loss": {"kind": "MSELoss"}}),
    ]
    by_id = {node.id: node for node in nodes}
    wires = ["scan flatten1", "flatten1 concat1", "years concat1", "concat1 fc1", "concat1 fc2", "fc1 kind", "fc2 mass"]
    pairs = [[by_id[id] for id in wire.split()] for wire in wires]
    edges = [Edge(first.id, first.outputs[0], then.id, then.inputs[0].name) for first, then in pairs]
    return Batch("Build", [*map(AddNode, nodes), *map(Connect, edges)])


@pytest.fixture
def patients(tmp_path: Path) -> Path:
    generator = np.random.default_rng(0)
    image, label = generator.integers(0, 255, (90, 4, 4), dtype=np.uint8), np.arange(90) % 3
    numbers = generator.uniform(1, 90, (2, 90, 1))
    np.savez(tmp_path / "patients.npz", image=image, age=numbers[0], label=label, weight=numbers[1])
    return tmp_path / "patients.npz"


def test_columns_are_bound_where_there_are_several(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open, patients: Path
) -> None:
    workspace = open_workspace(None)
    controller.apply(two_of_each())
    workspace.use_file(patients)
    settle(qtbot, workspace)
    fields = workspace.details.columns.fields
    assert list(fields) == [("inputs", "scan"), ("inputs", "years"), ("targets", "kind"), ("targets", "mass")]
    assert notes(workspace)[0][1].startswith("patients.npz: expected an array x")
    mend(qtbot, workspace)  # what suggests itself: no array is called as a second target
    assert controller.document.data["inputs"] == {"scan": "image", "years": "age"}
    assert controller.document.data["targets"] == {"kind": "label"}
    assert any("mass" in text for _, text in notes(workspace))
    choice = workspace.details.columns.fields["targets", "mass"]
    choice.set_value("weight")
    choice.changed.emit("weight")
    settle(qtbot, workspace)
    assert controller.document.data["targets"] == {"kind": "label", "mass": "weight"}
    assert notes(workspace) == [("good", "Fits the network input 1×4×4 and 1")]
    assert workspace.page.line.text().startswith("90 examples · 1×4×4 and 1 · 3 classes and 1 number · ")
    controller.undo()
    settle(qtbot, workspace)
    assert choice.value() == ""


def test_any_pair_of_columns_can_be_looked_at(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open, patients: Path
) -> None:
    workspace = open_workspace(None)
    controller.apply(two_of_each())
    sides = {"inputs": {"scan": "image", "years": "age"}, "targets": {"kind": "label", "mass": "weight"}}
    controller.apply(SetSection("data", {"source": "numpy", "path": str(patients), **sides}))
    settle(qtbot, workspace)
    page = workspace.page.samples
    assert page.view() is page.grid
    assert workspace.details.normalization.text().startswith("mean 1")
    page.inputs.set_value("years")
    page.targets.set_value("mass")
    page.pair_changed.emit("years", "mass")
    assert page.view() is page.table
    assert page.bars is not None and not page.classes.isVisible()


def test_one_input_and_one_output_are_not_asked_for_columns(open_workspace: Open) -> None:
    assert not open_workspace().details.columns_section.isVisible()


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Path]:
    CONSENT.ask("Allow it in the Data workspace if you trust it.")
    (tmp_path / "a.csv").write_text("x,y\n" + "1,a\n2,b\n" * 10)
    yield tmp_path / "a.csv"
    CONSENT.forget()


def test_a_path_that_nobody_here_has_named_is_read_when_the_user_says_so(
    qtbot: QtBot, open_workspace: Open, asking: Path
) -> None:
    workspace = open_workspace(data={"source": "csv", "path": str(asking)})
    ((kind, text),) = notes(workspace)
    assert kind == "info" and text.endswith(f"outside of its folder: {asking}. Read it if you trust it.")
    assert workspace.preview is None
    mend(qtbot, workspace)
    assert workspace.page.title.text() == "a.csv"
    assert workspace.preview is not None
    assert Settings().data_paths() == [str(asking)]


def test_a_program_is_shown_and_run_when_the_user_says_so(qtbot: QtBot, open_workspace: Open, tmp_path: Path) -> None:
    (tmp_path / "rows.py").write_text("def load_data():\n    return [[0.0], [1.0]] * 10, ['no', 'yes'] * 10\n")
    workspace = open_workspace(data={"source": "python", "path": str(tmp_path / "rows.py")})
    ((kind, text),) = notes(workspace)
    assert kind == "info" and text.startswith("rows.py is a program") and workspace.preview is None
    assert [button.text() for button in workspace.page.notes[0].buttons] == ["Run it", "Show it…"]
    qtbot.mouseClick(workspace.page.notes[0].buttons[1], Qt.MouseButton.LeftButton)
    (dialog,) = workspace.findChildren(QDialog)
    (lines,) = dialog.findChildren(QPlainTextEdit)
    assert "def load_data" in lines.toPlainText()
    dialog.accept()
    settle(qtbot, workspace)
    assert workspace.preview is not None and workspace.preview.facts.classes == ("no", "yes")
    (tmp_path / "rows.py").write_text("print('another program')\n")
    workspace.load(fresh=True)
    settle(qtbot, workspace)
    assert [said for _, said in notes(workspace)] == [text], "asked anew"


def test_a_path_that_the_user_chooses_needs_no_question(qtbot: QtBot, open_workspace: Open, asking: Path) -> None:
    workspace = open_workspace()
    workspace.use_file(asking)
    settle(qtbot, workspace)
    assert workspace.page.title.text() == "a.csv"
    assert Settings().data_paths() == [str(asking)]


@pytest.fixture
def tables(tmp_path: Path) -> list[Path]:
    """Three tables with two columns."""
    paths = [tmp_path / f"{name}.csv" for name in ("first", "second", "third")]
    for path in paths:
        path.write_text("x,y\n" + "1,a\n2,b\n" * 10)
    return paths


def own_titles(workspace: DataWorkspace) -> list[str]:
    return [row.source.title for row in workspace.sources.rows.values() if row.source.own]


def test_a_source_in_use_is_removed_by_an_edit(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open, tables: list[Path]
) -> None:
    workspace = open_workspace(data={"source": "csv", "path": str(tables[0]), "target": "y", "seed": 4})
    assert own_titles(workspace) == ["first.csv"]
    workspace.sources.remove_requested.emit("own:0")
    settle(qtbot, workspace)
    assert controller.document.data == {"source": "csv", "seed": 4} and own_titles(workspace) == []
    assert workspace.page.title.text() == "Table" and workspace.preview is None
    controller.undo()
    settle(qtbot, workspace)
    assert own_titles(workspace) == in_use_titles(workspace) == ["first.csv"]
    assert controller.document.data["target"] == "y"


def in_use_titles(workspace: DataWorkspace) -> list[str]:
    return [workspace.sources.rows[key].source.title for key in in_use(workspace)]


def test_a_source_that_is_not_in_use_comes_back_by_undo(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open, tables: list[Path]
) -> None:
    workspace = open_workspace(data={"source": "csv", "path": str(tables[0])})
    workspace.use_file(tables[1])
    settle(qtbot, workspace)
    said: list[Message] = []
    controller.said.connect(said.append)
    label = controller.document.undo_label
    workspace.sources.remove_requested.emit("own:0")
    assert own_titles(workspace) == ["second.csv"] and controller.document.undo_label == label
    ((_, undo),) = said[0].actions
    undo()
    assert sorted(own_titles(workspace)) == ["first.csv", "second.csv"]
    assert in_use_titles(workspace) == ["second.csv"]


def test_a_source_is_corrected_in_place(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open, tables: list[Path],
    monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    workspace = open_workspace(data={"source": "csv", "path": str(tables[0]), "target": "y"})
    monkeypatch.setattr(dialogs, "ask_open", lambda parent, title, start, filters, take: take(tables[2]))
    workspace.sources.replace_requested.emit("own:0")
    settle(qtbot, workspace)
    assert own_titles(workspace) == ["third.csv"]
    assert controller.document.data == {"source": "csv", "path": str(tables[2]), "target": "y"}
    controller.undo()
    settle(qtbot, workspace)
    assert in_use_titles(workspace) == ["first.csv"]


def test_a_path_that_is_typed_leaves_no_sources_behind(qtbot: QtBot, open_workspace: Open, tables: list[Path]) -> None:
    workspace = open_workspace(data={"source": "csv", "path": str(tables[0])})
    for letters in ("s", "se", "second.csv"):
        workspace.details.changed.emit("path", str(tables[0].with_name(letters)))
    settle(qtbot, workspace)
    assert own_titles(workspace) == ["second.csv"]


def test_a_network_begins_from_its_data(qtbot: QtBot, controller: DocumentController, open_workspace: Open) -> None:
    workspace = open_workspace(None, data={"source": "iris"})
    ((kind, text),) = notes(workspace)
    assert kind == "info" and "an Input, of 4 values, and an Output" in text
    mend(qtbot, workspace)
    assert [node.kind for node in controller.document.network] == ["Input", "Output"]
    assert controller.document.undo_label == "Create Input and Output"


def test_sequences_of_tokens_are_called_so(open_workspace: Open) -> None:
    workspace = open_workspace(data={"source": "word_tags"})
    page = workspace.page
    assert page.line.text().startswith("2,000 sequences · 32 tokens · 12 classes")
    assert page.samples.bars is not None and page.samples.bars.title.text() == "Tokens per class"
    heads = [page.samples.table.model().headerData(place, Qt.Orientation.Horizontal) for place in (2, 3)]
    assert heads == ["Token 1", "Token 2"]


def test_a_column_of_a_table_is_taken_as_it_is_chosen_and_undo_brings_it_back(
    open_workspace: Open, controller: DocumentController, qtbot: QtBot, tmp_path: Path
) -> None:
    rows = "".join(f"{i},{'fm'[i % 2]},{'ab'[i % 3 > 0]}\n" for i in range(40))
    (tmp_path / "a.csv").write_text("age,sex,kind\n" + rows)
    workspace = open_workspace(data={"source": "csv", "path": str(tmp_path / "a.csv")})
    fields = workspace.details.columns.fields
    assert {id: field.value() for (side, id), field in fields.items() if side == "types"} == {"age": "", "sex": ""}
    assert workspace.preview is not None and workspace.preview.facts.shape == (3,)
    fields["types", "sex"].changed.emit("left out")
    settle(qtbot, workspace)
    assert controller.document.data["types"] == {"sex": "left out"}
    assert workspace.preview.facts.shape == (1,)
    controller.undo()
    settle(qtbot, workspace)
    assert "types" not in controller.document.data and workspace.preview.facts.shape == (3,)


def test_facts_are_looked_for_when_somebody_wants_to_see_them(qtbot: QtBot, open_workspace: Open) -> None:
    workspace = open_workspace("iris-mlp", {"source": "iris", "test": 0.2})
    assert workspace.looking.found is None and workspace.page.samples.order.isHidden()
    assert [label.text() for label in workspace.details.split_bar.numbers] == ["90 · 60 %", "30 · 20 %", "30 · 20 %"]
    workspace.page.show_view("facts")
    until(lambda: workspace.looking.found is not None)
    assert {"classes", "columns", "inputs", "exact"} <= set(workspace.page.facts.tables)
    (note,) = workspace.page.facts.notes
    assert note.text().startswith("1 pair of equal examples.")
    qtbot.mouseClick(note.buttons[0], Qt.MouseButton.LeftButton)
    assert workspace.controller.document.data["duplicates"] == "drop"
    settle(qtbot, workspace)
    until(lambda: workspace.looking.found is not None and not workspace.looking.is_busy)
    assert not workspace.page.facts.notes and workspace.page.view() == "facts"
    workspace.controller.undo()
    settle(qtbot, workspace)
    until(lambda: len(workspace.page.facts.notes) == 1)
    workspace.looking.close()


def test_rows_of_facts_lead_to_their_examples(qtbot: QtBot, open_workspace: Open) -> None:
    workspace = open_workspace("iris-mlp", {"source": "iris"})
    workspace.page.show_view("facts")
    until(lambda: workspace.looking.found is not None)
    facts, samples = workspace.page.facts, workspace.page.samples
    facts.chosen.emit("classes", "2")
    assert workspace.page.view() == "samples" and samples.chosen_class() == 2
    facts.chosen.emit("exact", facts.tables["exact"].lines()[0].key)
    assert len(samples.examples()) == 2 and samples.order.currentText() == "These two"
    samples.order.set_value("far")
    samples.order.changed.emit("far")
    assert len(samples.examples()) == 60
    workspace.looking.close()


def test_nothing_is_normalized_of_text(open_workspace: Open) -> None:
    with pytest.raises(KeyError):
        open_workspace(data={"source": "reviews"}).details.form.editor("normalize")
    assert open_workspace(data={"source": "iris"}).details.form.editor("normalize")


def test_the_first_rows_of_a_large_table_stand_there_while_the_rest_is_read(
    qtbot: QtBot, open_workspace: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables_kind, "GLANCED_FROM", 1_000)
    (tmp_path / "a.csv").write_text(
        "size,age,rooms,kind\n" + "".join(f"{row},{row % 7},3.{row},{'ab'[row % 2]}\n" for row in range(999))
    )
    workspace = open_workspace()
    page = workspace.page
    seen: list[tuple[int, str, bool]] = []
    workspace.loader.glimpsed.connect(
        lambda _: seen.append((len(page.samples.examples()), page.line.text(), page.views.isVisible()))
    )
    read_arrays, shown = tables_kind.Csv.read_arrays, threading.Event()
    workspace.loader.glimpsed.connect(lambda _: shown.set())

    def read_later(dataset: tables_kind.Csv, base: Path | None, progress: Progress | None) -> Raw:
        assert shown.wait(60)
        return read_arrays(dataset, base, progress)

    monkeypatch.setattr(tables_kind.Csv, "read_arrays", read_later)
    workspace.controller.apply(SetSection("data", {"source": "csv", "path": str(tmp_path / "a.csv")}))
    settle(qtbot, workspace)
    assert seen == [(200, "The first 200 rows; all are being read.", False)]
    assert workspace.preview and sum(workspace.preview.counts) == 999
    assert page.line.text().startswith("999 rows") and page.views.isVisible() and page.samples.bars is not None
    workspace.load(fresh=True)
    settle(qtbot, workspace)
    assert len(seen) == 2 and seen[1][1].startswith("999 rows"), "what was read stays in sight"
