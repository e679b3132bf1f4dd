"""What the user keeps for later, apart from documents."""

from __future__ import annotations

from models.storage.shelf.folders import BLOCKS, TEMPLATES, folder, kept, put, stamps

__all__ = ["BLOCKS", "TEMPLATES", "folder", "kept", "put", "stamps"]
