"""What a document comes to when it is tried for a moment, before any run."""
