"""Predictions in the forms in which they are printed."""

from __future__ import annotations

import csv
import json
import sys
from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from studio.cli.console import table, width_of

if TYPE_CHECKING:
    from models.scoring.predictions import Answering


class Printer:
    """Prints answers in one form."""

    def __init__(self, answering: Sequence[Answering], *, names: bool) -> None:
        self.answering, self.names = answering, names

    @abstractmethod
    def add(self, name: str, record: dict[str, Any]) -> None:
        """One more answer, or why there is none."""

    def end(self) -> None:
        """What comes behind the last."""


class AsJson(Printer):
    """A list with an item for each example, in order; of one that cannot be used the item is ``{"error"}``."""

    _before = "["

    def add(self, name: str, record: dict[str, Any]) -> None:
        print(self._before, end="")
        self._before = ","
        print("\n ", json.dumps({"example": name} | record if self.names else record, ensure_ascii=False), end="")

    def end(self) -> None:
        print("\n]")


class AsCsv(Printer):
    """A row for each example that has an answer."""

    _begun = False

    def add(self, name: str, record: dict[str, Any]) -> None:
        from models.scoring.predictions import cells, header

        writer = csv.writer(sys.stdout, lineterminator="\n")
        if not self._begun:
            writer.writerow(header(self.answering))
            self._begun = True
        if "error" not in record:
            writer.writerow(cells(name, record, self.answering))


class AsText(Printer):
    """A table for people."""

    def __init__(self, answering: Sequence[Answering], *, names: bool) -> None:
        super().__init__(answering, names=names)
        self._rows: list[list[str]] = []

    def add(self, name: str, record: dict[str, Any]) -> None:
        from models.scoring.predictions import cells

        if "error" not in record:
            self._rows.append(cells(name, record, self.answering, classes=False))

    def end(self) -> None:
        from models.scoring.predictions import header

        names = header(self.answering, classes=False)
        numbers = [place for place, name in enumerate(names) if not name.endswith(("example", "class"))]
        titles = [name.capitalize() for name in names]
        print("\n".join(table(titles, self._rows, numbers=numbers, width=width_of(sys.stdout))))


PRINTERS: dict[str, type[Printer]] = {"json": AsJson, "csv": AsCsv, "text": AsText}
