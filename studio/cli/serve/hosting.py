"""What listens: waitress, a well-kept server, where it is installed; for this computer alone the standard library does.

Python's own server says of itself that it is not for production, so others are answered by waitress only.
"""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from studio.cli.console import CommandError

if TYPE_CHECKING:
    from studio.cli.serve.app import App

MISSING = "Others than this computer are answered by waitress: pip install netloom[serve]"
PATIENCE = 20
"""Seconds that a connection may say nothing."""
MOST_THREADS, MOST_CONNECTIONS = 4, 64
Serve = Callable[[], object]


def check(*, is_here: bool) -> None:
    """Raise `CommandError` where nothing installed may listen there."""
    if not is_here and find_spec("waitress") is None:
        raise CommandError(MISSING)


@contextmanager
def listening(app: App, host: str, port: int) -> Iterator[tuple[Serve, int]]:
    """A server at an address: what makes it answer until Ctrl-C, and its port. Raises `CommandError`."""
    make = _waitress if find_spec("waitress") is not None else _plain
    try:
        server, serve, found = make(app, host, port)
    except OSError as error:
        reason = error.strerror or error
        raise CommandError(f"Port {port} cannot be listened on: {reason}. Choose another with --port.") from error

    is_closed = threading.Event()

    def until_stopped() -> None:
        try:
            with suppress(KeyboardInterrupt):
                serve()
        except OSError:
            if not is_closed.is_set():  # else another thread has closed what waitress was looking at
                raise

    try:
        yield until_stopped, found
    finally:
        is_closed.set()
        server.close()


def _waitress(app: App, host: str, port: int) -> tuple[Any, Serve, int]:
    from waitress.server import create_server

    server: Any = create_server(
        app, host=host, port=port, threads=MOST_THREADS, connection_limit=MOST_CONNECTIONS, channel_timeout=PATIENCE,
        max_request_body_size=app.most, ident="netloom",
    )  # fmt: skip
    return server, server.run, int(server.effective_port)


class _Handler(WSGIRequestHandler):
    timeout = PATIENCE
    server_version = "netloom"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: what is asked is nobody's business."""


class _Threads(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = MOST_THREADS

    def __init__(self, address: tuple[str, int]) -> None:
        self._room = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._answers = False
        super().__init__(address, _Handler)

    def serve_forever(self, poll_interval: float = 0.5) -> None:
        """Answer until Ctrl-C, or until another thread closes this."""
        self._answers = True
        try:
            super().serve_forever(poll_interval)
        finally:
            self._answers = False

    def close(self) -> None:
        """Answer nobody any more, then listen no more: what waits at a closed socket waits at the next that opens."""
        if self._answers:
            self.shutdown()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer on a thread, where there is room for one more."""
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, then make room."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Somebody has hung up."""


def _plain(app: App, host: str, port: int) -> tuple[Any, Serve, int]:
    server = _Threads((host, port))
    server.set_app(app)
    return server, server.serve_forever, int(server.server_port)
