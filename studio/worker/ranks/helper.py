"""A process that helps process 0 to train: it takes its part of every batch, and does what it is asked between events.

It writes nothing into the run folder, and keeps nothing that a checkpoint would have to hold.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from models.document.document import Document
from models.storage import files
from models.training.settings import TrainingSettings
from studio.data import DataError
from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.runs.source import approved_source
from studio.worker import devices
from studio.worker.errors import TRAINING_FAILURES, TrainingError, sentence_for
from studio.worker.process.control import Control
from studio.worker.ranks.launcher import LOOKS_EVERY, Pulse, come_again, come_to_door, wait_until_all_came
from studio.worker.ranks.meeting import CHECKPOINT, RUN, Meeting, is_loss, store_in
from studio.worker.ranks.place import Place, started_by_launcher
from studio.worker.ranks.team import Ranks, Word
from studio.worker.state import load_state
from studio.worker.training.loading import kept_units, load_data
from studio.worker.training.plan import make_plan
from studio.worker.training.trainer import Trainer


class Order(NamedTuple):
    """What process 0 trains: the folder of the run, the device that was asked for, and the trust in its source."""

    run: str
    device: str
    trust: str


def main() -> None:
    """Help whoever started this process (`studio.worker.ranks.spawning`), and end with it at the latest."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is the affair of process 0
    threading.Thread(target=_end_with_input, name="listen", daemon=True).start()
    run, device, trust, store = sys.argv[1:]
    place = started_by_launcher()
    status = help_with(Order(run, device, trust), Meeting(place, store_in(Path(store), place), []))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def join_launcher(place: Place) -> int:
    """Help process 0 of a launcher, which says what with; gives the exit code. Raises `TrainingError` where they do not
    meet."""
    store = come_to_door(place)
    try:
        wait_until_all_came(place, store)
        pulse = Pulse(place, come_again(place))
        while not store.check([RUN]):
            time.sleep(LOOKS_EVERY)
        order = Order(*json.loads(store.get(RUN)))
    except RuntimeError:  # process 0 has found that nothing can be trained, and says so itself
        return 1
    return help_with(order, Meeting(place, store, [], pulse))


def help_with(order: Order, meeting: Meeting) -> int:
    """Help to the end of the run; gives the exit code. What fails here is told to process 0."""
    try:
        _help(order, meeting)
    except (RunError, files.FileError, DataError, TrainingError, *TRAINING_FAILURES) as error:
        if is_loss(error):  # process 0 has ended, or says itself who is gone
            return 0
        with suppress(RuntimeError):
            meeting.tell_failure(sentence_for(error) if isinstance(error, TRAINING_FAILURES) else str(error))
        return 1
    finally:
        meeting.close()
    return 0


def _help(order: Order, meeting: Meeting) -> None:
    run = RunFolder.open(Path(order.run))
    document = files.read_whole(run.document_path)
    trainer, team = _trainer(document, run, order, meeting)
    checkpoint = meeting.store.get(CHECKPOINT).decode()
    if checkpoint:
        load_state(trainer, Path(checkpoint))
    trainer.forget_sums()
    follow(trainer, team)


def _trainer(document: Document, run: RunFolder, order: Order, meeting: Meeting) -> tuple[Trainer, Ranks]:
    settings, _ = TrainingSettings.read(document.training)
    device = devices.resolve(order.device or settings.device, meeting.place)
    source = approved_source(run, document, order.trust)
    data = load_data(document.data, run.header["document_path"], Control(), lambda done, total: None)
    meeting.gather(device, lambda: None)
    team = Ranks(meeting.place, device, document)
    name, units = run.header["class"], kept_units(run, resuming=False)
    plan = make_plan(document, source, run.source_path, data, device, class_name=name, team=team, units=units)
    return Trainer(plan), team


def follow(trainer: Trainer, team: Ranks) -> None:
    """Take one step after the other, as process 0 does, until it says that the run is over."""
    for _ in trainer.run():
        if not _serve(trainer, team):
            return
    while _serve(trainer, team):
        pass


def _serve(trainer: Trainer, team: Ranks) -> bool:
    """Do what is asked between two events; whether the training goes on."""
    while (word := team.listen()) not in (Word.GO_ON, Word.END):
        trainer.collect()
        if word is Word.RECENT:
            trainer.take_recent()
        else:
            trainer.whole()
    return word is Word.GO_ON


def _end_with_input() -> None:
    while os.read(0, 1 << 12):
        pass
    os._exit(0)
