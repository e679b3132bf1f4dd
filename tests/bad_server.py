"""A server on this computer that sends a file over HTTPS: well, or in one of the ways in which servers fail."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CERTIFICATE = Path(__file__).parent / "certificates" / "localhost.pem"
"""A certificate for localhost with its key, made for these tests alone."""


class Server(ThreadingHTTPServer):
    """``way`` is how it answers; ``asked`` are the first bytes that were asked for."""

    daemon_threads = True

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = content
        self.contents: dict[str, bytes] = {}
        self.way = "good"
        self.asked: list[int] = []
        self.over = threading.Event()

    def url(self, scheme: str = "https", name: str = "file") -> str:
        """Where the file is, or one of several ``contents`` by its name."""
        return f"{scheme}://localhost:{self.server_address[1]}/{name}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        way, content = self.server.way, self.server.contents.get(self.path[1:], self.server.content)
        begin = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        self.server.asked.append(begin)
        if way in ("http", "loop"):
            self.send_response(302)
            self.send_header("Location", self.server.url("http" if way == "http" else "https"))
            self.end_headers()
            return
        if way == "gone":
            self.send_error(404)
            return
        begin = 0 if way == "whole" else begin
        self.send_response(206 if begin else 200)
        if begin:
            first = begin + 7 if way == "elsewhere" else begin
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Type", "text/html; charset=utf-8" if way == "page" else "application/octet-stream")
        body = {"longer": content + b"x" * 9, "other": bytes(len(content)), "shorter": content[:-5]}.get(way, content)
        if way not in ("endless", "truncated") or begin:
            self.send_header("Content-Length", str(len(body) - begin))
        self.end_headers()
        self._send(way, body[begin:], begin)

    def _send(self, way: str, body: bytes, begin: int) -> None:
        try:
            if way == "endless":
                for _ in range(64):
                    self.wfile.write(body)
            elif way in ("truncated", "silent") and not begin:
                self.wfile.write(body[: len(body) // 2])
                self.wfile.flush()
                if way == "silent":
                    self.server.over.wait(10)
            elif way == "slow":
                for start in range(0, len(body), len(body) // 8):
                    self.wfile.write(body[start : start + len(body) // 8])
                    self.wfile.flush()
                    time.sleep(0.002)
            else:
                self.wfile.write(body)
        except OSError:
            pass  # who asked has gone

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(content: bytes) -> Iterator[tuple[Server, ssl.SSLContext]]:
    """A server, and what trusts its certificate."""
    server = Server(content)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(CERTIFICATE)
    server.socket = own.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=lambda: server.serve_forever(0.02), daemon=True)
    thread.start()
    try:
        yield server, ssl.create_default_context(cafile=str(CERTIFICATE))
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
