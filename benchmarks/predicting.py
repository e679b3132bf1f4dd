"""Answers of a trained network against the same written by hand: files, a server, an exported program.

    python benchmarks/predicting.py [examples] [requests]

A small convolutional network learns the digits for an epoch. Then, in turns: examples a second that it answers of a
.npy file, against a loop of plain PyTorch over the same file in batches as large; requests a second of its server,
each with one example as JSON, against a plain WSGI application on the same server (waitress, where it is installed),
each asked by four threads; and seconds of an export to .pt2, which is opened again and compared, against
`torch.export` alone. Each is the median of some turns; the exit status is 1 where a ratio misses its goal.
"""

from __future__ import annotations

import http.client
import json
import logging
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch

from benchmarks.networks import SMALL_CNN, document, row
from studio.cli.serve import hosting
from studio.cli.serve.answering import Answering
from studio.cli.serve.app import App, Limits
from studio.exports import EXPORTS, ByWorker
from studio.running.launch import new_run
from studio.runs.folder import RunFolder
from studio.worker.exporting.subject import inputs_for, network_of
from studio.worker.predicting.predictor import Predictor, predictor_for
from studio.worker.probes import PROBES
from studio.worker.probing.asked import Asked
from studio.worker.process.control import Control
from studio.worker.session import train

TURNS, ASKING = 5, 4
GOALS = {"predict": 0.8, "serve": 0.8, "export": 0.25}
"""Least shares of what is written by hand; an export opens its file again and compares, which is work of its own."""


def trained(folder: Path) -> RunFolder:
    """A run of the network on the digits."""
    settings = {"epochs": 1, "device": "cpu", "threads": 1, "seed": 1, "batch_size": 256}
    run = new_run(document(row(SMALL_CNN, [1, 8, 8]), data={"source": "digits"}, training=settings), None, folder)
    assert train(run).state == "finished"
    return run


def by_hand(predictor: Predictor, values: np.ndarray) -> list[list[float]]:
    """Probabilities, as a loop of plain PyTorch gives them."""
    own = predictor.asked.inputs[0].own.ends
    assert own is not None, "the digits are scaled"
    mean, std = (torch.from_numpy(np.asarray(part, np.float32)) for part in own)
    size, found = predictor.bench.batch_size, []
    with torch.inference_mode():
        for start in range(0, len(values), size):
            batch = (torch.from_numpy(values[start : start + size]) - mean) / std
            found += torch.softmax(predictor.bench.model(batch), 1).tolist()
    return found


def seconds(work: Callable[[], object]) -> float:
    """How long something takes, by the clock."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def shares(mine: Callable[[], object], theirs: Callable[[], object]) -> float:
    """How fast one is beside the other, in turns: 1 where both take as long."""
    mine(), theirs()
    pairs = [(seconds(mine), seconds(theirs)) for _ in range(TURNS)]
    return median(other for _, other in pairs) / median(own for own, _ in pairs)


def predicting(predictor: Predictor, folder: Path, examples: int) -> float:
    """Examples of a file."""
    path = folder / "x.npy"
    np.save(path, np.random.default_rng(0).uniform(0, 16, (examples, 1, 8, 8)).astype(np.float32))
    return shares(lambda: list(predictor.files([path])), lambda: by_hand(predictor, np.load(path)))


def plain(predictor: Predictor) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """A WSGI application that answers the same, and looks at nothing else."""
    lock = threading.Lock()

    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        content = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        values = np.array(json.loads(content)["examples"], np.float32)
        with lock:
            chances = by_hand(predictor, values)
        found = [{"class": str(int(np.argmax(each))), "probability": max(each)} for each in chances]
        body = json.dumps([item | {"probabilities": each} for item, each in zip(found, chances, strict=True)]).encode()
        start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return answer


def asked(port: int, requests: int) -> None:
    """Ask a server so often, by some threads."""
    body = json.dumps({"examples": [np.full((1, 8, 8), 7.0).tolist()]})

    def ask(count: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for _ in range(count):
            connection.request("POST", "/predict", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            assert response.status == 200, response.read()
            response.read()
        connection.close()

    with ThreadPoolExecutor(ASKING) as pool:
        list(pool.map(ask, [requests // ASKING] * ASKING))


def serving(predictor: Predictor, requests: int) -> float:
    """Requests of a server."""
    app: Any = App(Answering(predictor, "digits", "run"), Limits(1 << 20, 60))
    other: Any = plain(predictor)
    other.most = 1 << 20
    with hosting.listening(app, "127.0.0.1", 0) as (mine, port), hosting.listening(other, "127.0.0.1", 0) as (its, at):
        for serve in (mine, its):
            threading.Thread(target=serve, daemon=True).start()
        return shares(lambda: asked(port, requests), lambda: asked(at, requests))


def exporting(run: RunFolder, predictor: Predictor, folder: Path) -> float:
    """A program written."""
    kind = EXPORTS["pt2"]()
    assert isinstance(kind, ByWorker)
    question = kind.question(run.path, "best", folder / "a.pt2")
    network, inputs = network_of(predictor.bench, scaled=True), inputs_for(predictor.bench, 4)

    def mine() -> None:
        for _ in PROBES[kind.probe].answer(Asked(question, predictor.bench, Control(), lambda done, total: None)):
            pass

    def alone() -> None:
        torch.export.save(torch.export.export(network, tuple(inputs)), folder / "b.pt2")

    return shares(mine, alone)


def main() -> int:
    """Measure all three."""
    given = [int(argument) for argument in sys.argv[1:3]]
    examples, requests = (*given, *(20_000, 800)[len(given) :])
    torch.set_num_threads(1)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it would say of each that others wait
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = trained(folder / "runs")
        predictor = predictor_for(run.path)
        found = {
            "predict": predicting(predictor, folder, examples),
            "serve": serving(predictor, requests),
            "export": exporting(run, predictor, folder),
        }
    for what, share in found.items():
        print(f"{what}: {share:.2f} of the speed by hand (goal {GOALS[what]} or more)")
    return 0 if all(share >= GOALS[what] for what, share in found.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
