"""What is asked of a training while it runs."""

from __future__ import annotations

import time

RUN, PAUSE, STOP, LEAVE = "run", "pause", "stop", "leave"


class Ended(Exception):
    """Asked to end before the first step; ``left_behind``: reading data goes on, though nobody waits for it."""

    def __init__(self, *, left_behind: bool = False) -> None:
        super().__init__()
        self.left_behind = left_behind


class Control:
    """Set by any thread or signal handler, read by the training between two steps; no locks, so nothing can block.

    ``stop`` ends the run for good; ``leave`` saves it to be resumed, because its process has to go. The first of them
    stands.
    """

    WINK = 0.02
    """Seconds between two looks while paused."""

    def __init__(self) -> None:
        self.wanted = RUN
        self.reason = ""

    def pause(self) -> None:
        """Rest after the present step."""
        if self.wanted == RUN:
            self.wanted = PAUSE

    def go_on(self) -> None:
        """End a pause."""
        if self.wanted == PAUSE:
            self.wanted = RUN

    def stop(self, reason: str = "") -> None:
        """End after the present step; ``reason`` is a sentence where it was not the user's word."""
        if self.wanted != LEAVE:
            self.wanted, self.reason = STOP, reason

    def leave(self, reason: str) -> None:
        """Save and end after the present step, to be resumed by another process; ``reason`` has no full stop."""
        if not self.ends:
            self.reason = reason
            self.wanted = LEAVE

    @property
    def ends(self) -> bool:
        """Whether the training is to end."""
        return self.wanted in (STOP, LEAVE)

    def end_if_asked(self) -> None:
        """Raise `Ended` if the training is to end."""
        if self.ends:
            raise Ended

    def wait(self) -> None:
        """Rest until the pause is over."""
        while self.wanted == PAUSE:
            time.sleep(self.WINK)
