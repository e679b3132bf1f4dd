"""What one file holds, the edits that change it, and their history."""

from __future__ import annotations

from models.document.document import Document, DocumentChange

__all__ = ["Document", "DocumentChange"]
