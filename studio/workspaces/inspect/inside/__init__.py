"""The card of the layers: each way to look inside a network is one view."""

from studio.workspaces.inspect.inside.card import InsideCard

__all__ = ["InsideCard"]
