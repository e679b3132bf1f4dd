"""Where runs are kept."""

from __future__ import annotations

import os
from pathlib import Path


def default_runs_dir(chosen: str | Path | None = None) -> Path:
    """The folder for runs: the `chosen` one, else the environment's NETLOOM_RUNS, else the user's data folder."""
    named = chosen or os.environ.get("NETLOOM_RUNS")
    if named:
        return Path(named).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("netloom", appauthor=False) / "runs"
