"""Making runs and having them trained by another process. No Qt, no torch."""
