"""The health of every layer during a run: its file `health.bin`, written, followed and read. See docs/run-folder.md."""
