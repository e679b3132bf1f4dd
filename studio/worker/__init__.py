"""The other process: trains runs. The only place that imports torch; never Qt, never widgets. See docs/worker.md."""
