"""The pages tell the truth: their commands run, their examples are read, their links, pictures and keys are there."""

from __future__ import annotations

import ast
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from models.checks import findings
from models.layers import LAYERS
from models.storage import files
from models.training import TrainingSettings
from studio.cli import COMMANDS, main
from studio.data import DATASETS, Dataset, dataset_from
from support import ROOT
from tools.pictures import SHOTS, screens

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def commands(page: str) -> list[list[str]]:
    """The lines of shell examples as words, without comments."""
    lines = [line for block in blocks(page, "sh") for line in block.splitlines()]
    return [words for line in lines if (words := shlex.split(line, comments=True))]


# Commands


@pytest.mark.usefixtures("qapp")  # one of them draws a picture, for which Qt may be there once alone
@pytest.mark.parametrize("name", ["README.md", "docs/user-guide.md"])
def test_the_examples_of_the_command_line_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    examples = [words[1:] for words in commands(text(name)) if words[0] == "netloom"]
    assert {words[0] for words in examples} >= {"new", "summary", "check", "train", "runs", "export"}
    for words in examples:
        assert main(words) == 0, words
        assert capsys.readouterr().out
    written = [Path(words[words.index("-o") + 1]) for words in examples if "-o" in words]
    for file in written:
        assert file.is_file()
        if file.suffix == ".py":
            ast.parse(file.read_text(encoding="utf-8"))


@every_page
def test_make_targets_exist(page: Path) -> None:
    makefile = text("Makefile")
    content = page.read_text(encoding="utf-8")
    inside = re.findall(r"(?:^|`)make ([a-z]+)", content, re.MULTILINE)
    for target in inside:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@every_page
def test_named_subcommands_exist(page: Path) -> None:
    for name in re.findall(r"`netloom ([a-z]+)[ `]", page.read_text(encoding="utf-8")):
        assert name in COMMANDS, name


def test_benchmarks_that_are_quoted_exist() -> None:
    for page in PAGES:
        for name in re.findall(r"benchmarks/\w+\.py", page.read_text(encoding="utf-8")):
            assert (ROOT / name).is_file(), f"{page.name} names {name}"


# Links


def anchor(heading: str) -> str:
    """The name by which a heading is linked, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@every_page
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    content = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", content):
        place, _, part = target.partition("#")
        if re.match(r"[a-z]+:", place):
            continue
        found = page if not place else page.parent / place
        assert found.exists(), f"{page.name} links to {target}"
        if part:
            headings = re.findall(r"^#+ (.*)$", found.read_text(encoding="utf-8"), re.MULTILINE)
            assert part in {anchor(heading) for heading in headings}, target


@every_page
def test_pictures_are_ones_that_are_drawn(page: Path) -> None:
    drawn = {shot.file(screen) for screen in screens() for shot in SHOTS}
    for name in re.findall(r"pictures/([\w.-]+\.png)", page.read_text(encoding="utf-8")):
        assert name in drawn, name


# Examples of data


def check_document(value: dict[str, Any]) -> None:
    document, problems = files.from_json(value)
    assert not problems
    assert not [issue for issue in findings(document) if issue.severity == "error"]
    assert all(node.kind in LAYERS or node.kind in document.content.kinds for node in document.network)


def check_training(settings: dict[str, Any]) -> None:
    assert TrainingSettings.read(settings)[1] == []


def check_data(settings: dict[str, Any]) -> None:
    assert dataset_from(settings)[1] == []


CHECKS: dict[str, Callable[[Any], None]] = {"training": check_training, "settings": check_training, "data": check_data}


@every_page
def test_examples_of_json_are_read_without_a_complaint(page: Path) -> None:
    for block in blocks(page.read_text(encoding="utf-8"), "json"):
        value = json.loads(block)
        if "network" in value:
            check_document(value)
            assert files.format_json(value).decode() == block
        for name, check in CHECKS.items():
            if name in value:
                check(value[name])


def test_the_page_on_data_names_every_data_set_and_its_settings() -> None:
    rows = [line for line in text("docs/data.md").splitlines() if line.startswith("| `")]
    named = {source: row for row in rows for source in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert set(named) == set(DATASETS)
    common = set(Dataset.fields)
    for source, row in named.items():
        assert set(re.findall(r"`(\w+)`", row.split("|")[3])) == set(DATASETS[source].fields) - common, source


# Keys


def test_the_guide_names_every_shortcut(qtbot: QtBot) -> None:
    from studio.window.main_window import MainWindow

    window = MainWindow()
    qtbot.addWidget(window)
    known = [(command.text, command.keys) for command in window.commands]
    window.close()
    guide = text("docs/user-guide.md")
    assert len(known) > 20
    for what, keys in known:
        if keys:
            assert keys[0].replace("Return", "Enter") in guide, what
