"""A run that was killed, at the worst of moments and more than once, leaves the record of one that was not."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from block_networks import document_of, network, node, opened
from documents import CNN, Layers, chain, cnn, mlp, regression, suited
from PIL import Image

from models.document import Document
from models.document.edits import SetParam, SetSection
from studio.runs.events import read_events
from studio.runs.folder import RunFolder
from studio.runs.health.reader import read_health
from studio.runs.metrics.reader import read_metrics
from support import ROOT, scaled

New = Callable[[Document], RunFolder]

SERVER = """
import itertools, json, os, signal, sys
from pathlib import Path
from studio.runs.checkpoints import Checkpoints
from studio.runs.folder import RunFolder
from studio.worker import recorder, saver
from studio.worker.training import monitor
from studio.worker.session import Session
from studio.worker.process.control import Control
from studio.worker.driver import Driver
from studio.worker.process.service import _import_more

_import_more()
monitor.FEWEST_STEPS = 2
recorder.FLUSH_EVERY = 0.0  # a point a step: then points depend on no clock

def count(owner, name, calls, last):
    plain = getattr(owner, name)
    def counted(*arguments, **options):
        if next(calls) == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return plain(*arguments, **options)
    setattr(owner, name, counted)

def train(path, resuming, save_every, kill, nth):
    ticks = itertools.count()
    saver.Saver.is_due = lambda self, now: next(ticks) % save_every == 0
    if kill == "disk":
        calls = itertools.count()
        for name in ("write", "fsync", "replace", "rename", "ftruncate", "unlink"):
            count(os, name, calls, nth)
    elif kill == "tick":
        count(Driver, "_between", itertools.count(), nth)
    elif kill == "save":  # right behind a checkpoint
        plain, saves = Checkpoints.save, itertools.count()
        def save(*arguments):
            saved = plain(*arguments)
            if next(saves) == nth:
                os.kill(os.getpid(), signal.SIGKILL)
            return saved
        Checkpoints.save = save
    outcome = Session(RunFolder.open(Path(path)), "", Control(), None, False).run(resuming=resuming)
    os._exit(0 if outcome.state == "finished" else 3)

print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if not child:
        train(*json.loads(line))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


_IMAGES = TemporaryDirectory(prefix="netloom-images")


class Trainers:
    """Processes that train one after another, forked from one that has torch at hand."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-c", SERVER], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._ask("")

    def train(self, run: RunFolder, resuming: bool, save_every: int, kill: str = "", nth: int = 0) -> bool:
        """Whether it came to its end; a process that was killed did not."""
        claim = run.claim()
        if claim and claim.owner is None:  # killed as it was written: for ten seconds that may be a process at work
            os.utime(run.path / "claims" / f"{claim.number}.json", (0, 0))
        code = int(self._ask(json.dumps([str(run.path), resuming, save_every, kill, nth]) + "\n"))
        assert code in (0, -signal.SIGKILL), run.status()
        return code == 0

    def _ask(self, line: str) -> str:
        assert self._server.stdin and self._server.stdout
        self._server.stdin.write(line)
        self._server.stdin.flush()
        return self._server.stdout.readline()

    def close(self) -> None:
        self._server.communicate()


@pytest.fixture(scope="module")
def trainers() -> Iterator[Trainers]:
    made = Trainers()
    yield made
    made.close()


DEEP: Layers = [
    ("input1", "Input", {"shape": [30]}),
    ("fc1", "Linear", {"out_features": 8}),
    ("bn1", "BatchNorm1d", {}),
    ("drop1", "Dropout", {"p": 0.3}),
    ("fc2", "Linear", {"out_features": 1}),
    ("output1", "Output", {"loss": "BCEWithLogitsLoss"}),
]


def repeated(**training: Any) -> Document:
    """A block that is repeated, the first time with another width, and used again within another block."""
    inner = [node("a", "Input"), node("fc1", "Linear", out_features="=width"), node("bn1", "BatchNorm1d"),
             node("drop1", "Dropout", p=0.3), node("b", "Output")]  # fmt: skip
    outer = [node("c", "Input"), node("mix1", "Mix", width=6), node("act1", "Tanh"), node("d", "Output")]
    main = [node("input1", "Input", shape=[30]), node("mix1", "Mix", repeat=3, first={"width": 8}),
            node("pair1", "Pair"), node("fc1", "Linear", out_features=2), node("output1", "Output")]  # fmt: skip
    blocks = {"Mix": {"parameters": {"width": 8}, "network": network(inner)}, "Pair": {"network": network(outer)}}
    document = opened(document_of(network(main), **blocks))
    document.apply(SetSection("data", {"source": "breast_cancer"}))
    document.apply(SetSection("training", training))
    assert not [issue for issue in document.analysis.issues() if issue.severity == "error"]
    return document


CONFIGURATIONS = {
    "mlp": mlp(epochs=4, batch_size=40),
    "cnn": cnn(epochs=2, batch_size=360),
    "regression": regression(epochs=4, batch_size=90),
    "switches": chain(DEEP, "breast_cancer", epochs=3, batch_size=120),
    "Adam": mlp(epochs=4, batch_size=50, optimizer="Adam"),
    "AdamW, cosine": regression(epochs=3, batch_size=100, optimizer="AdamW", schedule="CosineAnnealingLR"),
    "RMSprop, one batch": mlp(epochs=6, batch_size=200, optimizer="RMSprop"),
    "Adagrad, steps": cnn(epochs=2, batch_size=400, optimizer="Adagrad", schedule="StepLR"),
    "Adadelta": regression(epochs=3, batch_size=100, optimizer="Adadelta"),
    "momentum": mlp(epochs=4, batch_size=30, optimizer={"kind": "SGD", "params": {"lr": 0.1, "momentum": 0.9}}),
    "augmentation": cnn(epochs=2, batch_size=360, augmentation=["RandomCrop", "GaussianNoise", "MixUp"]),
    "accumulated, EMA": mlp(epochs=4, batch_size=13, accumulate=3, average="EMA", average_decay=0.9),
    "SWA": regression(epochs=4, batch_size=90, average="SWA", average_from=0.3, optimizer="ASGD"),
    "float16, clipped": mlp(epochs=4, batch_size=40, precision="float16", clip_grad_norm=0.5, l1=0.001),
    "plateau, updates": mlp(
        updates=14, batch_size=40, schedule={"kind": "ReduceLROnPlateau", "params": {"patience": 0, "threshold": 0.2}}
    ),
    "LBFGS, recomputed": regression(
        epochs=3,
        batch_size=200,
        activation_checkpointing=1,
        optimizer={"kind": "LBFGS", "params": {"lr": 0.5, "max_iter": 3}},
    ),
    "Muon": mlp(epochs=4, batch_size=50, optimizer="Muon"),
    "stops early": regression(epochs=9, batch_size=100, patience=2, min_delta=1e6, weight_decay_on="matrices"),
}
CONFIGURATIONS["blocks, repeated"] = repeated(epochs=2, batch_size=150)
CONFIGURATIONS["balanced, afterwards"] = mlp(
    epochs=3, batch_size=40, sampling="balanced", train_measured="afterwards", fused=False, schedule_by="update",
    schedule="OneCycleLR", sparsity=0.5,
)  # fmt: skip
CONFIGURATIONS["embeddings, grouped"] = suited(
    "MinedTripletLoss", ("relu1", "ReLU", {}), epochs=3, batch_size=40, sampling="grouped", per_class=4
)
CONFIGURATIONS["sequences, Adam"] = suited(
    "CTCLoss", ("drop1", "Dropout", {}), epochs=3, batch_size=40, optimizer="Adam"
)


def streamed(**training: Any) -> Document:
    """Images that a process decodes, a batch ahead, while others of them are trained on."""
    folder, generator = Path(_IMAGES.name), np.random.default_rng(0)
    if not any(folder.iterdir()):
        for number, name in enumerate(("a", "b", "c")):
            (folder / name).mkdir()
            for row in range(16):
                pixels = generator.integers(60 * number, 60 * number + 120, (8, 8), dtype=np.uint8)
                Image.fromarray(pixels).save(folder / name / f"{row}.png")
    data = {"source": "image_folder", "path": str(folder), "color": "grayscale", "loading": "streamed"}
    processes = {"num_workers": 1, "multiprocessing_context": "spawn"}
    made = chain(CNN, data=data, **processes, **training)
    made.apply(SetParam("fc1", "out_features", 3))
    return made


CONFIGURATIONS["streamed, augmented"] = streamed(epochs=3, batch_size=9, augmentation=["RandomCrop", "MixUp"])
CONFIGURATIONS["streamed, balanced, accumulated"] = streamed(
    epochs=3, batch_size=7, sampling="balanced", accumulate=2, persistent_workers=False
)
KILLS = 20
MOMENTS = {"disk": 160, "tick": 24, "save": 6}
"""The ways to be killed, and among how many moments of each one is drawn."""


def record(run: RunFolder) -> dict[str, Any]:
    """Every series, every look at the layers and every epoch, as they count."""
    series = read_metrics(run.metrics_path)
    for name in ("device_memory_mb", "device_utilization"):  # of this process, whatever it trains
        assert np.isfinite(series.pop(name).values).all()
    speed, wait = series.pop("samples_per_second"), series.pop("data_wait")
    assert ((wait.values >= 0) & (wait.values <= 1)).all()
    assert np.isfinite(speed.values).all()
    points = {name: list(zip(*(array.tolist() for array in (part.steps, part.epochs, part.values)), strict=True))
              for name, part in series.items()}  # fmt: skip
    stamps = ("sequence", "time", "monotonic")
    epochs = [event for event in read_events(run.events_path) if event["event"] == "epoch"]
    told = [{name: value for name, value in event.items() if name not in stamps} for event in epochs]
    health = read_health(run.health_path)
    assert health is not None and len(health) > 1
    looks = health.steps.tolist(), health.epochs.tolist(), health.values.tobytes()
    samples = run.samples_path.read_bytes()
    return {"speed": speed.steps.tolist(), "epochs": told, "health": looks, "samples": samples, **points}


@pytest.mark.R13
@pytest.mark.skipif(not hasattr(os, "fork"), reason="a fresh process for each kill would take too long")
def test_the_record_of_a_killed_run_is_that_of_one_left_alone(
    new: New, trainers: Trainers, figure: Callable[[str], None]
) -> None:
    generator = random.Random(13)
    # A tenth of what is promised, ten times twenty, takes each of the twenty once.
    names = generator.sample([*CONFIGURATIONS], len(CONFIGURATIONS))
    cases = [(name, number) for number in range(KILLS) for name in names]
    whole: dict[str, dict[str, Any]] = {}
    killed = 0
    for place, (name, number) in enumerate(cases[: scaled(len(cases), 0.05)]):
        if name not in whole:
            run = new(CONFIGURATIONS[name])
            assert trainers.train(run, False, generator.randrange(3, 9))
            whole[name] = record(run)
            assert len(whole[name]["epochs"]) == len(whole[name]["validation/loss"])
        run = new(CONFIGURATIONS[name])
        plan = [(generator.choice(list(MOMENTS)), generator.randrange(1, 9)) for _ in range(1 + place % 3)]
        done, resuming = False, False
        for kill, save_every in plan:
            nth = generator.randrange(MOMENTS[kill])
            done = trainers.train(run, resuming, save_every, kill, nth)
            killed += not done
            resuming = True
            if done:
                break
        assert done or trainers.train(run, resuming, generator.randrange(1, 9))
        assert record(run) == whole[name], (name, number, plan)
    count = scaled(len(cases), 0.05)
    assert killed >= count  # a tenth of ten configurations at twenty points, in `make test`
    figure(f"{count} runs of {len(whole)} configurations, killed {killed} times: all records equal to the bit")


@pytest.mark.parametrize("save_every", [1, 4])
@pytest.mark.skipif(not hasattr(os, "fork"), reason="a fresh process for each kill would take too long")
def test_a_kill_at_each_tick_about_an_epochs_end(new: New, trainers: Trainers, save_every: int) -> None:
    """Between an epoch's last step and its validation, within validation, and right behind it."""
    document = CONFIGURATIONS["mlp"]
    run = new(document)
    assert trainers.train(run, False, 100)
    whole = record(run)
    for tick in range(2, 7):
        run = new(document)
        assert not trainers.train(run, False, save_every, "tick", tick)
        assert trainers.train(run, True, save_every)
        assert record(run) == whole, tick


@pytest.mark.parametrize("name", [name for name in CONFIGURATIONS if name.startswith("streamed")])
@pytest.mark.skipif(not hasattr(os, "fork"), reason="a fresh process for each kill would take too long")
def test_images_that_a_process_decodes_come_in_the_very_order_after_a_kill(
    new: New, trainers: Trainers, name: str
) -> None:
    whole, killed = new(CONFIGURATIONS[name]), new(CONFIGURATIONS[name])
    assert trainers.train(whole, False, 100)
    for moment, (kill, nth) in enumerate((("tick", 3), ("save", 1), ("tick", 5))):
        assert not trainers.train(killed, moment > 0, 2, kill, nth)
    assert trainers.train(killed, True, 3)
    assert record(killed) == record(whole)
    # The same to the bit as where threads decode.
    threads = Document(CONFIGURATIONS[name].network, CONFIGURATIONS[name].data, {
        **CONFIGURATIONS[name].training, "multiprocessing_context": "threads", "num_workers": 3, "prefetch_factor": 5
    })  # fmt: skip
    run = new(threads)
    assert trainers.train(run, False, 100)
    assert record(run) == record(whole)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a fresh process for each kill would take too long")
def test_a_network_of_repeated_blocks_goes_on_to_the_bit(new: New, trainers: Trainers) -> None:
    document = CONFIGURATIONS["blocks, repeated"]
    run, killed = new(document), new(document)
    assert trainers.train(run, False, 100)
    assert not trainers.train(killed, False, 1, "tick", 5)
    assert trainers.train(killed, True, 100)
    assert record(killed) == record(run)
