"""Where cards lie when nobody has placed them."""

from __future__ import annotations

from models.layout.arrange import COLUMN_GAP, arrange
from models.layout.measures import CARD_HEIGHT, CARD_WIDTH, GAP, SLIM_HEIGHT, card_height

__all__ = ["CARD_HEIGHT", "CARD_WIDTH", "COLUMN_GAP", "GAP", "SLIM_HEIGHT", "arrange", "card_height"]
