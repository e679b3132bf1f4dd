"""What a card can say of its layer beside kind and name, and what it says unless somebody chose otherwise."""

from __future__ import annotations

SHAPE, PARAMETERS, MULTIPLY_ADDS, MEMORY = "shape", "parameters", "multiply_adds", "memory"
RECEPTIVE_FIELD, NOTE = "receptive_field", "note"
FACTS = {
    SHAPE: "Shape", PARAMETERS: "Parameters", MULTIPLY_ADDS: "Multiply-adds", MEMORY: "Memory",
    RECEPTIVE_FIELD: "Receptive field", NOTE: "Note",
}  # fmt: skip
"""How people call each."""
USUAL_FACTS = frozenset({SHAPE, PARAMETERS})
