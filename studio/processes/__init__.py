"""Processes of our own: how they are started, and how those that run what a stranger wrote are watched and ended."""
