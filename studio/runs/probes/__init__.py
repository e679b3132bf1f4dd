"""Questions about what a run has learned, and their answers, as they travel between window and worker."""
