"""`python -m studio.worker.fetching NAME [CONFIG] FOLDER`: a data set of Hugging Face, saved in a folder.

It runs no code of the data set: `datasets` 4 and later have no way to.
"""

from __future__ import annotations

import os
import sys
import threading


def _end_with_input() -> None:
    """Whoever asked has gone."""
    while os.read(0, 1):  # not by sys.stdin, whose lock would be held when the process ends
        pass
    os._exit(1)


def save(name: str, config: str | None, folder: str) -> None:
    """Download what is not in the package's cache yet, and save all splits as shards of Arrow."""
    from datasets import load_dataset

    load_dataset(name, config).save_to_disk(folder)


if __name__ == "__main__":
    threading.Thread(target=_end_with_input, daemon=True).start()
    save(sys.argv[1], sys.argv[2] if len(sys.argv) > 3 else None, sys.argv[-1])
