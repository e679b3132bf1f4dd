"""The window itself: bars, commands, focus, and the place where workspaces stand."""
