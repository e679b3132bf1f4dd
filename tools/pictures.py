"""Every screen of the real program with real data: ``python -m tools.pictures FOLDER [SCREEN ...]``.

Draws each screen, or those named, in both themes and several sizes, and once more with large text, into PNG files such
as ``design-dark-1600x1000.png``. Networks, runs and settings lie in a temporary home; nothing of the user's is touched.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QEventLoop, QPointF, QTimer
from PySide6.QtGui import QCursor, QImage
from PySide6.QtWidgets import QWidget

from models.byhand.course import BACKWARD, Position
from models.document.edits import SetParam
from models.storage import files, templates
from studio.window.main_window import MainWindow
from studio.workspaces.inspect.workspace import InspectWorkspace
from studio.workspaces.numbers.workspace import NumbersWorkspace
from studio.workspaces.train.workspace import TrainWorkspace
from studio.workspaces.workspace import in_order
from widgets.canvas.scene.card import End
from widgets.theme import Application, Mode, px, theme

Colors = NDArray[np.int32]
"""Rows of red, green and blue, 0 to 255."""

ROOT = Path(__file__).resolve().parent.parent
SIZES = ((1280, 800), (1600, 1000), (2560, 1440))
LAPTOP, FULL_HD = (1366, 768), (1920, 1080)
LARGE_TEXT = 1.5
CORNER = (90, 24)
"""Where a network that is larger than the canvas begins."""
EXACT_COLORS = 128
SETTLE = 0.25
"""Seconds for what moves or comes late: animations, findings, charts."""
PATIENCE = 60.0
HOMES = {"HOME": "", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data", "XDG_CACHE_HOME": "cache",
         "XDG_STATE_HOME": "state", "NETLOOM_RUNS": "runs"}  # fmt: skip

FINISHED = {
    "mlp": ("mlp", {"training.epochs": "20"}),
    "sgd": ("digits-cnn", {"training.epochs": "20", "training.optimizer": "SGD", "training.optimizer.lr": "0.02"}),
    "adam": ("digits-cnn", {"training.epochs": "20"}),
}
"""Runs to compare: name, template, settings."""
VARIED = ("--vary", "training.optimizer.lr=0.03,0.01,0.003,0.001", "--vary", "conv1.out_channels=2,8,16",
          "--seeds", "2")  # fmt: skip
"""What an experiment was made of."""
LIVE = "digits-batches-of-4"
MORE_SCREENS = ("welcome", "problems", "layers", "code", "quick-add", "empty", "overview", "compare")
"""Screens beside one of each workspace."""


def screens() -> tuple[str, ...]:
    """The names of all screens."""
    return (*(workspace.name for workspace in in_order()), *MORE_SCREENS)


class Shot(NamedTuple):
    """One picture: theme, size in logical pixels, text size, and whether its lines are those of high contrast."""

    mode: Mode
    size: tuple[int, int]
    scale: float
    contrast: bool = False

    def file(self, screen: str) -> str:
        """Its file name."""
        large = f"-text{self.scale:.0%}".rstrip("%") if self.scale != 1 else ""
        lines = "-contrast" if self.contrast else ""
        return f"{screen}-{self.mode}-{self.size[0]}x{self.size[1]}{large}{lines}.png"


THEMES: tuple[Mode, ...] = ("dark", "light")
SHOTS = [
    *(Shot(mode, size, 1.0) for mode in THEMES for size in SIZES),
    Shot("dark", SIZES[0], LARGE_TEXT),
    Shot("light", LAPTOP, LARGE_TEXT, contrast=True),
    Shot("dark", FULL_HD, LARGE_TEXT),
]


class Stage:
    """The window and the networks that are shown in it."""

    def __init__(self, home: Path, *, with_runs: bool) -> None:
        self.networks = home / "networks"
        self.networks.mkdir()
        self._write_networks()
        if with_runs:
            train_some(self.networks)
        self.window: MainWindow = MainWindow()
        self.shown: QWidget = self.window
        for name in ("resnet18", "exam-cnn", "mlp", "adam", "small-resnet"):
            self.window.settings.add_recent(self.path(name))
        self.window.show()
        # The pointer is no part of a picture.
        QCursor.setPos(0, SIZES[-1][1] - 1)
        wait_until(lambda: bool(self.window.training.devices))

    def path(self, name: str) -> Path:
        """The file of a network."""
        return self.networks / f"{name}.netloom"

    def screens(self) -> dict[str, Callable[[], None]]:
        """What to do to have each screen in sight; asked before every picture."""
        plain = {name: partial(self._workspace, name) for name in screens() if name not in MORE_SCREENS}
        return plain | {
            "welcome": self.window.show_welcome,
            "design": lambda: self._design("small-resnet", "block1_conv1"),
            "problems": self._problems,
            "layers": lambda: self._design("exam-cnn", "conv2", "layers"),
            "code": lambda: self._design("exam-cnn", "conv2", "code"),
            "quick-add": self._quick_add,
            "empty": self._empty,
            "overview": lambda: self._design("resnet18"),
            "data": self._data,
            "train": self._train,
            "inspect": self._inspect,
            "numbers": self._numbers,
            "compare": self._compare,
            "experiments": self._experiments,
        }

    def picture(self, show: Callable[[], None], shot: Shot) -> QImage:
        """One screen in one theme and size."""
        theme().set_mode(shot.mode)
        theme().set_scale(shot.scale)
        theme().set_contrast(shot.contrast)
        self.shown = self.window
        self.window.resize(*shot.size)
        wait(0.05)
        show()
        self.shown.resize(*shot.size)
        wait(SETTLE)
        # Panels may have taken another width for what they show; now everything has its place.
        show()
        wait(SETTLE)
        return self.shown.grab().toImage()

    def close(self) -> None:
        """End the run that still goes on, then the window."""
        self.window.training.stop()
        wait_until(lambda: not self.window.training.is_training)
        self.window.close()

    # Networks

    def _write_networks(self) -> None:
        for name in ("small-resnet", "exam-cnn", "resnet18", "digits-cnn", "by-hand"):
            files.write(templates.load(name), self.path(name))
        for name, (template, _) in FINISHED.items():
            files.write(templates.load(template), self.path(name))
        broken = templates.load("small-resnet")
        broken.apply(SetParam("block2_project", "stride", 1))
        broken.apply(SetParam("conv1", "bias", True))
        files.write(broken, self.path("resnet-draft"))
        live = templates.load("digits-cnn")
        live.content.set_section("training", live.training | {"epochs": 20, "batch_size": 4})
        files.write(live, self.path(LIVE))
        quick = templates.load("digits-cnn")
        quick.content.set_section("training", quick.training | {"epochs": 3})
        files.write(quick, self.path("digits-quick"))

    # Screens

    def _open(self, name: str) -> None:
        if self.window.controller.title != name:
            self.window.open(self.path(name))
            wait_until(lambda: self.window.controller.title == name)
        self.window.banner.hide()

    def _workspace(self, name: str) -> None:
        """A workspace as it comes, for one that has no scene of its own below."""
        self._open("small-resnet")
        self.window.show_workspace(name)

    def _design(self, name: str, selected: str = "", tab: str = "problems") -> None:
        self._open(name)
        self.window.show_workspace("design")
        design = self.window.design
        design.drawer.show_tab(tab)
        design.select([selected] if selected else [])
        canvas = design.canvas
        canvas.fit()
        if selected:
            canvas.zoom_reset()
            corner = canvas.camera.area_to_widget(canvas.scene.bounds).topLeft()
            canvas.pan(px(CORNER[0]) - corner.x(), px(CORNER[1]) - corner.y())
            canvas.reveal(selected)

    def _problems(self) -> None:
        self._design("resnet-draft", "block2_add")
        wait_until(lambda: bool(self.window.controller.issues))
        self.window.design.show_problems(self.window.controller.issues[0].node)

    def _quick_add(self) -> None:
        self._design("exam-cnn", "relu1")
        canvas = self.window.design.canvas
        card = canvas.scene.cards["relu1"].area
        canvas.ask_for_layer(card.bottomRight() + QPointF(190, 40), End("relu1", "output", True))

    def _empty(self) -> None:
        if len(self.window.controller.document.network):
            self.window.new()
        self.window.show_workspace("design")
        self.window.design.drawer.show_tab("problems")

    def _data(self) -> None:
        self._open("digits-cnn")
        self.window.show_workspace("data")
        wait(1.0)

    def _train(self) -> None:
        window = self.window
        self._open(LIVE)
        window.show_workspace("train")
        if not window.training.is_training:
            self._start()
        window.banner.hide()

    def _inspect(self) -> None:
        window = self.window
        page = cast(InspectWorkspace, window.show_workspace("inspect"))
        wait_until(lambda: window.training.runs.summaries is not None)
        sgd = next(run.id for run in window.training.runs.summaries or () if run.name == "sgd")
        if page.results is None or page.subject is None or page.subject.run.name != sgd:
            page.inspect(sgd)
            wait_until(lambda: page.results is not None)
        page.inside.view.segment("maps").click()
        wait_until(lambda: not window.probing.is_busy)
        window.banner.hide()

    def _numbers(self) -> None:
        window = self.window
        self._open("by-hand")
        page = cast(NumbersWorkspace, window.show_workspace("numbers"))
        wait_until(lambda: page.walk is not None)
        page.go(page.course.to(BACKWARD, Position()))
        page.views["slope/fc1.weight"].matrix.chosen.emit((0, 1))
        wait_until(lambda: not window.probing.is_busy)

    def _experiments(self) -> None:
        """A grid of two settings that was trained, its table with the plane of both."""
        self._open("digits-quick")
        self.window.show_workspace("experiments")
        if not self.window.experiments.standings:
            netloom("sweep", str(self.path("digits-quick")), *VARIED)
            self.window.experiments.refresh()
            wait_until(lambda: bool(self.window.experiments.standings))
        self.window.banner.hide()

    def _compare(self) -> None:
        """The network with its mistakes beside the one without, in a window of its own."""
        comparer = self.window.comparer
        self._open("resnet-draft")
        if comparer.shown is None:
            comparer.with_file(self.path("small-resnet"))
            wait_until(lambda: comparer.shown is not None)
        assert comparer.shown is not None
        self.shown = comparer.shown

    def _start(self) -> None:
        window = self.window
        workspace = cast(TrainWorkspace, window.workspace("train"))
        reached: list[float] = []
        window.training.progressed.connect(lambda progress: reached.append(progress.epoch))
        window.train()
        wait_until(lambda: bool(reached) and reached[-1] >= 3)
        for row in workspace.panel.list.runs.rows:
            if row.id not in workspace.panel.list.runs.shown:
                workspace.panel.list.toggled.emit(row.id)
        wait(1.0)


# Time


def wait(seconds: float) -> None:
    """Let the window work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def wait_until(condition: Callable[[], bool]) -> None:
    """Let the window work until something is so. Raises TimeoutError after a minute."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("The window did not get where a picture needs it within a minute.")
        wait(0.05)


# Doing it


def train_some(networks: Path) -> None:
    """Train the runs that are to be compared, with the command line."""
    for name, (_, settings) in FINISHED.items():
        chosen = [word for setting in settings.items() for word in ("--set", "=".join(setting))]
        netloom("train", str(networks / f"{name}.netloom"), *chosen)


def netloom(*words: str) -> None:
    """Do something with the command line."""
    command = [sys.executable, str(ROOT / "main.py"), *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def write_small(picture: QImage, file: Path) -> None:
    """Write a PNG of at most 256 colors. A screen has few: the usual ones stay exact, the others come near."""
    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(plain.constBits(), np.uint32).reshape(plain.height(), plain.width()) & 0xFFFFFF
    codes, counts = np.unique(pixels, return_counts=True)
    parts = np.stack((codes >> 16, codes >> 8 & 255, codes & 255), axis=1).astype(np.int32)
    palette, nearest = few_colors(parts, counts)
    table = np.zeros(1 << 24, np.uint8)
    table[codes] = nearest
    image = Image.fromarray(table[pixels])
    image.putpalette(palette.astype(np.uint8).tobytes())
    image.save(file, optimize=True)


def few_colors(parts: Colors, counts: NDArray[np.intp]) -> tuple[Colors, NDArray[np.uint8]]:
    """At most 256 of these colors, and which of them is nearest to each: the most frequent ones, then, one by one, the
    one that is farthest from all so far, since a small icon's color is worth as much as a shade of text."""
    order = np.argsort(-counts, kind="stable")
    chosen = list(order[:EXACT_COLORS])
    distance = np.full(len(parts), np.iinfo(np.int32).max, np.int32)
    nearest = np.zeros(len(parts), np.uint8)
    for place in range(min(256, len(parts))):
        if place == len(chosen):
            chosen.append(np.argmax(distance))
        new = ((parts - parts[chosen[place]]) ** 2).sum(axis=1)
        nearer = new < distance
        distance[nearer], nearest[nearer] = new[nearer], place
    return parts[chosen], nearest


def draw(folder: Path, names: list[str], home: Path) -> Iterator[str]:
    """Draw the named screens into a folder; yields each screen's name once its pictures are written."""
    application = Application(sys.argv[:1])
    theme().apply(application)
    stage = Stage(home, with_runs=bool({"train", "inspect"} & set(names)))
    scenes = stage.screens()
    with ThreadPoolExecutor(2) as writers:
        for name in names:
            # All of one screen's pictures first: a run that is shown live does not wait for files.
            pictures = [(stage.picture(scenes[name], shot), folder / shot.file(name)) for shot in SHOTS]
            list(writers.map(write_small, *zip(*pictures, strict=True)))
            yield name
    stage.close()


def main(arguments: list[str]) -> int:
    """Draw all screens, or the named ones; returns the exit code."""
    unknown = [name for name in arguments[1:] if name not in screens()]
    if not arguments or unknown:
        print(f"Usage: python -m tools.pictures FOLDER [SCREEN ...]. Screens: {', '.join(screens())}.", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="netloom-pictures-") as home:
        # Before anything reads them.
        os.environ.update({variable: str(Path(home, place)) for variable, place in HOMES.items()})
        for name in draw(folder, arguments[1:] or list(screens()), Path(home)):
            print(f"{name}: {len(SHOTS)} pictures", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
