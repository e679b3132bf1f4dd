"""The table of layers as a Qt model: one row a node, made from the analysis only when it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from models.analysis import Analysis
from models.analysis.blocks import Block, unfolded
from models.analysis.reports import Report
from models.basics.quantities import count_text
from models.document import DocumentChange, Sheet
from models.kinds.layer import Layer, Shape, times
from models.network import ASIDE, Node
from widgets.controls import escape_tip
from widgets.kinds.catalog import family_token, kind_icon
from widgets.theme import color, font, icon, px

Index = QModelIndex | QPersistentModelIndex
NONE, UNKNOWN = "—", "?"
HEADERS = (
    "Layer", "Type", "Output C", "H×W", "Filters", "Kernel", "Parameters", "Multiply-adds", "Receptive field",
)  # fmt: skip
TIPS = {
    2: "Channels, or features, of the output",
    3: "The output's other sizes",
    6: "Learned numbers",
    7: "Multiply-add operations per example; about half of the FLOPs that some tools count",
    8: "Region of the input that one output value sees",
}
FIRST_NUMBER = 2
ID = Qt.ItemDataRole.UserRole
DEPTH, UNFOLDED = ID + 1, ID + 2
"""How far a row is set in, 0 where there are no blocks; whether its own block is unfolded, None for what is none."""
_PARAMETERS = HEADERS.index("Parameters")


class Cell(NamedTuple):
    """What a cell shows, what it is exactly (for copies), and what it is sorted by."""

    shown: str
    exact: str
    order: tuple[int, Any]


def make_row(node: Node, report: Report, path: str) -> tuple[Cell, ...]:
    """The cells of a node that a ``path`` of ids leads to."""
    shape, layer = report.shape, node.layer
    field = report.receptive_field
    times_over = f" ×{layer.repeat:,}" if isinstance(layer, Block) and layer.repeat > 1 else ""
    return (
        _text(node.id)._replace(exact=path),
        _text(node.kind + times_over),
        _sized(shape[:1] if shape else shape),
        _sized(shape[1:] if shape else shape),
        _setting(layer, "channels"),
        _setting(layer, "kernel"),
        _count(report.parameters, "{:,}".format),
        _count(report.multiply_adds, count_text),
        _sized(field.size if field else ()),
    )


def totals_row(document: Sheet) -> tuple[Cell, ...]:
    """The cells beneath the table."""
    totals = document.analysis.totals()
    count = len(document.network)
    empty = Cell("", "", (0, 0))
    head = _text("Total"), _text(f"{count:,} layer{'' if count == 1 else 's'}")
    cost = _count(totals.multiply_adds, count_text)
    return (*head, empty, empty, empty, empty, _count(totals.parameters, "{:,}".format), cost, empty)


def _text(text: str) -> Cell:
    return Cell(text, text, (1, text.casefold()))


def _sized(sizes: Shape | None) -> Cell:
    if sizes is None:
        return Cell(UNKNOWN, UNKNOWN, (0, ()))
    return Cell(times(sizes), times(sizes), (1, sizes)) if sizes else Cell(NONE, NONE, (0, ()))


def _count(count: int | None, write: Callable[[int], str]) -> Cell:
    if count is None:
        return Cell(UNKNOWN, UNKNOWN, (0, 0))
    return Cell(write(count) if count else NONE, str(count), (1, count))


def _setting(layer: Layer | None, role: str) -> Cell:
    """The layer's setting of this role, such as its filters or its kernel."""
    name = next((name for name, field in layer.fields.items() if field.role == role), "") if layer else ""
    value = getattr(layer, name) if name else None
    sizes = value if isinstance(value, tuple) else (value,) if isinstance(value, int) else ()
    return _sized(sizes)


class LayerModel(QAbstractTableModel):
    """All nodes of a document, in network order or sorted by a column; below a block that is unfolded its layers, as
    they are in its first repetition. Rows are known by the path of ids that leads to them: ``stage2/conv1``."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document: Sheet | None = None
        self._ids: list[str] = []
        self._places: dict[str, int] = {}
        self._rows: dict[str, tuple[Cell, ...]] = {}
        self._again: dict[str, str] = {}
        self._unfolded: set[str] = set()
        self._has_blocks = False
        self._sorted_by: tuple[int, Qt.SortOrder] = (-1, Qt.SortOrder.AscendingOrder)

    # What there is

    def ids(self) -> list[str]:
        """The node ids, in the order of the rows."""
        return self._ids

    def place(self, id: str) -> int:
        """The row of a node, -1 if it has none."""
        return self._places.get(id, -1)

    def cells(self, id: str) -> tuple[Cell, ...]:
        """The row of a node."""
        row = self._rows.get(id)
        if row is None and (found := self._look(id)):
            analysis, last = found
            row = self._rows[id] = make_row(analysis.network[last], analysis[last], id)
        if row and id in self._again and self._document and self._document.analysis[id].parameters:
            # What is shared stands where it is first called, so that the column adds up.
            again = Cell(f"as {self._again[id]}", "0", (1, 0))
            return (*row[:_PARAMETERS], again, *row[_PARAMETERS + 1 :])
        return row or ()

    def totals(self) -> tuple[Cell, ...]:
        """The cells beneath the table."""
        return totals_row(self._document) if self._document else ()

    def is_unfolded(self, path: str) -> bool | None:
        """Whether a block is unfolded; None for what is no block."""
        found = self._look(path)
        if found is None or not isinstance(found[0].network[found[1]].layer, Block):
            return None
        return path in self._unfolded

    def _look(self, path: str) -> tuple[Analysis, str] | None:
        """The analysis of the network that a layer is in, and its id there; None where it is gone."""
        *way, last = path.split("/")
        analysis = self._document.analysis if self._document else None
        for id in way:
            analysis = unfolded(analysis, id) if analysis and id in analysis.network else None
        return (analysis, last) if analysis and last in analysis.network else None

    # What changes

    def fold(self, path: str, *, unfold: bool) -> None:
        """Show the layers of a block below it, or show them no more."""
        if self.is_unfolded(path) is not None and unfold != (path in self._unfolded):
            (self._unfolded.add if unfold else self._unfolded.discard)(path)
            self.reload()

    def set_document(self, document: Sheet | None) -> None:
        """Show another document."""
        self._document = document
        self._unfolded.clear()
        self._rows.clear()
        self.reload()

    def follow(self, change: DocumentChange) -> None:
        """Bring the rows up to date after a change."""
        touched = {id for step in change.network if step.what != "moved" for id in step.nodes} | change.reports
        for id in touched:
            self._rows.pop(id, None)
        if any(path.partition("/")[0] in touched for path in self._unfolded):
            self._rows = {path: row for path, row in self._rows.items() if "/" not in path}
            self.reload()
            return
        structural = any(step.what not in ("params", "parameters", *ASIDE) for step in change.network)
        if structural or (touched and self._out_of_order()):
            self.reload()
        elif touched:
            places = [self._places[id] for id in touched if id in self._places]
            if places:
                last = self.index(max(places), len(HEADERS) - 1)
                self.dataChanged.emit(self.index(min(places), 0), last)

    def reload(self) -> None:
        """Read the order of the nodes anew."""
        self.beginResetModel()
        self._again = self._document.analysis.sharing() if self._document else {}
        nodes = self._document.network if self._document else ()
        self._has_blocks = any(isinstance(node.layer, Block) for node in nodes)
        self._ids = self._arranged()
        self._places = {id: place for place, id in enumerate(self._ids)}
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; column -1 is network order. What is unknown or missing comes last either way."""
        self._sorted_by = (column, order)
        self.reload()

    def _out_of_order(self) -> bool:
        return self._sorted_by[0] >= 0 and self._arranged() != self._ids

    def _arranged(self) -> list[str]:
        """The paths of all rows."""
        ids = self._sorted()
        return [row for id in ids for row in self._with_layers(id)] if self._unfolded else ids

    def _with_layers(self, path: str) -> Iterator[str]:
        """A row, and below it those of its layers where it is an unfolded block."""
        yield path
        if path in self._unfolded and (found := self._look(path)):
            inside = unfolded(*found)
            for id in inside.order if inside else ():
                yield from self._with_layers(f"{path}/{id}")

    def _sorted(self) -> list[str]:
        ids = list(self._document.analysis.order) if self._document else []
        column, order = self._sorted_by
        if column < 0:
            return ids
        keys = {id: self.cells(id)[column].order for id in ids}
        there = [id for id in ids if keys[id][0]]
        missing = [id for id in ids if not keys[id][0]]
        there.sort(key=lambda id: keys[id][1], reverse=order == Qt.SortOrder.DescendingOrder)
        return there + missing

    # What Qt asks

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(HEADERS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADERS[section]
        if role == Qt.ItemDataRole.ToolTipRole and section in TIPS:
            return escape_tip(TIPS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._ids):
            return None
        id, column = self._ids[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cells(id)[column].shown
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.DecorationRole and column == 1:
            return self._icon(id)
        return self._dress(id, column, role)

    def _dress(self, id: str, column: int, role: int) -> Any:
        if role == Qt.ItemDataRole.FontRole:
            return font(12, 400, mono=column == 0)
        if role == Qt.ItemDataRole.ForegroundRole:
            return color("text3" if self.cells(id)[column].shown in (NONE, UNKNOWN) else "text1")
        if role == Qt.ItemDataRole.ToolTipRole and column < FIRST_NUMBER:
            return escape_tip(self.cells(id)[column].shown)
        if role == DEPTH:
            return self._has_blocks + id.count("/")
        if role == UNFOLDED:
            return self.is_unfolded(id)
        return id if role == ID else None

    def _icon(self, id: str) -> Any:
        found = self._look(id)
        layer = found[0].network[found[1]].layer if found else None
        if layer is None:
            return icon("info", "text2", px(16))
        return icon(kind_icon(type(layer)), family_token(layer.family), px(16))


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column >= FIRST_NUMBER else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
