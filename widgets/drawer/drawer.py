"""The drawer itself: three tabs over one area that folds away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from models.document import DocumentChange, Sheet
from models.findings.finding import Finding, with_mends
from widgets.basics.following import Following, renamed
from widgets.controls import Button, IconButton, Separator, Themed, announce
from widgets.drawer.code_panel import CodePanel
from widgets.drawer.layers import LayerTable
from widgets.drawer.problems import ProblemList
from widgets.drawer.tabs import Tab
from widgets.theme import px

SPACING = 10
UNCHECKED = "Only shapes have been checked."
TABS = (("problems", "Problems"), ("layers", "Layers"), ("code", "Code"))


class Drawer(Themed, QWidget):
    """Problems, Layers and Code of a document.

    Requests: ``mend_requested(Mend)``, ``selection_requested(ids)`` (from all three; ``node_clicked(id)`` tells before
    that a problem's node is meant), ``menu_requested(point of the screen)`` for the chosen layers,
    ``export_requested()``, ``edit_requested(Edit)`` for code that was edited, ``silence_requested(Finding, on its layer
    alone)``, ``hear_requested()``. ``collapsed_changed`` and ``tab_changed`` tell.
    """

    mend_requested = Signal(object)
    silence_requested = Signal(object, bool)
    hear_requested = Signal()
    node_clicked = Signal(str)
    selection_requested = Signal(list)
    menu_requested = Signal(QPoint)
    export_requested = Signal()
    edit_requested = Signal(object)
    collapsed_changed = Signal(bool)
    tab_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Drawer")
        self._issues: tuple[Finding, ...] | None = None
        self._gap, self._silenced = UNCHECKED, 0
        self._ids: tuple[str, ...] = ()
        self._told: frozenset[str] = frozenset()
        self._open_height = px(226)
        self.problems, self.layers, self.code = ProblemList(), LayerTable(), CodePanel()
        self._pages: dict[str, QWidget] = {"problems": self.problems, "layers": self.layers, "code": self.code}
        self.copy_table = Button("Copy", icon="copy", height=28)
        self.copy_code = Button("Copy", icon="copy", height=28)
        self.export_code = Button("Export…", icon="export", height=28)
        self._buttons = {"problems": (), "layers": (self.copy_table,), "code": (self.copy_code, self.export_code)}
        self._actions = {name: _row(*buttons) for name, buttons in self._buttons.items()}
        self._group = QButtonGroup(self)
        self._tabs = {name: Tab(title) for name, title in TABS}
        self._stack = QStackedWidget()
        for page in self._pages.values():
            self._stack.addWidget(page)
        self._fold = IconButton("chev_d", "Fold the drawer away", 28)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header())
        self._line = Separator()
        column.addWidget(self._line)
        column.addWidget(self._stack, 1)
        self._connect()
        self._following = Following(self, self._follow_change)
        self.show_tab("problems")
        self.follow_theme()

    def _header(self) -> QWidget:
        header = QWidget()
        row = self._head_row = QHBoxLayout(header)
        row.setContentsMargins(8, 0, 12, 0)
        row.setSpacing(SPACING)
        for name, tab in self._tabs.items():
            self._group.addButton(tab)
            row.addWidget(tab)
            tab.clicked.connect(lambda _=False, name=name: self.show_tab(name))
        row.addStretch()
        for actions in self._actions.values():
            row.addWidget(actions)
        row.addWidget(self._fold)
        self._head = header
        return header

    def _connect(self) -> None:
        self.problems.mend_requested.connect(self.mend_requested)
        self.problems.silence_requested.connect(self.silence_requested)
        self.problems.hear_requested.connect(self.hear_requested)
        self.problems.node_clicked.connect(self.node_clicked)
        self.problems.node_clicked.connect(lambda id: self.selection_requested.emit([id]))
        self.layers.selection_requested.connect(self.selection_requested)
        self.layers.menu_requested.connect(self.menu_requested)
        self.code.selection_requested.connect(self.selection_requested)
        self.code.edit_requested.connect(self.edit_requested)
        self.copy_table.clicked.connect(self._offer_copies)
        self.copy_code.clicked.connect(self.code.copy)
        self.export_code.clicked.connect(self.export_requested)
        self._fold.clicked.connect(lambda: self.set_collapsed(not self.is_collapsed()))

    def set_document(self, document: Sheet | None, title: str = "Network") -> None:
        """Show another document. Until `set_issues`, the analysis' own issues are shown."""
        self._following.follow(document)
        self._issues, self._gap, self._ids, self._silenced = None, UNCHECKED, (), 0
        self.layers.set_document(document)
        self.code.set_document(document, title)
        self._show_issues()

    def set_title(self, title: str) -> None:
        """Call the class in Code after the document's new title."""
        self.code.set_title(title)

    def set_issues(self, issues: Sequence[Finding], gap: str = "", silenced: int = 0) -> None:
        """Show these issues of the whole document; ``gap`` says what isn't known: “The data is being read.”

        ``silenced`` checks say nothing there.
        """
        self._issues, self._gap, self._silenced = tuple(issues), gap, silenced
        self._show_issues()

    def set_selection(self, ids: Sequence[str]) -> None:
        """Follow the selection made elsewhere."""
        self._ids = tuple(ids)
        self.problems.set_selection(self._ids)
        self.layers.set_selection(self._ids)
        self.code.set_selection(self._ids)

    def show_tab(self, name: str) -> None:
        """Show "problems", "layers" or "code", unfolding the drawer; raises KeyError for another name."""
        self._tabs[name].setChecked(True)
        self.set_collapsed(False)
        self._stack.setCurrentWidget(self._pages[name])
        for other, actions in self._actions.items():
            actions.setVisible(other == name)
        self.tab_changed.emit(name)

    def tab(self) -> str:
        """The tab in sight."""
        return next(name for name, tab in self._tabs.items() if tab.isChecked())

    def is_collapsed(self) -> bool:
        """Whether only the tabs are in sight."""
        return self._stack.isHidden()

    def set_collapsed(self, collapsed: bool) -> None:
        """Fold the drawer away or unfold it."""
        if collapsed == self.is_collapsed():
            return
        self._stack.setHidden(collapsed)
        self._line.setHidden(collapsed)
        self._fold.set_icon("chev_u" if collapsed else "chev_d")
        self._fold.set_tip("Unfold the drawer" if collapsed else "Fold the drawer away")
        self._actions[self.tab()].setVisible(not collapsed)
        self._limit()
        self._share_room(collapsed)
        self.collapsed_changed.emit(collapsed)

    def _share_room(self, collapsed: bool) -> None:
        """Leave what the folded drawer frees to what lies above it in a splitter, and take it back."""
        rows = self.parentWidget()
        if not isinstance(rows, QSplitter) or not any(sizes := rows.sizes()):
            return
        place = rows.indexOf(self)
        if collapsed and sizes[place] >= px(120):
            self._open_height = sizes[place]
        height = px(38) if collapsed else self._open_height
        sizes[place - 1] += sizes[place] - height
        sizes[place] = height
        rows.setSizes(sizes)

    def sizeHint(self) -> QSize:
        return QSize(px(800), self._head.height() if self.is_collapsed() else px(226))

    def restyle(self) -> None:
        self._head.setFixedHeight(px(38))
        self._limit()
        self._fit_buttons()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_buttons()

    def _limit(self) -> None:
        folded = self.is_collapsed()
        self.setMinimumHeight(px(38) if folded else px(120))
        self.setMaximumHeight(px(38) if folded else 16_777_215)
        self.updateGeometry()

    def _fit_buttons(self) -> None:
        """Buttons keep their words where all of them fit beside the tabs."""
        margins = self._head_row.contentsMargins()
        taken = sum(tab.sizeHint().width() + SPACING for tab in self._tabs.values()) + self._fold.width() + SPACING
        room = self.width() - taken - margins.left() - margins.right()
        for buttons in self._buttons.values():
            wanted = sum(button.full_width() + SPACING for button in buttons)
            for button in buttons:
                button.set_compact(wanted > room)

    def _offer_copies(self) -> None:
        self.layers.copy_menu.popup(self.copy_table.mapToGlobal(self.copy_table.rect().bottomLeft()))

    def _follow_change(self, change: DocumentChange) -> None:
        self._ids = renamed(self._ids, change, self._following.document)
        if self._issues is None and change.reports:
            self._show_issues()

    def _show_issues(self) -> None:
        document = self._following.document
        issues = self._issues
        if issues is None:
            issues = tuple(map(with_mends, document.analysis.issues())) if document else ()
        errors = [issue.message for issue in issues if issue.severity == "error"]
        self._tabs["problems"].set_count(len(issues), alarming=bool(errors))
        self._fit_buttons()
        self.problems.show_issues(issues, good_news(document, self._gap), self._gap, self._silenced)
        self._announce(errors)

    def _announce(self, errors: Sequence[str]) -> None:
        """Let screen readers tell, when they have a moment, of the first error that was not there before."""
        fresh = [message for message in errors if message not in self._told]
        self._told = frozenset(errors)
        if fresh:
            announce(self, fresh[0])


def good_news(document: Sheet | None, gap: str = "") -> str:
    """What Problems says when there are none; with a ``gap`` in what is known, that is not the last word."""
    if document is None or not len(document.network):
        return "No problems. Drag a layer onto the canvas to begin."
    if gap:
        return f"No problems so far. {gap}"
    return f"No problems. {document.analysis.totals().parameters:,} parameters, ready to train."


def _row(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    return holder
