"""What a check is: its registry, the examples that show it, what it finds, and the edits that mend it."""
