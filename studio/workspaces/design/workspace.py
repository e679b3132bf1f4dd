"""The Design workspace: palette, canvas, inspector and drawer around one network, with one selection for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from models.analysis.blocks import Block
from models.blocks import everything, group, ungroup
from models.data import Facts
from models.document import DocumentChange, Sheet
from models.document.content import MAIN
from models.document.edits import Edit, InNetwork
from models.findings.beginning import fed_next
from models.findings.finding import Finding, Mend
from models.findings.inside import within
from models.findings.silencing import count_silenced, hearing_all, silencing
from models.kinds.layer import Layer
from models.network import Kinds, NetworkError, output_nodes
from studio.controllers.documents import DocumentController
from studio.services.background import Background
from studio.services.settings import Settings
from studio.workspaces.design.breadcrumbs import Breadcrumbs
from studio.workspaces.design.shelf import Shelf
from studio.workspaces.workspace import Page
from widgets.basics.deeds import open_menu
from widgets.canvas import CanvasView
from widgets.canvas.editing.requests import Goal, Instead, fed_by
from widgets.canvas.scene.card import End
from widgets.controls import announce
from widgets.drawer import Drawer
from widgets.inspector import Inspector
from widgets.kinds.palette import Palette
from widgets.kinds.quick_add import QuickAdd
from widgets.theme import px, theme

CANVAS_WIDTH, LEAST_CANVAS_WIDTH = 480, 320
"""What the canvas keeps, for which the palette gives way; and what it has where the inspector leaves less."""
TOOLS_HEIGHT = 174
"""What the tools on the canvas need."""


class DesignWorkspace(Page):
    """Composes the views of the network. Views ask; the document controller decides."""

    export_requested = Signal()

    def __init__(self, controller: DocumentController, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(settings, parent)
        self.controller = controller
        self.sheet: Sheet = controller.document
        self._way: list[tuple[str, str]] = []
        self._followed = controller.document
        self._selecting = False
        self._offered: list[str] = []
        self.palette_panel = Palette()
        self.canvas = CanvasView(self._apply)
        self.canvas.settings_for = self._settings_for
        self.inspector = Inspector(self._apply)
        self.breadcrumbs = Breadcrumbs()
        self.drawer = Drawer()
        self.quick_add = QuickAdd(self)
        self.shelf = Shelf(self, controller)
        self._reading = Background(self)
        self._waiting: tuple[QPointF, Goal | None] = (QPointF(), None)
        self._lay_out()
        self._connect()
        self._followed.changed.connect(self._follow)
        self._show_document()
        self.read_library()

    def read_library(self) -> None:
        """Offer the blocks that the library and the user's own folder have now."""
        self._reading.run(everything, self._take_library, lambda error: None, ())

    def _take_library(self, blocks: Kinds) -> None:
        self.canvas.library = blocks
        self._offer_blocks()

    def _settings_for(self, kind: str) -> dict[str, Any]:
        """What a new layer begins with: Inputs and Outputs go with data that was chosen."""
        document, known = self.controller.document, self.controller.knowledge.known
        facts = next((item for item in known if isinstance(item, Facts)), None)
        chosen = facts if "source" in document.data else None
        return fed_next(chosen, document.network, kind) if chosen and not self._way else {}

    def save_state(self) -> None:
        super().save_state()
        self.settings.set_text("design/drawer", "" if self.drawer.is_collapsed() else self.drawer.tab())
        self.settings.set_text("design/families", "|".join(self.palette_panel.expanded_families()))

    def begin(self) -> None:
        self.canvas.setFocus()

    def show_problems(self, node: str = "") -> None:
        """Open the Problems drawer, and show a node that has one."""
        self.drawer.set_collapsed(False)
        self.drawer.show_tab("problems")
        if node:
            if self._way:
                self.go_back(0)
            self.select([node])
            self.canvas.reveal(node)

    def select(self, ids: Iterable[str]) -> None:
        """Select nodes in every view at once."""
        if self._selecting:
            return
        self._selecting = True
        chosen = frozenset(id for id in ids if id in self.sheet.network)
        try:
            self.canvas.select(chosen)
            self.inspector.set_selection(chosen)
            self.drawer.set_selection(tuple(chosen))
        finally:
            self._selecting = False

    def show_training(self, training: bool) -> None:
        """Let the card of each Output show that the network is being trained."""
        outputs = [] if self._way else [node.id for node in output_nodes(self.controller.document.network)]
        self.canvas.set_running(outputs if training else ())

    def panels(self) -> tuple[QWidget, ...]:
        return self.palette_panel, self.canvas, self.inspector, self.drawer

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape, where a panel has no use for it, goes back to the canvas, and from there out of a block."""
        if event.key() == Qt.Key.Key_Escape and self.canvas.hasFocus() and self._way:
            self.go_back(len(self._way) - 1)
        elif event.key() == Qt.Key.Key_Escape:
            self.canvas.setFocus()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Do without the palette where canvas and inspector have no room beside it: Tab and + find the same layers. The
        drawer leaves the canvas the height of its tools."""
        beside = self.inspector.minimumWidth() + 2 * self._columns.handleWidth()
        self.palette_panel.setVisible(self.width() >= self.palette_panel.minimumWidth() + CANVAS_WIDTH + beside)
        self._rows.setMinimumWidth(max(LEAST_CANVAS_WIDTH, min(CANVAS_WIDTH, self.width() - beside)))
        self._stage.setMinimumHeight(max(0, min(px(TOOLS_HEIGHT), self.height() - self.drawer.minimumHeight())))

    # Set up

    def _lay_out(self) -> None:
        self._rows = QSplitter(Qt.Orientation.Vertical)
        self._stage = QWidget()
        above = QVBoxLayout(self._stage)
        above.setContentsMargins(0, 0, 0, 0)
        above.setSpacing(0)
        above.addWidget(self.breadcrumbs)
        above.addWidget(self.canvas, 1)
        self._rows.addWidget(self._stage)
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        for widget in (self.palette_panel, self._rows, self.inspector):
            self._columns.addWidget(widget)
        self._rows.addWidget(self.drawer)  # after the inspector, as the keyboard walks
        self._rows.setStretchFactor(0, 1)
        self._rows.setChildrenCollapsible(False)
        self._columns.setStretchFactor(1, 1)
        self._columns.setChildrenCollapsible(False)
        self._rows.setMinimumWidth(CANVAS_WIDTH)
        theme().changed.connect(self._fit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._columns)
        self._columns.setSizes([px(232), 1040, px(328)])
        self._rows.setSizes([700, px(226)])
        for splitter, key in ((self._columns, "design/columns"), (self._rows, "design/rows")):
            splitter.setHandleWidth(1)
            self.remember(key, splitter)
        families = self.settings.text("design/families", "?")
        if families != "?":
            self.palette_panel.set_expanded_families(filter(None, families.split("|")))
        tab = self.settings.text("design/drawer", "problems")
        if tab:
            self.drawer.show_tab(tab)
        self.drawer.set_collapsed(not tab)

    def _connect(self) -> None:
        controller, canvas, drawer = self.controller, self.canvas, self.drawer
        self.quick_add.chosen.connect(self._quick_add_chosen)
        self.quick_add.canceled.connect(self._quick_add_canceled)
        controller.opened.connect(self._show_document)
        controller.issues_changed.connect(self._show_issues)
        self.palette_panel.chosen.connect(self._add_kind)
        canvas.selection_changed.connect(self.select)
        canvas.quick_add_requested.connect(self._open_quick_add)
        canvas.mend_requested.connect(self._mend_issue)
        canvas.layers_requested.connect(lambda: drawer.show_tab("layers"))
        canvas.activated.connect(self._open)
        canvas.group_requested.connect(self._group)
        canvas.ungroup_requested.connect(self._ungroup)
        self.breadcrumbs.chosen.connect(self.go_back)
        canvas.block_kept.connect(self.shelf.keep_block)
        canvas.block_shared.connect(self.shelf.ask_share)
        self.shelf.changed.connect(self.read_library)
        canvas.message.connect(lambda text: announce(canvas, text))
        drawer.selection_requested.connect(self._select_and_reveal)
        drawer.menu_requested.connect(self._open_layer_menu)
        drawer.mend_requested.connect(self._mend)
        drawer.silence_requested.connect(self._silence)
        drawer.hear_requested.connect(lambda: controller.apply(hearing_all(controller.document.content)))
        drawer.export_requested.connect(self.export_requested)
        drawer.edit_requested.connect(lambda edit: controller.apply(edit, merge=True))
        controller.named.connect(lambda: drawer.set_title(controller.title))

    # Following the document

    def _show_document(self) -> None:
        self._followed.changed.disconnect(self._follow)
        self._followed = self.controller.document
        self._followed.changed.connect(self._follow)
        self._way = []
        self._show_sheet()

    def _show_sheet(self) -> None:
        """Show the network that the way leads to."""
        document = self.controller.document
        self.sheet = document.sheet(self._kind_of(self._way[-1])) if self._way else document
        self.quick_add.cancel()
        self.canvas.set_document(self.sheet)
        self.inspector.set_document(self.sheet)
        self.drawer.set_document(self.sheet, self.controller.title)
        self._show_way()
        self._offer_blocks()
        self._show_issues(self.controller.issues)
        self.select([])

    def _blocks(self) -> list[type[Layer]]:
        """The blocks that may be put into the network that is shown: those that it is no part of, then the library."""
        content, scope = self.controller.document.content, self.sheet.scope
        around = content.kinds.users(scope) if scope else ()
        mine = [content.kinds[name] for name in content.kinds if name not in around]
        return mine + [block for name, block in self.canvas.library.items() if name not in content.networks]

    def _offer_blocks(self) -> None:
        blocks = self._blocks()
        names = [block.kind for block in blocks]
        if names != self._offered:
            self._offered = names
            self.palette_panel.set_blocks(blocks)

    def _show_way(self) -> None:
        networks = self.controller.document.content.networks.values()
        uses = sum(node.kind == self.sheet.scope for network in networks for node in network)
        used = f"Used {uses:,} times: an edit changes every use." if uses > 1 else "Used once."
        self.breadcrumbs.show_way([id for _, id in self._way], used if self._way else "")

    def _follow(self, change: DocumentChange) -> None:
        """Go up where the open block, or a use on the way to it, is gone; offer the blocks that there are now."""
        self._offer_blocks()
        sound = next((place for place, use in enumerate(self._way) if not self._kind_of(use)), len(self._way))
        if sound < len(self._way) or (self._way and self._kind_of(self._way[-1]) != self.sheet.scope):
            self._way = self._way[:sound]
            self._show_sheet()
        elif self._way:
            self._show_way()

    def _kind_of(self, use: tuple[str, str]) -> str:
        """The block that a use is of; "" where it is gone."""
        networks = self.controller.document.content.networks
        node = networks[use[0]].nodes.get(use[1]) if use[0] in networks else None
        return node.kind if node and isinstance(node.own_layer, Block) else ""

    def go_back(self, steps: int) -> None:
        """Go up until so many steps of the way are left, with the use that was open selected."""
        left = self._way[steps:]
        self._way = self._way[:steps]
        self._show_sheet()
        if left:
            self.select([left[0][1]])
            self.canvas.setFocus()

    def _show_issues(self, issues: list[Finding]) -> None:
        here = within(self.sheet, issues) if self._way else issues
        self.canvas.set_issues(here)
        self.inspector.set_issues(here)
        silenced = count_silenced(self.controller.document.content)
        self.drawer.set_issues(issues, self.controller.knowledge.gap, silenced)

    # Requests of the views

    def _apply(self, edit: Edit, merge: bool = False) -> bool:
        """An edit of the network that is shown."""
        return self.controller.apply(edit.within(self.sheet.scope) if isinstance(edit, InNetwork) else edit, merge)

    def _open(self, id: str) -> None:
        """Go into a block; open the settings of any other layer."""
        if self._kind_of((self.sheet.scope, id)):
            self._way = [*self._way, (self.sheet.scope, id)]
            self.controller.document.look_from(self._kind_of(self._way[-1]), self._way[-1])
            self._show_sheet()
            self.canvas.setFocus()
        else:
            self._open_inspector(id)

    def _open_way(self, ids: Sequence[str]) -> None:
        """Open the block that a way of uses leads to, from the main network on."""
        self._way = []
        for id in ids:
            self._way.append((self._kind_of(self._way[-1]) if self._way else MAIN, id))
            self.controller.document.look_from(self._kind_of(self._way[-1]), self._way[-1])
        self._show_sheet()

    def _group(self) -> None:
        """Make a block of the selected layers."""
        try:
            edit, use = group(self.controller.document, self.sheet, self.canvas.selection())
        except NetworkError as error:
            self.canvas.show_refusal(str(error))
            return
        if self.controller.apply(edit):
            self.select([use])

    def _ungroup(self) -> None:
        """Put their layers in place of the selected blocks."""
        try:
            for id in sorted(self.canvas.selection()):
                edit, ids = ungroup(self.controller.document, self.sheet, id)
                if self.controller.apply(edit):
                    self.select(ids)
        except NetworkError as error:
            self.canvas.show_refusal(str(error))

    def _mend(self, mend: Mend) -> None:
        self.controller.apply(mend.edit)

    def _silence(self, issue: Finding, on_layer: bool) -> None:
        """Let a check find nothing any more, on the layer that it speaks of or in the whole document."""
        content = self.controller.document.content
        self.controller.apply(silencing(content, issue.code, issue.of, issue.layer if on_layer else ""))

    def _mend_issue(self, issue: Finding) -> None:
        if issue.mends:
            self._mend(issue.mends[0])

    def _select_and_reveal(self, ids: Iterable[str]) -> None:
        chosen = list(ids)
        if len(chosen) == 1 and "/" in chosen[0]:
            *way, last = chosen[0].split("/")
            self._open_way(way)
            chosen = [last]
        elif self._way and any(id not in self.sheet.network for id in chosen):
            self.go_back(0)
        self.select(chosen)
        if len(chosen) == 1:
            self.canvas.reveal(chosen[0])

    def _open_inspector(self, id: str) -> None:
        self.select([id])
        self.inspector.node_page.focus_first()

    def _open_layer_menu(self, point: QPoint) -> None:
        """What the canvas does with the layers that are chosen in the table, and the table with their rows."""

        def act(run: Callable[[], object]) -> None:
            self.canvas.setFocus()
            run()

        of_canvas = [deed._replace(run=partial(act, deed.run)) for deed in self.canvas.deeds()]
        open_menu(self, [*of_canvas, *self.drawer.layers.deeds()], point)

    def _add_kind(self, kind: str) -> None:
        """Add a kind chosen from the palette: behind the selected layer, else in the middle of the view."""
        self.canvas.add(kind)
        self.canvas.setFocus()

    def _open_quick_add(self, scene_position: QPointF, global_position: QPoint, goal: Goal | None) -> None:
        self._waiting = scene_position, goal
        document = self.sheet
        behind = fed_by(document.network, goal)
        after, port = (behind.node, behind.port) if behind else ("", "output")
        count = len(goal.ids) if isinstance(goal, Instead) else 0
        instead = f"{count} layers" if count > 1 else goal.ids[0] if isinstance(goal, Instead) else ""
        self.quick_add.open_at(global_position, document, after, port, instead, self._blocks())
        if isinstance(goal, End):
            self.canvas.hang_wire(goal, self.mapToGlobal(self.quick_add.anchor()))

    def _quick_add_chosen(self, kind: str) -> None:
        self.canvas.hang_wire(None)
        self.canvas.insert_kind(kind, *self._waiting)
        self.canvas.setFocus()

    def _quick_add_canceled(self) -> None:
        self.canvas.hang_wire(None)
        self.canvas.setFocus()
