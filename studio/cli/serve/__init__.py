"""``netloom serve RUN``: a trained network that answers over HTTP, on this computer unless asked otherwise."""

from __future__ import annotations

import argparse
import ipaddress
import secrets
from typing import TYPE_CHECKING

from studio.cli.console import CommandError, find_run, note
from studio.cli.serve.app import App, Limits

if TYPE_CHECKING:
    from studio.runs.folder import RunFolder

HELP = "Have a trained network answer over HTTP, on this computer unless asked otherwise"
PORT = 8765


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("run", metavar="RUN", help="its folder, or its id as netloom runs lists it")
    parser.add_argument("--runs", metavar="DIR", help="the folder for runs")
    parser.add_argument("--checkpoint", default="best", help="its weights: best (default) or last")
    parser.add_argument("--device", default="", help="where to compute (default: as the run began)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this computer alone)")
    parser.add_argument("--port", type=int, default=PORT, help=f"the port (default: {PORT}; 0 for any that is free)")
    parser.add_argument("--key", default="", help="what who asks must show; made up where others may ask")
    parser.add_argument("--most", metavar="MB", type=int, default=32, help="megabytes that are taken at once")
    parser.add_argument("--seconds", type=int, default=60, help="seconds that an answer may take")


def run(arguments: argparse.Namespace) -> int:
    """Answer until Ctrl-C."""
    from studio.cli.serve import hosting

    if not 0 <= arguments.port < 1 << 16 or arguments.most < 1 or arguments.seconds < 1:
        raise CommandError("Expected a port from 0 to 65535, and a size and a time of 1 or more.")
    is_here = is_this_computer(arguments.host)
    hosting.check(is_here=is_here)
    key = arguments.key or ("" if is_here else secrets.token_urlsafe(24))
    folder = find_run(arguments.run, arguments.runs)
    app = App(_answering(arguments, folder), Limits(arguments.most << 20, arguments.seconds), key, is_here=is_here)
    with hosting.listening(app, arguments.host, arguments.port) as (server, port):
        host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
        print(f"{folder.name} answers at http://{host}:{port}/ until Ctrl-C.", flush=True)
        if key:
            note(f"Who asks must show the key {key} (Authorization: Bearer …).")
        server()
    return 0


def is_this_computer(host: str) -> bool:
    """Whether an address can be reached from this computer alone; raises `CommandError` for what is none."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        raise CommandError(f"--host expects an address such as 127.0.0.1 or 0.0.0.0, found ‘{host:.40}’.") from None


def _answering(arguments: argparse.Namespace, folder: RunFolder) -> Answering:
    from studio.cli.serve.answering import Answering
    from studio.cli.train import torch_at_hand
    from studio.cli.training.answers import may_be_asked

    may_be_asked(folder, data=False)
    with torch_at_hand():
        from studio.worker.predicting.predictor import predictor_for
        from studio.worker.probing.errors import Failed, failures
    try:
        with failures():
            predictor = predictor_for(folder.path, arguments.checkpoint, arguments.device)
    except Failed as error:
        raise CommandError(str(error)) from error
    return Answering(predictor, str(folder.header["title"] or folder.name), folder.name)


if TYPE_CHECKING:
    from studio.cli.serve.answering import Answering
