"""What the banner says, one sentence at a time."""

from __future__ import annotations

from studio.services.message import Message
from widgets.controls import Banner


class Messages:
    """Shows each message at once. An offer that waits for an answer comes back when what covered it is closed."""

    def __init__(self, banner: Banner) -> None:
        self._banner = banner
        self._present: Message | None = None
        self._covered: list[Message] = []
        self._put_off: list[Message] = []
        banner.closed.connect(self._on_closed)

    def say(self, message: Message) -> None:
        """Show a message."""
        if self._present and self._present.waits:
            self._covered.append(self._present)
        self._show(message)

    def take_back(self, message: Message | None) -> None:
        """Show a message no longer; one that something else has taken the place of is left as it is."""
        if message and message is self._present:
            self._banner.dismiss()

    def clear(self) -> None:
        """Something new begins: a message that does not wait for an answer has had its time."""
        if self._present and not self._present.waits:
            self._banner.dismiss()

    def put_off(self) -> None:
        """Another document is open: what was said of the last one is over, and offers wait for `bring_back`."""
        present = [self._present] if self._present and self._present.waits else []
        self._put_off += [*self._covered, *present]
        self._covered.clear()
        if self._present:
            self._banner.dismiss()

    def bring_back(self) -> None:
        """Make the offers again that were put off."""
        offers, self._put_off = self._put_off, []
        for message in offers:
            self.say(message)

    def _show(self, message: Message) -> None:
        self._present = message
        self._banner.say(message.text, message.kind, message.actions)

    def _on_closed(self) -> None:
        self._present = None
        if self._covered:
            self._show(self._covered.pop())
