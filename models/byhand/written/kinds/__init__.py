"""What layers give, written out: one file a family. A family joins by lying here."""

from models.byhand.written.kinds import attention, elementwise, linear, moving, normalizing, recurrent, windows

__all__ = ["attention", "elementwise", "linear", "moving", "normalizing", "recurrent", "windows"]
