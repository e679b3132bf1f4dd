"""What one file holds, the edits that change it, and their history."""

from __future__ import annotations

from models.document.content import MAIN, Content
from models.document.document import Document, document_of
from models.document.frozen import FrozenContent
from models.document.sheet import DocumentChange, ScopeChange, Sheet

__all__ = ["MAIN", "Content", "Document", "DocumentChange", "FrozenContent", "ScopeChange", "Sheet", "document_of"]
