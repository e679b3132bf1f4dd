from __future__ import annotations

from collections.abc import Iterator

import pytest
from block_networks import gated, opened
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QDrag, QImage
from PySide6.QtWidgets import QLabel, QTreeView
from pytestqt.qtbot import QtBot

from models.kinds.layer import FAMILIES, Layer
from models.layers import LAYERS
from widgets.kinds.catalog import MIME, families, family_icon, family_token, found, kind_icon, not_found
from widgets.kinds.palette import FAMILY, KIND, Palette
from widgets.kinds.tile import drag_pixmap
from widgets.theme import theme


@pytest.fixture
def palette(qtbot: QtBot) -> Palette:
    widget = Palette()
    qtbot.addWidget(widget)
    widget.resize(232, 900)
    widget.show()
    return widget


@pytest.fixture
def made_up() -> Iterator[type[Layer]]:
    class Sparkle(Layer):
        family = "Fireworks"
        title = "Sparkling layer"
        synonyms = ("glitter",)

    LAYERS.register(Sparkle)
    yield Sparkle
    LAYERS.unregister("Sparkle")


def tree(palette: Palette) -> QTreeView:
    return palette.findChildren(QTreeView)[0]


def row_of(palette: Palette, role: int, value: str) -> QModelIndex:
    view = tree(palette)
    model = view.model()
    tops = [model.index(row, 0) for row in range(model.rowCount())]
    below = [model.index(row, 0, top) for top in tops for row in range(model.rowCount(top))]
    return next(index for index in (*tops, *below) if index.data(role) == value)


def chosen(palette: Palette) -> list[str]:
    kinds: list[str] = []
    palette.chosen.connect(kinds.append)
    return kinds


def test_every_kind_stands_in_its_family(palette: Palette) -> None:
    palette.set_expanded_families({family for family, _ in families()})
    assert sorted(palette.kinds_in_sight()) == sorted(LAYERS)


def test_families_come_in_the_order_of_the_design_with_their_counts() -> None:
    names = [family for family, _ in families()]
    known = [name for name in FAMILIES if name in names]
    assert names[: len(known)] == known
    assert sum(len(kinds) for _, kinds in families()) == len(LAYERS)


def test_folded_families_hide_their_kinds(palette: Palette) -> None:
    palette.set_expanded_families(["Linear"])
    assert "Linear" in palette.kinds_in_sight()
    assert "Conv2d" not in palette.kinds_in_sight()
    assert palette.expanded_families() == ["Linear"]


def test_a_kind_registered_later_appears_after_a_refresh(palette: Palette, made_up: type[Layer]) -> None:
    palette.refresh()
    index = row_of(palette, FAMILY, "Fireworks")
    tree(palette).setExpanded(index, True)
    assert "Sparkle" in palette.kinds_in_sight()
    assert not palette.grab().isNull()


def test_a_family_unknown_to_the_theme_is_drawn_neutrally(made_up: type[Layer]) -> None:
    assert family_icon("Fireworks") == "info"
    assert family_token("Fireworks") == "text2"
    assert family_token("Convolution") == "Convolution"


def test_kinds_that_end_a_path_point_outwards() -> None:
    assert kind_icon(LAYERS["Output"]) == "io_out"
    assert kind_icon(LAYERS["Input"]) == "io_in"


@pytest.mark.parametrize(
    ("text", "kind"), [("conv2", "Conv2d"), ("dense", "Linear"), ("fully connected", "Linear"), ("RELU", "ReLU")]
)
def test_the_search_finds_names_titles_and_synonyms(qtbot: QtBot, palette: Palette, text: str, kind: str) -> None:
    qtbot.keyClicks(palette.search, text)
    assert palette.kinds_in_sight()[0] == kind


def test_enter_in_the_search_chooses_the_best_result(qtbot: QtBot, palette: Palette) -> None:
    kinds = chosen(palette)
    qtbot.keyClicks(palette.search, "maxpool2")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert kinds == ["MaxPool2d"]


def test_enter_in_an_empty_search_chooses_nothing(qtbot: QtBot, palette: Palette) -> None:
    kinds = chosen(palette)
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert kinds == []


def test_a_list_that_has_the_keyboard_shows_where(qtbot: QtBot, palette: Palette) -> None:
    view = tree(palette)
    palette.search.setFocus()
    qtbot.waitUntil(palette.search.hasFocus)
    view.clearSelection()
    view.setFocus(Qt.FocusReason.ShortcutFocusReason)
    qtbot.waitUntil(view.hasFocus)
    assert view.selectedIndexes() == [view.model().index(0, 0)]


def test_down_walks_from_the_search_into_the_list_and_up_back(qtbot: QtBot, palette: Palette) -> None:
    kinds = chosen(palette)
    palette.search.setFocus()
    qtbot.keyClicks(palette.search, "conv")
    qtbot.keyClick(palette.search, Qt.Key.Key_Down)
    view = tree(palette)
    qtbot.waitUntil(view.hasFocus)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert kinds == [palette.kinds_in_sight()[1]]
    qtbot.keyClick(view, Qt.Key.Key_Up)
    qtbot.keyClick(view, Qt.Key.Key_Up)
    qtbot.waitUntil(palette.search.hasFocus)


def test_a_search_without_result_names_the_closest_kind(qtbot: QtBot, palette: Palette) -> None:
    qtbot.keyClicks(palette.search, "Linaer")
    assert palette.kinds_in_sight() == ["Linear"]
    assert not_found("Linaer") == "No layer called ‘Linaer’. Closest: Linear"
    qtbot.keyClicks(palette.search, "qqqqqqqqqqqq")
    assert palette.kinds_in_sight() == []
    assert not_found("zzzzzzzz") == "No layer called ‘zzzzzzzz’."


def test_emptying_the_search_brings_the_families_back_as_they_were(qtbot: QtBot, palette: Palette) -> None:
    palette.set_expanded_families(["Pooling"])
    before = palette.kinds_in_sight()
    qtbot.keyClicks(palette.search, "lstm")
    qtbot.keyClick(palette.search, Qt.Key.Key_Escape)
    assert palette.kinds_in_sight() == before


def test_a_click_unfolds_a_family_and_a_double_click_chooses_a_kind(qtbot: QtBot, palette: Palette) -> None:
    kinds = chosen(palette)
    view = tree(palette)
    spot = view.visualRect(row_of(palette, FAMILY, "Linear")).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert "Linear" in palette.expanded_families()
    spot = view.visualRect(row_of(palette, KIND, "Conv2d")).center()
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert kinds == ["Conv2d"]


def test_space_folds_the_family_that_has_the_keyboard(qtbot: QtBot, palette: Palette) -> None:
    view = tree(palette)
    view.setFocus()
    view.setCurrentIndex(row_of(palette, FAMILY, "Pooling"))
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert "Pooling" not in palette.expanded_families()


def test_a_dragged_row_carries_the_kind_and_shows_its_tile(palette: Palette) -> None:
    model = tree(palette).model()
    data = model.mimeData([row_of(palette, KIND, "Conv2d")])
    assert data.data(MIME).data().decode() == "Conv2d"
    assert model.mimeTypes() == [MIME]
    assert not model.flags(row_of(palette, FAMILY, "Linear")) & Qt.ItemFlag.ItemIsDragEnabled
    picture = drag_pixmap(LAYERS["Conv2d"], 2.0)
    assert picture.deviceIndependentSize().toSize().width() == 28  # the canvas draws the card, once
    assert picture.toImage().pixelColor(28, 28).alpha() == 255


def test_rows_have_the_heights_of_the_design(palette: Palette) -> None:
    view = tree(palette)
    assert view.visualRect(row_of(palette, FAMILY, "Linear")).height() == 30
    assert view.visualRect(row_of(palette, KIND, "Conv2d")).height() == 27


def test_a_row_under_the_pointer_lights_up(qtbot: QtBot, palette: Palette) -> None:
    view = tree(palette)
    area = view.visualRect(row_of(palette, KIND, "Conv2d"))

    def shot() -> QImage:
        return view.viewport().grab(area).toImage()

    before = shot()
    qtbot.mouseMove(view.viewport(), area.center())
    qtbot.waitUntil(lambda: shot() != before)


def test_it_grows_with_the_text(qtbot: QtBot, palette: Palette) -> None:
    view = tree(palette)
    theme().set_scale(1.5)
    try:
        qtbot.waitUntil(lambda: view.visualRect(row_of(palette, KIND, "Conv2d")).height() == 40)
    finally:
        theme().set_scale(1.0)


def test_names_are_never_markup(qtbot: QtBot, palette: Palette) -> None:
    qtbot.keyClicks(palette.search, "<b>x</b>")
    assert not_found("<b>x</b>").startswith("No layer called ‘<b>x</b>’.")
    assert palette.findChild(QLabel, "empty").textFormat() == Qt.TextFormat.PlainText


def test_rows_tell_their_names_to_screen_readers(palette: Palette) -> None:
    said = row_of(palette, KIND, "Conv2d").data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Conv2d, 2-D convolution"
    assert tree(palette).accessibleName()
    assert palette.search.accessibleName() == "Search layers"


def test_searches_of_all_sorts_find_only_kinds(palette: Palette) -> None:
    for text in ("", " ", "×", "\u202eabc", "😀", "a" * 5000, "conv"):
        palette.search.setText(text)
        assert set(palette.kinds_in_sight()) <= set(LAYERS)
        assert {kind.kind for kind in found(text)} <= set(LAYERS)


def test_nothing_stays_behind(qtbot: QtBot) -> None:
    for _ in range(100):
        widget = Palette()
        widget.search.setText("conv")
        widget.deleteLater()
    # Left-over widgets, timers and threads fail every test of windows.


def test_what_was_searched_for_is_forgotten_once_it_was_dropped(
    palette: Palette, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drag that ends nowhere keeps the search, so that it can be tried again."""
    ends = [Qt.DropAction.IgnoreAction, Qt.DropAction.CopyAction]
    monkeypatch.setattr(QDrag, "exec", lambda *_: ends.pop(0))
    palette.search.setText("conv2d")
    tree(palette).startDrag(Qt.DropAction.CopyAction)
    assert palette.search.text() == "conv2d"
    tree(palette).startDrag(Qt.DropAction.CopyAction)
    assert palette.search.text() == ""
    assert len(palette.kinds_in_sight()) > 1


def test_a_family_cannot_be_dragged(palette: Palette, monkeypatch: pytest.MonkeyPatch) -> None:
    dragged: list[object] = []
    monkeypatch.setattr(QDrag, "exec", lambda *_: dragged.append(1))
    tree(palette).setCurrentIndex(tree(palette).model().index(0, 0))
    tree(palette).startDrag(Qt.DropAction.CopyAction)
    assert dragged == []


def test_unfolded_families_can_be_kept_and_brought_back(palette: Palette, qtbot: QtBot) -> None:
    assert palette.expanded_families() == ["Convolution", "Pooling"]
    row = row_of(palette, FAMILY, "Recurrent")
    tree(palette).setExpanded(row, True)
    assert palette.expanded_families() == ["Convolution", "Pooling", "Recurrent"]
    other = Palette()
    qtbot.addWidget(other)
    other.set_expanded_families(palette.expanded_families())
    assert "LSTM" in other.kinds_in_sight()
    palette.search.setText("gelu")
    palette.search.clear()
    assert "LSTM" in palette.kinds_in_sight(), "a search in between folds nothing"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("convlution", "Conv2d"), ("fuly conected", "Linear"), ("batchnrom", "BatchNorm2d")],
)
def test_slips_of_the_hand_lead_to_what_was_meant(palette: Palette, typed: str, meant: str) -> None:
    palette.search.setText(typed)
    assert palette.kinds_in_sight() == [meant]
    assert f"Closest: {meant}" in not_found(typed)


def test_what_is_like_nothing_finds_nothing(palette: Palette) -> None:
    palette.search.setText("zzqq")
    assert palette.kinds_in_sight() == []
    assert not_found("zzqq") == "No layer called ‘zzqq’."


def test_blocks_of_a_document_are_offered_as_any_layer(palette: Palette) -> None:
    blocks = list(opened(gated()).content.kinds.values())
    palette.set_expanded_families(["Blocks"])
    palette.set_blocks(blocks)
    assert {"Gated", "Excite"} <= set(palette.kinds_in_sight())
    palette.search.setText("excit")
    assert palette.kinds_in_sight()[0] == "Excite"
    palette.set_blocks([])
    assert "Excite" not in palette.kinds_in_sight()
    assert not_found("Gaetd", blocks).endswith("Closest: Gated")
