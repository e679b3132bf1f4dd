"""``netloom train F``: train a document here, without a window."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.console import (
    CommandError,
    ask_for_data_elsewhere,
    ask_for_document,
    heed_data_elsewhere,
    issue_line,
    mends_of,
    note,
    open_document,
    printable,
    runs_folder,
)
from studio.cli.training import overrides
from studio.cli.training.progress import Progress, good, told

if TYPE_CHECKING:
    from models.document import Document
    from studio.runs.folder import RunFolder
    from studio.worker.ranks.place import Place
    from studio.worker.session import Outcome

HELP = "Train a document; Ctrl-C stops it, netloom resume goes on"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    ask_for_document(parser)
    parser.add_argument(
        "--set", metavar="NAME=VALUE", dest="settings", action="append", default=[], help=overrides.HELP
    )
    parser.add_argument("--device", default="", help="where to train: auto, cpu, cuda, cuda:1, mps")
    ask_for_devices(parser)
    parser.add_argument("--runs", metavar="DIR", help="the folder for runs")
    ask_for_data_elsewhere(parser)


def ask_for_devices(parser: argparse.ArgumentParser) -> None:
    """Declare the option for several processes."""
    explanation = "graphics cards, or processes on a CPU, that train together"
    parser.add_argument("--devices", metavar="N", type=int, choices=range(1, 65), help=explanation)


def place_here() -> Place:
    """The place of this process among those of torchrun or srun, of which the first one opens the door to the others;
    raises `CommandError`."""
    from studio.worker.ranks.place import started_by_launcher

    try:
        place = started_by_launcher()
    except ValueError as error:
        raise CommandError(str(error)) from error
    if place.count > 1 and place.rank == 0:
        with torch_at_hand():
            from studio.worker.errors import TrainingError
            from studio.worker.ranks.launcher import open_door
        try:
            open_door(place)
        except TrainingError as error:
            raise CommandError(str(error)) from error
    return place


def join(place: Place) -> int:
    """Help the first process of a launcher, which does all the talking; gives the exit code."""
    with torch_at_hand():
        from studio.worker.errors import TrainingError
        from studio.worker.ranks.helper import join_launcher
    try:
        return join_launcher(place)
    except TrainingError as error:
        raise CommandError(str(error)) from error


def run(arguments: argparse.Namespace) -> int:
    """Make a run folder and train in it; prints the final metrics and the folder."""
    heed_data_elsewhere(arguments)
    if (place := place_here()).rank:
        return join(place)
    from models.specs.fields import FieldError
    from studio.running.launch import new_run
    from studio.running.preflight import note_files

    document = open_document(arguments)
    devices = [f"training.devices={arguments.devices}"] if arguments.devices else []
    overrides.override(document, arguments.settings + devices)
    if code := _stands_in_the_way(document, Path(arguments.file)):
        return code
    note_files(document, Path(arguments.file).absolute().parent)
    _check_device(arguments.device or str(document.training.get("device", "auto")))

    def begin() -> RunFolder:
        try:
            return new_run(document, Path(arguments.file), runs_folder(arguments.runs), device=arguments.device)
        except FieldError as error:
            raise CommandError(f"--device: {error}") from error

    code, folder = attend(begin, resuming=False, device=arguments.device)
    if code == 1:
        _offer(folder, document, arguments)
    return code


def _offer(run: RunFolder, document: Document, arguments: argparse.Namespace) -> None:
    """Print the commands that are worth a try after a training that failed."""
    from studio.cli.training.again import tries
    from studio.runs.errors import RunError

    chosen = {"--device": arguments.device, "--devices": arguments.devices, "--runs": arguments.runs}
    command = ["netloom", "train", arguments.file, *(f"--set={each}" for each in arguments.settings)]
    command += [part for name, value in chosen.items() if value for part in (name, str(value))]
    with suppress(RunError):
        for line in tries(run.path, document, command):
            note(line)


def _stands_in_the_way(document: Document, path: Path) -> int:
    """Print what preflight finds; the exit code if training cannot begin, else 0."""
    from models.checks import is_about
    from models.data import Unreadable
    from models.findings.computer import Devices
    from studio.running.preflight import preflight

    issues = preflight(document, path)
    for issue in issues:
        mend = f" ({', or: '.join(mends)})" if (mends := mends_of(issue)) else ""
        print(
            " ".join((issue_line(issue, sys.stderr), printable(issue.detail))).rstrip() + printable(mend),
            file=sys.stderr,
        )
    errors = [issue for issue in issues if issue.stops_training]
    if not errors:
        return 0
    note("Nothing was started.")
    # Text where numbers are expected is a matter of the file, as what cannot be read is.
    of_the_input = (is_about(issue, Unreadable, Devices) or issue.code == "data-texts" for issue in errors)
    return 2 if all(of_the_input) else 1


def _check_device(wanted: str) -> None:
    """Raise `CommandError` if this computer does not have it, before there is a run that fails."""
    with torch_at_hand():
        from studio.worker.devices import resolve
        from studio.worker.errors import TrainingError
    try:
        resolve(wanted)
    except TrainingError as error:
        raise CommandError(str(error)) from error


@contextmanager
def torch_at_hand() -> Iterator[None]:
    """Say what is missing where training cannot be imported."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise CommandError(f"Training needs {error.name}, which is not installed: pip install {error.name}") from error


def attend(
    begin: Callable[[], RunFolder], *, resuming: bool, device: str, trust: str = "", devices: int = 0
) -> tuple[int, RunFolder]:
    """Train in the run folder that ``begin`` gives while showing progress; Ctrl-C ends it after the present step. Gives
    the exit code and that folder."""
    with torch_at_hand():
        from studio.worker.process.control import Control
        from studio.worker.session import resume, train
    control = Control()
    action = resume if resuming else train
    # From here on there is a run: no signal may leave it without its last word, or the user without the place.
    received = _listen_to_signals(control.stop)
    with closing(Progress(control.stop)) as progress:
        folder = begin()
        try:
            outcome = action(folder, device=device, control=control, listener=progress, trust=trust, devices=devices)
        except KeyboardInterrupt:
            progress.close()
            note(f"Ended at once. Go on from the last checkpoint with: netloom resume {folder.path}")
            return 128 + signal.SIGINT, folder
        progress.close()
        code = _tell_end(outcome, progress.values)
        if outcome.state == "stopped":
            print(f"Go on with: netloom resume {folder.path}")
            code = 128 + received[0] if received else 0
        print(f"Run: {folder.path}", flush=True)
        return code, folder


def _tell_end(outcome: Outcome, values: dict[str, float]) -> int:
    """Print the last metrics and how the training ended; the exit code of a training that was left alone."""
    if values:
        print(told(values))
    if outcome.state == "failed":
        note(outcome.reason)
        return 1
    if outcome.state == "finished":
        print(good(f"Finished after {outcome.epoch} epoch{'s' * (outcome.epoch != 1)}. {outcome.reason}".rstrip()))
    else:
        print(f"Stopped in epoch {outcome.epoch + 1}.")
    return 0


def _listen_to_signals(stop: Callable[[], None]) -> list[int]:
    """The first signal asks the training to stop, a second one ends the program at once; gives those received.

    It stays so: the process ends with the training, and a signal that comes too late must not change its exit code.
    """
    received: list[int] = []

    def ask(number: int, _frame: object) -> None:
        received.append(number)
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        stop()

    # A closed terminal hangs up; nohup has that ignored, which stays so.
    hangup = getattr(signal, "SIGHUP", signal.SIGTERM)
    chosen = [signal.SIGINT, signal.SIGTERM, *([] if signal.getsignal(hangup) == signal.SIG_IGN else [hangup])]
    for number in dict.fromkeys(chosen):
        signal.signal(number, ask)
    return received
