"""Recordings as frames: files and their labels, sound as mel spectrograms, and windows of frames with their context."""
