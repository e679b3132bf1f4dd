"""Documents and runs that were made to do harm are looked at in every way: they start, load and write nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support import ROOT, scaled

WATCHED = """
import json, os, random, sys
from pathlib import Path
from models.checks import findings
from models.codegen.module import generate
from models.storage import files, templates
from studio.running.launch import new_run
from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.runs.index import RunIndex
from studio.runs.source import approved_source, was_made_here

place, count = Path(sys.argv[1]), int(sys.argv[2])
MARK = str(place / "ran")
HARM = (
    f"__import__('os').system('touch {MARK}')", f'"); open({MARK!r}, "w"); ("', f"x\\nopen({MARK!r}, 'w')",
    f'\"\"\"\\nopen({MARK!r}, "w")\\n\"\"\"', f"=open({MARK!r}, 'w')", f"$(touch {MARK})", f"`touch {MARK}`",
    "../../../../etc/passwd", "/dev/zero", "//server/share/x", "{0.__class__.__mro__}", "%n%s", "<img src=x>", "\\0",
    "cos\\nsystem\\n(S'touch x'\\ntR.", "!!python/object/apply:os.system ['x']", "__class__", "", " ",
)
watching, seen = False, []
ALLOWED = {str(Path(entry).resolve()) for entry in (sys.prefix, sys.base_prefix, os.getcwd())}

def is_ours(name):
    within = os.path.isabs(name) and any(str(Path(name).resolve()).startswith(entry) for entry in ALLOWED)
    return within or name.startswith("<frozen")

def watch(event, arguments):
    if not watching:
        return
    if event == "exec" and not is_ours(arguments[0].co_filename):
        seen.append((event, arguments[0].co_filename))
    elif event == "compile" and not is_ours(os.fsdecode(arguments[1] or "")):
        seen.append((event, str(arguments[1])))
    elif event == "open" and isinstance(arguments[0], str) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        if not str(Path(arguments[0]).resolve()).startswith(str(place)):
            seen.append((event, arguments[0]))
    elif event.startswith(("subprocess.", "socket.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "pickle.")):
        seen.append((event, str(arguments)))

def harmed(value, rng):
    if isinstance(value, dict):
        return {rng.choice(HARM) if rng.random() < 0.05 else name: harmed(item, rng) for name, item in value.items()}
    if isinstance(value, list):
        return [harmed(item, rng) for item in value]
    return rng.choice(HARM) if rng.random() < 0.3 else value

def look(content, name):
    path = place / "documents" / name
    path.write_bytes(content)
    document, _ = files.read(path)
    findings(document)
    files.write(document, path)
    source = generate(document.network, document.analysis, name).text
    run = new_run(document, path, place / "runs", title=name)
    approved_source(run, files.read(run.document_path)[0])
    return run, source

def look_at_run(run, rng):
    header = json.loads((run.path / "run.json").read_bytes())
    (run.path / "run.json").write_text(json.dumps(harmed(header, rng) | {"netloom_run": 1}))
    with open(run.path / "model.py", "a") as file:
        file.write(f"open({MARK!r}, 'w')")
    with RunIndex(place / "runs") as index:
        index.refresh()
        index.runs()
    again = RunFolder.open(run.path)
    assert not was_made_here(again)
    try:
        approved_source(again, files.read(again.document_path)[0])
    except RunError:
        return
    raise AssertionError("source from elsewhere was approved")

def all_of(rng):
    global watching
    looked = 0
    names = [template.name for template in templates.available()]
    # What is imported and made once, for finding loops, is so before anything is watched.
    nodes = [{"id": id, "kind": "ReLU"} for id in "ab"]
    files.from_json({"netloom": 1, "network": {"nodes": nodes, "edges": [["a", "b"], ["b", "a"]]}})
    for number in range(count + 1):
        value = files.to_json(templates.load(rng.choice(names)))
        content = json.dumps(harmed(value, rng) | {"network": harmed(value["network"], rng)} if number else value)
        try:
            run, source = look(content.encode(), rng.choice(HARM[:5]).replace("/", "_").replace("\\0", "") or "net")
        except files.FileError:
            continue  # the version is not a number that there is
        looked += 1
        compiled = watching
        watching = False
        compile(source, "generated", "exec")
        watching = compiled
        look_at_run(run, rng)
        watching = True  # the first one is harmless, and imports what the others need
    assert looked > count / 2, looked

(place / "documents").mkdir()
sys.addaudithook(watch)
all_of(random.Random(7))
assert not seen, seen[:5]
assert not (place / "ran").exists() and not Path("ran").exists()
print("done")
"""


@pytest.mark.R7
@pytest.mark.timeout(0)
def test_nothing_in_a_document_or_a_run_is_run_on_being_looked_at(
    tmp_path: Path, figure: Callable[[str], None]
) -> None:
    count = scaled(200, 0.1)
    environment = os.environ | {"XDG_STATE_HOME": str(tmp_path / "state")}
    command = [sys.executable, "-c", WATCHED, str(tmp_path), str(count)]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.stdout == "done\n", result.stderr[-3000:]
    figure(f"{count} documents with their runs: no code, no process, no socket, no write outside")
