"""The colors that tie a number in a formula to the field it comes from: one color a role, everywhere."""

from __future__ import annotations

from PySide6.QtGui import QColor

from models.kinds.layer import Layer
from widgets.theme import color

_TOKENS = {
    "size": "text2",
    "kernel": "Convolution",
    "stride": "Attention",
    "padding": "Activation",
    "channels": "Merge / Shape",
    "dilation": "Pooling",
    "groups": "Recurrent",
}


def role_color(role: str) -> QColor:
    """The color of a role; roles that have none of their own look like plain numbers."""
    return color(_TOKENS.get(role, "text1"))


def has_color(role: str) -> bool:
    """Whether a role has a color of its own, so that a dot says something."""
    return role in _TOKENS


def role_name(role: str, layer: Layer | None = None) -> str:
    """A role in a legend; “channels” goes by what the layer calls its own (filters, features, hidden size)."""
    if layer is not None and role == "channels":
        return next((field.label.lower() for field in layer.fields.values() if field.role == role), role)
    return role
