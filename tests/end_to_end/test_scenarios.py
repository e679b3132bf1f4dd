"""Each scenario is a process of its own with a real window on a real X server; see `driver`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCENARIOS = sorted(path.stem for path in (HERE / "scenarios").glob("*.py"))


@pytest.mark.end_to_end
@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.timeout(600)
def test_scenario(name: str, xvfb_display: str, tmp_path: Path) -> None:
    environment = os.environ | {
        "DISPLAY": xvfb_display,
        "QT_QPA_PLATFORM": "xcb",
        "HOME": str(tmp_path),
        "NETLOOM_RUNS": str(tmp_path / "runs"),
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, HERE, HERE.parent))),
        **{f"XDG_{folder}_HOME": str(tmp_path / folder.lower()) for folder in ("CONFIG", "DATA", "STATE", "CACHE")},
    }
    result = subprocess.run(
        [sys.executable, str(HERE / "scenarios" / f"{name}.py")],
        env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=560, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-5000:]
    assert "done" in result.stdout
