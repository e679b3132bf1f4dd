"""A check is one function in one file: a file that lies in the folder is in every list at once, and is tested."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import models.checks
from models.checks import Finding, findings
from models.document import Document
from models.document.edits import SetParam
from models.findings.base import CHECKS
from models.findings.example import image, row
from models.layers.linear import Linear
from models.layers.terminals import Output
from models.storage import files
from studio.cli import main
from support import ROOT

FILE = '''
"""Layers so thin that they pass on one number."""

from collections.abc import Iterator

from models.findings.base import check
from models.findings.example import image, row
from models.findings.finding import Finding, Mend, warning
from models.document import Document
from models.document.edits import SetParam
from models.layers.linear import Linear
from models.layers.terminals import Output


@check(
    finds=row(image(4), (Linear, {"out_features": 1}), Linear, Output),
    passes=row(image(4), Linear, Linear, Output),
)
def bottleneck(document: Document) -> Iterator[Finding]:
    """One number carries one direction only."""
    for node in document.network:
        if node.layer and node.layer.linear and node.layer.out_features == 1:
            mend = Mend("Set 2 features", SetParam(node.id, "out_features", FEATURES))
            yield warning(node.id, "One number is all that this layer passes on.", mends=(mend,))


FEATURES = 2
'''


@contextmanager
def lying_in_the_folder(source: str, folder: Path) -> Iterator[str]:
    """The code of the check in a file of its own, which lies there as the others do; gone again at the end."""
    (folder / "thin.py").write_text(source, encoding="utf-8")
    models.checks.__path__.append(str(folder))
    try:
        import_module("models.checks.thin")
        yield "bottleneck"
    finally:
        models.checks.__path__.remove(str(folder))
        CHECKS.pop("bottleneck", None)
        sys.modules.pop("models.checks.thin", None)
        vars(models.checks).pop("thin", None)


@pytest.fixture
def bottleneck(tmp_path: Path) -> Iterator[str]:
    with lying_in_the_folder(FILE, tmp_path) as code:
        yield code


@pytest.fixture
def document() -> Document:
    return row(image(1, 8, 8), Linear, Output, data={"source": "digits"}).document()


def of(code: str, found: list[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.code == code]


def test_its_findings_are_among_all_others(bottleneck: str, document: Document) -> None:
    assert not of(bottleneck, findings(document))
    document.apply(SetParam("n1", "out_features", 1))
    (finding,) = of(bottleneck, findings(document))
    document.apply(finding.mends[0].edit)
    assert not of(bottleneck, findings(document))


def test_the_command_line_lists_them(
    bottleneck: str, document: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document.apply(SetParam("n1", "out_features", 1))
    files.write(document, tmp_path / "thin.netloom")
    main(["check", str(tmp_path / "thin.netloom")])
    assert "warning: n1: One number is all that this layer passes on. Set 2 features." in capsys.readouterr().out


def test_the_window_lists_them_with_their_button(bottleneck: str, document: Document, qtbot: QtBot) -> None:
    from studio.controllers.documents import DocumentController
    from widgets.drawer import Drawer

    controller, drawer = DocumentController(), Drawer()
    qtbot.addWidget(drawer)
    controller.issues_changed.connect(drawer.set_issues)
    controller.show_run(document, "thin")
    document.apply(SetParam("n1", "out_features", 1))
    qtbot.waitUntil(lambda: bool(of(bottleneck, controller.issues)))
    (problem,) = [row for row in drawer.problems.rows() if (issue := row.issue()) and issue.code == bottleneck]
    shown = problem.issue()
    assert shown and [mend.label for mend in shown.mends] == ["Set 2 features"]
    controller.close()


def conformance() -> list[Callable[[str], None]]:
    """The tests that run over the registry, one call a check."""
    path = ROOT / "tests" / "models" / "checks" / "test_conformance.py"
    spec = importlib.util.spec_from_file_location("conformance_of_new_checks", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tests = [function for name, function in vars(module).items() if name.startswith("test_a_check_")]
    tests.append(module.test_every_mend_of_a_check_mends_and_can_be_undone)
    return [test for test in tests if list(inspect.signature(test).parameters) == ["code"]]


def test_the_conformance_suite_tests_it(bottleneck: str) -> None:
    tests = conformance()
    assert len(tests) >= 4
    for test in tests:
        test(bottleneck)


@pytest.mark.parametrize(
    ("before", "after"), [("FEATURES = 2", "FEATURES = 1"), ("== 1:", ">= 1:"), ("== 1:", "== 0:")]
)
def test_the_conformance_suite_catches_a_check_that_does_not_hold(before: str, after: str, tmp_path: Path) -> None:
    assert before in FILE
    with lying_in_the_folder(FILE.replace(before, after), tmp_path) as code, pytest.raises(AssertionError):
        for test in conformance():
            test(code)


def test_nothing_is_left() -> None:
    assert "bottleneck" not in CHECKS and "models.checks.thin" not in sys.modules
