"""What can be done to a network from the canvas, as requests for edits."""
