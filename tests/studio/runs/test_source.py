"""Which source of a run may be run: what its document generates, and after a yes what came along."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from documents import cnn, mlp, regression
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_edits import Code, apply, codes

from models.storage import files, templates
from studio.running.launch import new_run
from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.runs.source import ANY, LARGEST_SOURCE, MOST_LINES, ForeignSourceError, approved_source, was_made_here
from support import scaled


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return new_run(mlp(), None, tmp_path / "runs", title="gift")


def approved(run: RunFolder, trust: str = "") -> str:
    return approved_source(RunFolder.open(run.path), files.read(run.document_path)[0], trust)


def refused(run: RunFolder, trust: str = "") -> ForeignSourceError:
    with pytest.raises(ForeignSourceError) as caught:
        approved(run, trust)
    return caught.value


@pytest.mark.parametrize("name", [template.name for template in templates.available()])
def test_every_template_generates_the_same_again(tmp_path: Path, name: str) -> None:
    run = new_run(templates.load(name), None, tmp_path, title=name)
    assert approved(run) == run.source_path.read_text() and was_made_here(run)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(), max_size=30), st.sampled_from([mlp, cnn, regression]))
def test_whatever_the_title_the_same_is_generated_again(tmp_path: Path, title: str, document: object) -> None:
    run = new_run(document(), None, tmp_path, title=title)  # type: ignore[operator]
    assert approved(run).encode() == run.source_path.read_bytes()


@settings(max_examples=scaled(2_000), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(codes, min_size=10, max_size=60))
def test_whatever_the_document_the_same_is_generated_again(tmp_path: Path, edits: list[Code]) -> None:
    document = templates.load("small-resnet")
    for code in edits:
        apply(document, code)
    run = new_run(document, None, tmp_path)
    assert approved(run).encode() == run.source_path.read_bytes()


def test_other_source_is_refused_with_the_difference(run: RunFolder) -> None:
    run.source_path.write_text(run.source_path.read_text().replace("(4, 16)", "(4, 17)") + "import os\n")
    error = refused(run)
    assert str(error).startswith("Run gift brings a model.py along that its network does not generate.")
    lines = error.difference.splitlines()
    assert [line[0] for line in lines if "Linear(4, 1" in line] == ["-", "+"] and "+import os" in lines


def test_a_yes_is_for_one_text(run: RunFolder) -> None:
    run.source_path.write_text("first = 1\n")
    trust = refused(run).trust
    assert approved(run, trust) == "first = 1\n"
    run.source_path.write_text("second = 2\n")
    assert refused(run, trust).trust != trust
    assert approved(run, ANY) == "second = 2\n"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\r\n" * 9, b"\0"])
def test_anything_else_than_the_very_bytes_is_other_source(run: RunFolder, content: bytes) -> None:
    run.source_path.write_bytes(content)
    assert refused(run).difference


def test_ends_of_lines_count(run: RunFolder) -> None:
    run.source_path.write_bytes(run.source_path.read_bytes().replace(b"\n", b"\r\n"))
    assert refused(run).difference == "Only the ends of lines differ."


def test_text_that_is_none_never_runs(run: RunFolder) -> None:
    run.source_path.write_bytes(b"\xff")
    with pytest.raises(RunError, match="is no text in UTF-8"):
        approved(run, ANY)


def test_a_long_difference_is_cut_and_says_so(run: RunFolder) -> None:
    run.source_path.write_text("a = 1\n" * 200_000 + "x" * 10_000_000)
    shown = refused(run).difference
    assert len(shown.splitlines()) < 3 * MOST_LINES and "more lines." in shown and len(shown) < 1_000_000


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are of Unix")
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "missing", "large"])
def test_what_is_no_plain_file_is_a_sentence(run: RunFolder, kind: str) -> None:
    path = run.source_path
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    elif kind == "large":
        with open(path, "wb") as file:
            file.truncate(LARGEST_SOURCE + 1)
    with pytest.raises(RunError, match=r"Could not read .*model\.py: "):
        approved(run, ANY)


def test_a_run_with_another_document_or_source_was_not_made_here(run: RunFolder) -> None:
    assert was_made_here(run)
    source, document = run.source_path.read_bytes(), run.document_path.read_bytes()
    run.source_path.write_bytes(source + b"\n")
    assert not was_made_here(run)
    run.source_path.write_bytes(source)
    run.document_path.write_bytes(document.replace(b"16", b"17"))
    assert not was_made_here(run)
    run.document_path.unlink()
    assert not was_made_here(run)
