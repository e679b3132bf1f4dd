"""Run folders: write, tail, index, compare. See docs/run-folder.md."""
