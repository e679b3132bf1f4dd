"""Experiments as the window sees them: the queue, what works on it, and plans of new ones."""
