"""An error while painting costs one widget its picture, never the window: tried with every widget on every screen."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from support import ROOT, run_python

SESSION = """
import os, sys
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from shiboken6 import isValid
import numpy as np
from models.byhand.pen import Line
from models.byhand.terms import constant
from models.document.edits import SetParam, SetSection
from models.layers import LAYERS
from models.scoring.classes import Confusion
from models.storage import templates
from studio.services import errors
from studio.window import main_window
from studio.window.main_window import MainWindow
from widgets.charts.card import ChartCard
from widgets.controls import CheckBox, Chip, ProgressBar
from widgets.explain.curves import CurvePicture
from widgets.experiments.board import Board, Column, Mark, Tick
from studio.welcome.template_card import EmptyCard
from widgets.experiments.parallel import Parallel
from widgets.experiments.plane import Plane
from widgets.experiments.verdicts import Judgment, Verdicts
from widgets.inspection.chances import Chance, Chances
from widgets.inspection.confusion import ConfusionMatrix
from widgets.inspection.detail import SampleDetail
from widgets.inspection.inside.attention import AttentionPage
from widgets.inspection.inside.excited import ExcitedPage, Peak
from widgets.inspection.inside.lasso import LassoPlot
from widgets.inspection.inside.layer_maps import LayerMaps, LayerPage
from widgets.inspection.pictures import image_of
from widgets.inspection.plot import Plot
from widgets.inspection.sketch import SketchPad
from widgets.inspection.inside.spreads import Spread, Spreads
from widgets.inspection.strip import Fact, InspectStrip
from widgets.inspection.tokens import Token, Tokens
from widgets.inspection.wall import Caption, Neighbors, SampleWall
from widgets.predictions.answer import Preview
from widgets.numbers.formula import FormulaView
from widgets.inspector.note_box import NotePicture
from widgets.numbers.matrix import MatrixView
from widgets.runs.health_strips import Course, HealthStrips
from widgets.theme import theme

application = QApplication([])
theme().apply(application)
errors.install()
failures = []
errors.unexpected.connect(lambda sentence, log: failures.append(sentence))
main_window.WARM_UP_AFTER = 10**9  # no worker: its devices would change what is painted
window = MainWindow()
window.resize(1900, 1500)
window.show()
tried = set()


def screens():
    window.show_welcome()
    until(lambda: len(window.welcome._cards) == len(templates.available()))
    yield "welcome"
    empty = window.welcome.findChild(EmptyCard)
    area = next(area for area in window.welcome.findChildren(QScrollArea) if area.isAncestorOf(empty))
    area.ensureWidgetVisible(empty)
    yield "the end of the templates"
    begin("small-resnet")
    design = window.design
    yield "design"
    window.controller.apply(SetParam("block2_project", "stride", 1))
    for id in ("conv1", "block2_project"):
        design.select([id])
        yield id
    for tab in ("problems", "layers", "code"):
        design.drawer.show_tab(tab)
        yield tab
    design.canvas.quick_add()
    yield "quick add"
    design.canvas.show_refusal("No.")
    yield "a refusal"
    window.banner.say("Something.", "warning", [("Do it", print)])
    yield "a banner"
    for name in ("data", "train"):
        window.show_workspace(name)
        yield name
    card = ChartCard("Loss", parent=window)
    card.setGeometry(100, 100, 400, 300)
    card.show()
    yield "a chart"
    card.hide()
    begin("digits-cnn")
    window.show_workspace("data")
    workspace = window.workspace("data")
    for source in ("digits", "spirals"):
        window.controller.apply(SetSection("data", {"source": source}))
        until(lambda: workspace.preview is not None and not workspace.is_busy)
        yield source
    window.show_workspace("inspect")
    yield "inspect, of nothing yet"
    window.show_workspace("numbers")
    yield "numbers, of a large network"
    for part in (*inspected(), *experimented()):
        part.setParent(window)
        part.setGeometry(100, 100, 1400, 900)
        part.show()
        part.raise_()
        yield "a part of inspect"
        part.close()
    window.show_workspace("design")
    window.commands.run("tour")
    until(lambda: window.help.tour is not None)
    yield "tour"
    window.help.tour.end()
    for part in (Chip("3×3"), ProgressBar("Progress"), CheckBox("Choice")):
        part.show()
        yield "a part"
        part.close()


def inspected():
    '''The parts of the Inspect workspace with something in them: there is no worker here to answer for a run.'''
    counts, eight = np.array([[8, 2], [1, 5]]), np.arange(64, dtype=np.uint8).reshape(1, 8, 8)
    matrix, detail, plot, wall = ConfusionMatrix(), SampleDetail(), Plot(), SampleWall()
    near = Neighbors()
    near.show_looks([(("row",), "a class")])
    matrix.show_confusion(Confusion(counts), ["cat", "dog"], [0, 1])
    detail.show_sample("3", "3", "is 9", image_of(eight, (0.0, 255.0)))
    plot.show_plot(("x", "y"), ((0.0, 1.0), (0.0, 1.0)), marks=[(0.5, 0.5)])
    wall.show_rows(range(9), lambda row: Caption(f"answer {row}", "truth", "99 %", row % 2 == 0))
    chances, tokens, strip, spreads, layers = Chances(), Tokens(), InspectStrip(), Spreads(), LayerPage()
    chances.show_chances([Chance("cat", 0.9, True, False), Chance("dog", 0.1, False, True)])
    tokens.show_tokens([Token("78", "noun", "noun"), Token("5", "verb", "noun")])
    strip.show_facts([Fact("Accuracy", "97 %", "351 of 359")])
    spreads.show_layers([("conv", {"activations": Spread(np.array([1, 50, 3]), 0, 1, "31 % dead", True)})])
    maps = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    layers.show_layers([LayerMaps("conv", "Conv2d", "Convolution", "maps", (2, 6, 8), maps, [1, 0], 2, "note")])
    numbers = MatrixView("W")
    numbers.show_table(np.arange(12.0).reshape(2, 2, 3), np.ones((2, 2, 3), bool))
    numbers.show_fills({(0, 0, 1): ("5", "right"), (1, 1, 1): ("", "")})
    numbers.choose((0, 1, 1))
    health = HealthStrips()
    health.show_course(Course(("fc1", "fc2"), np.arange(3.0), np.array([[1e-9, 0.1]] * 3, np.float32)), "now")
    health.strips._at = (1, 0)
    formula = FormulaView()
    formula.show_lines([Line("z", constant(1.5, "x") / 2, 0.75)])
    curve = CurvePicture()
    curve.show_layer(LAYERS["GELU"]())
    note = NotePicture()
    note.show_text('**Why** $x^2$')
    attention, excited, lasso = AttentionPage(), ExcitedPage(), LassoPlot()
    attention.show_attention(np.full((2, 3, 3), 1 / 3), (list("abc"), list("abc")))
    excited.show_peaks([Peak(("1", "2"), "Sample 3", "gives 4", 2, None)])
    lasso.show_plot(("x", "y"), ((0.0, 1.0), (0.0, 1.0)), marks=[(0.5, 0.5)])
    seen = matrix, detail, plot, wall, near, chances, tokens, strip, spreads, layers, attention, excited, lasso
    preview = Preview()
    preview.show_image(image_of(eight, (0.0, 255.0)))
    return health, note, curve, numbers, formula, *seen, SketchPad(), preview


def experimented():
    '''The views of an experiment with something in them: nothing is trained here.'''
    few = Column("width", [Tick(0.0, "8"), Tick(1.0, "16")], is_list=True)
    marks = [Mark(n, [n, 1.0 - n], float(n), ["8", "16"], "90 %", "finished", "width 8") for n in (0, 1)]
    parallel, plane, dots, verdicts = Parallel(), Plane(), Plane(), Verdicts()
    board = Board([few, few], Column("accuracy", [Tick(0.5, "50 %")]), marks)
    parallel.show_board(board, 1)
    plane.show_board(board, 1, 0, 1)
    dots.show_board(board, 1, 0, 2)
    verdicts.show_judgments([Judgment("without relu1", -0.02, 0.01, "worse", "−2.0 points ± 1.0: worse.")])
    return parallel, plane, dots, verdicts


def until(condition):
    while not condition():
        application.processEvents()


def begin(template):
    before = window.controller.document
    before.mark_saved()
    window.new(template)
    until(lambda: window.controller.document is not before)


def own(widget):
    return next((cls for cls in type(widget).__mro__ if "paintEvent" in vars(cls)
                 and cls.__module__.startswith(("widgets.", "studio."))), None)


class Sabotage:
    '''Makes the n-th line fail that is run to paint a widget, in whatever function; or counts them.'''

    def __init__(self, code, line=0):
        self.code, self.line, self.count, self.painting = code, line, 0, None

    def __call__(self, frame, event, argument):
        if self.painting is None and frame.f_code is self.code and not self.count:
            self.painting = frame
        ours = frame.f_code.co_filename.startswith((sys.path[0] or os.getcwd()))
        return self.local if self.painting is not None and ours else None

    def local(self, frame, event, argument):
        if event == "line" and self.painting is not None:
            self.count += 1
            if self.count == self.line:
                self.painting = None
                raise ValueError("sabotage")
        elif event == "return" and frame is self.painting:
            self.painting = None
        return self.local


def repaint(widget, trace=None):
    if hasattr(widget, "_picture"):
        widget._picture = None
    widget.update()
    sys.settrace(trace)
    widget.repaint()
    application.processEvents()
    sys.settrace(None)


def attack(widget, code):
    '''Fail early, midway and at the last line, where all the painters are alive.'''
    repaint(widget)  # what is remembered from then on, such as colors, takes no more lines
    counted = Sabotage(code)
    repaint(widget, counted)
    for line in sorted({counted.count * part // 8 for part in range(1, 9)} - {0}):
        before = len(failures)
        repaint(widget, Sabotage(code, line))
        assert len(failures) > before, (widget, line, "the error was not told")
        repaint(widget)
    return counted.count


def looked_through():
    controller = window.controller
    return not controller.knowledge.gap and not controller._examination.is_going_on


for screen in screens():
    application.processEvents()
    until(looked_through)  # rows come and go with what is found
    for widget in [*window.findChildren(QWidget), *application.topLevelWidgets()]:
        cls = own(widget)
        if cls is None or cls in tried or not isValid(widget):
            continue
        if not widget.isVisible() or widget.visibleRegion().isEmpty():
            continue
        paint = vars(cls)["paintEvent"]
        if attack(widget, paint.__wrapped__.__code__):
            tried.add(cls)
    assert window.isVisible(), screen
window.controller.document.mark_saved()
window.close()
print(*sorted(f"{cls.__module__}.{cls.__name__}" for cls in tried))
"""


def painting_classes() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every class with a `paintEvent`, by its dotted name, and the function."""
    for file in [*ROOT.glob("widgets/**/*.py"), *ROOT.glob("studio/**/*.py")]:
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        text = file.read_text(encoding="utf-8")
        for item in ast.walk(ast.parse(text)) if "def paintEvent(" in text else ():
            if isinstance(item, ast.ClassDef):
                for part in item.body:
                    if isinstance(part, ast.FunctionDef) and part.name == "paintEvent":
                        yield f"{module}.{item.name}", part


@pytest.mark.parametrize(("name", "function"), list(painting_classes()))
def test_every_paint_event_is_guarded(name: str, function: ast.FunctionDef) -> None:
    decorators = [item.id for item in function.decorator_list if isinstance(item, ast.Name)]
    assert "painted" in decorators, f"{name}.paintEvent lacks @painted (widgets.basics.painted)"


def test_the_window_lives_whatever_fails_to_paint() -> None:
    done = run_python(SESSION)
    assert done.returncode == 0, done.stderr[-3000:]
    tried = set(done.stdout.splitlines()[-1].split())
    assert "active painter" not in done.stderr
    unseen = {name for name, _ in painting_classes()} - tried
    assert not unseen, "Show them on a screen of the session above."
