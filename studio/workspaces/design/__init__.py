"""The Design workspace: palette, canvas, inspector and drawer around one network."""
