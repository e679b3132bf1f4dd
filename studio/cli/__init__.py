"""The command line: every main job without a window. Each subcommand is one module of this package.

A subcommand module has `HELP`, `add_arguments(parser)` and `run(arguments) -> exit code`; what it needs beyond the
standard library is imported when it runs: only ``train``, ``test``, ``work``, ``ensemble``, ``prune``, ``predict``
and ``export`` of a run load torch, only the window and ``picture`` load Qt.
Exit codes: 0 done, 1 the network has errors, the training failed or two networks differ, 2 the input could not be used.
"""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

COMMANDS = (
    "new", "import", "summary", "check", "data", "fetch", "diff", "sync", "export", "picture", "work", "test",
    "train", "sweep", "resume", "runs", "predict", "serve", "doctor", "ensemble", "prune", "templates",
)  # fmt: skip
PACKAGES = {"import": "importing"}
"""Where a subcommand lies that is called like a word of Python."""
LONG_COMMANDS = ("train", "sweep", "resume", "serve")
BAD_INPUT = 2
BROKEN_PIPE = 128 + signal.SIGPIPE if hasattr(signal, "SIGPIPE") else 1
INTERRUPTED = 128 + signal.SIGINT


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code. Without a subcommand the studio opens, with a file if named."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    # Without standard streams, as services run, there is nobody to tell.
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        # A name that this terminal cannot show must not end the program.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _window(arguments) if _wants_window(arguments) else _command(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (such as ``head``) has seen enough; Python would complain once more while closing the stream.
        _silence()
        return BROKEN_PIPE
    except OSError as error:
        _silence()
        return _refuse(f"{error.filename or 'The output'} cannot be used: {error.strerror or error}.")
    except KeyboardInterrupt:
        _refuse("Interrupted.")
        return INTERRUPTED
    return code


def entry() -> int:
    """`main` for a process of its own: once the exit code is known, no further Ctrl-C changes it."""
    os.environ["PYTHONSAFEPATH"] = "1"  # what libraries start takes no modules from the current folder either
    try:
        return main()
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        # Python takes a while to put torch away.
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")


def _silence() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _wants_window(arguments: list[str]) -> bool:
    return not arguments or (len(arguments) == 1 and arguments[0] not in COMMANDS and not arguments[0].startswith("-"))


def _window(arguments: list[str]) -> int:
    path = arguments[0] if arguments else None
    if path and not Path(path).exists():
        return _refuse(f"There is no file ‘{path}’ and no such command. Commands: {', '.join(COMMANDS)}.")
    if sys.platform == "linux" and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        return _refuse("There is no display to open the studio on. Without one, try: netloom train FILE")
    try:
        from studio.app import run
    except ModuleNotFoundError as error:
        return _refuse(f"The studio needs {error.name}, which is not installed: pip install netloom")
    return run(path)


def _command(arguments: list[str]) -> int:
    from models.storage.consent import CONSENT
    from models.storage.files import FileError
    from studio.cli.console import CommandError
    from studio.runs.errors import RunError

    # The others are imported and described where their names are asked for alone.
    parsed = _parser(arguments[:1] if arguments[0] in COMMANDS else COMMANDS).parse_args(arguments)
    command = _module_of(parsed.command)
    try:
        with nullcontext() if parsed.command in LONG_COMMANDS else _uncollected():
            code: int = command.run(parsed)
    except (CommandError, FileError, RunError) as error:
        return _refuse(str(error))
    except ModuleNotFoundError as error:
        return _refuse(f"This needs {error.name}, which is not installed: pip install {error.name}")
    finally:
        CONSENT.forget()
    return code


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep all memory until the command is done: looking for garbage in a large document takes a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _module_of(command: str) -> Any:
    return import_module(f"{__name__}.{PACKAGES.get(command, command)}")


def _parser(commands: Iterable[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="netloom",
        description="Draw, check, train and export neural networks. Without a command the studio opens.",
        epilog="netloom FILE opens a document in the studio.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in commands:
        module = _module_of(name)
        module.add_arguments(subparsers.add_parser(name, help=module.HELP, description=f"{module.HELP}."))
    return parser


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib import metadata

        try:
            version = metadata.version("netloom")
        except metadata.PackageNotFoundError:
            version = "from a checkout"
        print(f"netloom {version}")
        parser.exit()


def _refuse(sentence: str) -> int:
    from studio.cli.console import note

    with suppress(OSError):  # the terminal may be gone
        note(sentence)
    return BAD_INPUT
