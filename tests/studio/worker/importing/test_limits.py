"""What a file that is imported may not do, asked of the system itself."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from support import run_python

LIMITED = """
import os, socket, subprocess, sys
from pathlib import Path
from studio.worker.importing.limits import isolate, limit, places_of_python
folder, what = Path(sys.argv[1]), sys.argv[2]
isolated = isolate()
files, resources = limit(5, 1 << 30, [*places_of_python(), folder / "own"], [folder / "answer"])
assert resources
(folder / "answer" / "x").write_text("written")
(folder / "own" / "beside.txt").read_text()
try:
    exec(what)
except (OSError, MemoryError) as error:
    print("refused")
else:
    print("done" if files and isolated else "not limited here")
"""
DEEDS = {
    "read": "(folder / 'secret.txt').read_text()",
    "write beside": "(folder / 'own' / 'new.txt').write_text('x')",
    "write elsewhere": "(folder / 'new.txt').write_text('x')",
    "connect": "socket.create_connection(('127.0.0.1', 9), 1)",
    "execute": "subprocess.run(['/bin/sh', '-c', 'true'])",
    "memory": "bytearray(1 << 43)",
}


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock and namespaces are Linux's")
@pytest.mark.parametrize("deed", DEEDS)
def test_a_limited_process_is_refused(tmp_path: Path, deed: str) -> None:
    for name in ("own", "answer"):
        (tmp_path / name).mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "own" / "beside.txt").write_text("mine")
    result = run_python(LIMITED, str(tmp_path), DEEDS[deed])
    assert result.stdout.strip() in ("refused", "not limited here"), result.stderr
