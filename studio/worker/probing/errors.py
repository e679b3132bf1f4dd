"""What cannot be answered."""

from __future__ import annotations


class ProbeError(Exception):
    """A question that has no answer; the text is a sentence for the user, with what to do."""
