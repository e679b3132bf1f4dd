"""What explains the studio within the studio: the guide, the sheet of keys, the tour."""

from studio.help.helper import Help

__all__ = ["Help"]
