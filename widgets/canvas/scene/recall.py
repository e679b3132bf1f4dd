"""What the canvas remembers of changes: what was selected when cards went, which cards have just come."""

from __future__ import annotations

from models.document import DocumentChange

_MOST = 100
"""Of how many deletions the selection is remembered."""


class Recall:
    """Follows the changes of one document and tells what is selected after each."""

    def __init__(self) -> None:
        self._lost: dict[frozenset[str], frozenset[str]] = {}

    def after(self, change: DocumentChange, selected: frozenset[str]) -> frozenset[str]:
        """The selection after a change; where just those cards come back that went, what was selected then.

        What takes the place of selected cards is selected, in history, too.
        """
        renamed = dict(item.nodes for item in change.network if item.what == "renamed" and len(item.nodes) == 2)
        removed, added = _ids(change, "removed"), _ids(change, "added")
        if removed & selected and not added:
            self._lost.pop(removed, None)
            self._lost[removed] = selected
            if len(self._lost) > _MOST:
                del self._lost[next(iter(self._lost))]
        elif added and not removed and added in self._lost:
            return self._lost.pop(added)
        elif added and removed and removed <= selected:
            return (selected - removed) | added
        return frozenset(renamed.get(id, id) for id in selected)


class Newcomers:
    """The cards that were added last, until something else is edited."""

    def __init__(self) -> None:
        self.ids: frozenset[str] = frozenset()

    def after(self, change: DocumentChange) -> frozenset[str]:
        """The newcomers after a change. What is done with them, and where cards lie, is no other edit."""
        added = _ids(change, "added") - _ids(change, "removed")
        touched = frozenset(id for item in change.network if item.what != "moved" for id in item.nodes)
        if change.sections:
            self.ids = frozenset()
        elif added:
            self.ids = frozenset() if change.history else added
        elif touched and not touched & self.ids:
            self.ids = frozenset()
        renamed = dict(item.nodes for item in change.network if item.what == "renamed" and len(item.nodes) == 2)
        self.ids = frozenset(renamed.get(id, id) for id in self.ids) - _ids(change, "removed")
        return self.ids


def _ids(change: DocumentChange, what: str) -> frozenset[str]:
    return frozenset(id for item in change.network if item.what == what for id in item.nodes)
