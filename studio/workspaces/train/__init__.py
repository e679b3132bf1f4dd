"""The Train workspace: runs and settings, live curves, the log."""
