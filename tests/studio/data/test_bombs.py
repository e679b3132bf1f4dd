"""Bombs and liars: each is refused with a sentence, at once, in little memory, and starts nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest
from data_bombs import BOMBS

from support import run_python

SECONDS = 1.0
"""Of computing, so that a busy machine changes nothing."""
MEGABYTES = 100.0
HANGS_AFTER = 20

CHILD = f"""
import json, os, resource, signal, sys, time
import h5py, numpy, psutil, scipy.io.matlab, PIL.Image, PIL.ImageOps
from pathlib import Path
from studio.data import DataError, dataset_from
from studio.data.kinds import arrays, images, tables

PIL.Image.init()
started = []
WATCHED = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "socket.connect")
sys.addaudithook(lambda event, values: started.append(event) if event in WATCHED else None)


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ask(way, settings, folder):
    before, start = peak(), time.process_time()
    try:
        getattr(dataset_from(settings)[0], way)(folder)
        said = ""
    except DataError as error:
        said = str(error)
    return dict(said=said, seconds=time.process_time() - start, grown=peak() - before, started=started)


def in_a_child(way, settings, folder):
    reading, writing = os.pipe()
    if not os.fork():
        signal.alarm({HANGS_AFTER})
        os.write(writing, json.dumps(ask(way, settings, folder)).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as answer:
        found = answer.read()
    os.wait()
    return json.loads(found or b"null")


for line in Path(sys.argv[1]).read_text().splitlines():
    name, folder, settings = json.loads(line)
    answers = {{way: in_a_child(way, settings, Path(folder)) for way in ("facts", "load", "script_source")}}
    print(json.dumps([name, answers]))
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What each way of reading each bomb came to, all in one process that forks for every one."""
    lines = []
    for name, make in BOMBS.items():
        folder = tmp_path_factory.mktemp(name)
        lines.append(json.dumps([name, str(folder), make(folder)]))
    asked = tmp_path_factory.mktemp("asked") / "bombs"
    asked.write_text("\n".join(lines))
    done = run_python(CHILD, str(asked))
    assert not done.returncode, done.stderr
    return dict(json.loads(line) for line in done.stdout.splitlines())


@pytest.mark.R24
def test_there_are_thirty_of_them(answers: dict[str, dict[str, Any]], figure: Callable[[str], None]) -> None:
    assert len(BOMBS) >= 30
    found = [answer for ways in answers.values() for answer in ways.values()]
    seconds, grown = (max(answer[what] for answer in found) for what in ("seconds", "grown"))
    figure(
        f"{len(BOMBS)} bombs and liars, read in {len(found)} ways: refused in {seconds:.2f} s, {grown:.0f} MB at most"
    )


@pytest.mark.parametrize("name", BOMBS)
def test_it_is_refused_at_once(name: str, answers: dict[str, dict[str, Any]]) -> None:
    for way, answer in answers[name].items():
        assert answer, f"{way} hangs"
        assert 20 < len(answer["said"]) < 400, way
        assert answer["seconds"] < SECONDS, way
        assert answer["grown"] < MEGABYTES, way
        assert not answer["started"], way


NO_PERMISSION = """
import os, shutil, sys, tempfile
from pathlib import Path
import numpy, PIL.Image
from studio.data import DataError, dataset_from
from studio.data.formats import streamed
from studio.data.kinds import arrays, images, tables

root = Path(tempfile.mkdtemp())
(root / "pets" / "cat").mkdir(parents=True)
for name in ("a.csv", "a.npz"):
    (root / name).write_text("x")
    (root / name).chmod(0)
root.chmod(0o755)
(root / "pets" / "cat").chmod(0)
if not os.geteuid():
    os.seteuid(65534)  # root may read everything
try:
    for source, path in (("csv", "a.csv"), ("numpy", "a.npz"), ("image_folder", "pets"), ("csv", "pets/cat/b.csv")):
        for way in ("facts", "load", "script_source"):
            try:
                getattr(dataset_from({"source": source, "path": path})[0], way)(root)
            except DataError as error:
                print(error)
finally:
    if not os.getuid():
        os.seteuid(0)
    (root / "pets" / "cat").chmod(0o700)
    shutil.rmtree(root)
"""


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are otherwise here")
def test_what_may_not_be_read_is_a_sentence() -> None:
    done = run_python(NO_PERMISSION)
    assert not done.returncode, done.stderr
    sentences = done.stdout.splitlines()
    assert len(sentences) == 12
    assert all("ermission denied" in sentence and sentence.endswith(".") for sentence in sentences), sentences
