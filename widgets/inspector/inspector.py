"""The panel itself: the page that goes with the selection, in a scroll area, kept up to date with the document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from models.document import DocumentChange, Sheet
from models.findings.finding import Finding, with_mends
from widgets.basics.following import Following, renamed
from widgets.controls import Themed, keep_bar_room
from widgets.inspector.node_page import Apply, NodePage
from widgets.inspector.pages import NetworkPage
from widgets.inspector.selection_page import SelectionPage
from widgets.theme import px

_OF_PARTNERS = ("module", "added", "removed", "renamed")


class _Stack(QWidget):
    """Pages of which only the one in sight takes room, so that a short one does not scroll as far as a long one."""

    def __init__(self, pages: Iterable[QWidget]) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for page in pages:
            self._column.addWidget(page)
            page.hide()

    def currentWidget(self) -> QWidget | None:
        """The page in sight."""
        places = range(self._column.count())
        pages = [item.widget() for place in places if (item := self._column.itemAt(place))]
        return next((page for page in pages if page and not page.isHidden()), None)

    def setCurrentWidget(self, page: QWidget) -> None:
        """Bring a page to sight."""
        before = self.currentWidget()
        if before is not page:
            if before:
                before.hide()
            page.show()


class Inspector(Themed, QScrollArea):
    """Shows the selected layer, the sums over several, or the network's totals.

    ``apply(edit, merge)`` makes an edit and tells whether it could be made. The inspector follows the document that
    it is given until `set_document(None)` or its own end.
    """

    def __init__(self, apply: Apply, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ids: tuple[str, ...] = ()
        self._issues: tuple[Finding, ...] | None = None
        self.node_page = NodePage(apply)
        self.network_page = NetworkPage(apply)
        self.selection_page = SelectionPage(apply)
        self._stack = _Stack((self.network_page, self.node_page, self.selection_page))
        self.setWidget(self._stack)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        keep_bar_room(self)
        self.setAccessibleName("Inspector")
        self._following = Following(self, self._follow_change)
        self.follow_theme()

    def set_document(self, document: Sheet | None) -> None:
        """Show another document; nothing of it is selected. Until `set_issues`, the analysis' own issues are shown."""
        self._following.follow(document)
        self._ids, self._issues = (), None
        self._refresh()

    def set_selection(self, ids: Iterable[str]) -> None:
        """Show these nodes; ids that the network lacks are ignored."""
        document = self._following.document
        wanted = set(ids)
        chosen = tuple(id for id in document.network.nodes if id in wanted) if document and wanted else ()
        if chosen != self._ids:
            self._ids = chosen
            self._refresh()
            self.verticalScrollBar().setValue(0)

    def set_issues(self, issues: Sequence[Finding]) -> None:
        """Show these issues of the whole document, each on its node."""
        self._issues = tuple(issues)
        if len(self._ids) == 1:
            self._refresh()

    def selection(self) -> tuple[str, ...]:
        """The nodes that are shown."""
        return self._ids

    def copy_settings(self) -> None:
        """Put the settings of the selected layer on the clipboard."""
        if len(self._ids) == 1:
            self.node_page.menu.copy_settings()

    def paste_settings(self) -> None:
        """Give all selected layers what was copied, as far as they have it."""
        if self._ids:
            (self.node_page.menu if len(self._ids) == 1 else self.selection_page.settings_menu).paste_settings()

    def sizeHint(self) -> QSize:
        return QSize(px(328), px(600))

    def restyle(self) -> None:
        self.setMinimumWidth(px(300))

    def _follow_change(self, change: DocumentChange) -> None:
        before = self._ids
        self._ids = renamed(self._ids, change, self._following.document)
        touched = {id for step in change.network for id in step.nodes} | change.reports
        if self._ids != before or not self._ids or touched & set(self._ids) or self._changes_partners(change):
            self._refresh()

    def _changes_partners(self, change: DocumentChange) -> bool:
        """Whether other layers may share the selected one's weights now."""
        document = self._following.document
        shares = document is not None and bool(document.network.modules)
        return shares and any(step.what in _OF_PARTNERS for step in change.network)

    def _refresh(self) -> None:
        document = self._following.document
        if document is None:
            self._stack.setCurrentWidget(self.network_page)
            self.network_page.clear()
        elif not self._ids:
            self.network_page.show_network(document)
            self._stack.setCurrentWidget(self.network_page)
        elif len(self._ids) == 1:
            issues = self._issues
            if issues is None:
                issues = tuple(map(with_mends, document.analysis[self._ids[0]].issues))
            self.node_page.show_node(document, self._ids[0], issues)
            self._stack.setCurrentWidget(self.node_page)
        else:
            self.selection_page.show_nodes(document, self._ids)
            self._stack.setCurrentWidget(self.selection_page)
        self._stack.updateGeometry()
