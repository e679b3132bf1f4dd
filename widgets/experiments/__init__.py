"""What came of an experiment to look at: a table, parallel coordinates, two settings against each other, verdicts."""
