"""What a server does not answer."""

from __future__ import annotations


class Refused(Exception):
    """What cannot be answered: a sentence, and the HTTP status that goes with it."""

    def __init__(self, status: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
