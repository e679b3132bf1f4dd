"""The command line in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import Run

from studio import cli


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line in a folder of its own; gives exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    # Processes that run tests side by side are told a width; a user who pipes the output is not.
    monkeypatch.delenv("COLUMNS", raising=False)

    def call(*arguments: str) -> tuple[int, str, str]:
        try:
            code = cli.main(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        output = capsys.readouterr()
        assert "Traceback" not in output.err
        return code, output.out, output.err

    return call


@pytest.fixture
def exam(run: Run) -> str:
    assert run("new", "exam-cnn", "-o", "exam.netloom")[0] == 0
    return "exam.netloom"
