"""Everything that a document controller says in a test, and files that change beneath it."""

from __future__ import annotations

from typing import Any

from studio.controllers.documents import DocumentController


class Heard:
    """Everything that a controller emits, in order."""

    def __init__(self, controller: DocumentController) -> None:
        self.log: list[tuple[str, Any]] = []
        for name in ("opened", "named"):
            getattr(controller, name).connect(lambda name=name: self.log.append((name, None)))
        for name in ("edited", "issues_changed", "said", "saved", "save_failed", "replace_asked"):
            getattr(controller, name).connect(lambda value, name=name: self.log.append((name, value)))

    def of(self, name: str) -> list[Any]:
        return [value for other, value in self.log if other == name]

    @property
    def sentences(self) -> list[str]:
        return [message.text for message in self.of("said")]
