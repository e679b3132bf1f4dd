"""The server as a WSGI application (PEP 3333): a page to try it, what it offers as OpenAPI, and predictions."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn
from urllib.parse import parse_qs, urlsplit

from studio.cli.serve.description import PAGE, openapi
from studio.cli.serve.refused import Refused

if TYPE_CHECKING:
    from studio.cli.serve.answering import Answering

JSON, HTML = "application/json; charset=utf-8", "text/html; charset=utf-8"
TYPES = {
    "image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif", "image/bmp": ".bmp",
    "text/csv": ".csv", "text/plain": ".txt", "audio/wav": ".wav", "audio/x-wav": ".wav", "audio/vnd.wave": ".wav",
    "application/octet-stream": ".npy",
}  # fmt: skip
"""By the type of a body the ending of its file, where it is not called."""
ENDINGS = {*TYPES.values(), ".jpeg", ".tsv", ".tif", ".tiff", ".md", ".text"}
"""Files that are taken: none that is unpacked."""
SECURE = [
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
     "connect-src 'self'; img-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
]  # fmt: skip
HERE = {"localhost", "127.0.0.1", "::1"}
Start = Callable[[str, list[tuple[str, str]]], object]


class Limits(NamedTuple):
    """Bytes of a body, and seconds that an answer may take."""

    size: int
    seconds: float


class Said(NamedTuple):
    """A response."""

    status: str
    type: str
    content: bytes


class App:
    """Answers one request after another. ``is_here`` tells that this computer alone can ask; then requests that other
    sites make a browser send are refused. With a ``key`` predictions need it."""

    def __init__(self, answering: Answering, limits: Limits, key: str = "", *, is_here: bool = True) -> None:
        self._answering, self._limits, self._key, self._is_here = answering, limits, key, is_here
        self.most = limits.size

    def __call__(self, environ: Mapping[str, Any], start: Start) -> Iterable[bytes]:
        """Answer a request as WSGI asks for it."""
        try:
            said = self._answer(environ)
        except Refused as error:
            said = _json(error.status, {"error": str(error)})
        length = ("Content-Length", str(len(said.content)))
        start(said.status, [("Content-Type", said.type), length, *SECURE])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [said.content]

    def _answer(self, environ: Mapping[str, Any]) -> Said:
        self._check_origin(environ)
        path, method = environ.get("PATH_INFO") or "/", environ["REQUEST_METHOD"]
        shown: dict[str, Callable[[], Said]] = {
            "/": lambda: Said("200 OK", HTML, PAGE.encode()),
            "/openapi.json": lambda: _json("200 OK", openapi(self._answering.about(), self._limits.size, self._key)),
            "/about": lambda: _json("200 OK", self._answering.about()),
            "/health": lambda: _json("200 OK", {"status": "ok"}),
        }
        if path not in shown and path != "/predict":
            raise Refused("404 Not Found", f"There is no {path[:40]}. See /openapi.json for what there is.")
        if method not in (("GET", "HEAD") if path in shown else ("POST",)):
            raise Refused("405 Method Not Allowed", f"{path} is asked with {'GET' if path in shown else 'POST'}.")
        if path != "/health" and path != "/":
            self._check_key(environ)
        return shown[path]() if path in shown else _json("200 OK", self._predict(environ))

    def _predict(self, environ: Mapping[str, Any]) -> list[dict[str, Any]]:
        content, kind = self._body(environ), str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()
        if kind == "application/json":
            return self._answering.of_values(_examples(content), self._limits.seconds)
        (name,) = parse_qs(str(environ.get("QUERY_STRING", ""))).get("name", [""])[:1]
        ending = Path(name).suffix.lower() if name else TYPES.get(kind, "")
        if ending not in ENDINGS:
            raise Refused(
                "415 Unsupported Media Type",
                "Expected an image, a .csv, a .wav, a .npy, a text or JSON; name it as in ?name=a.png.",
            )
        return self._answering.of_file(f"sent{ending}", content, self._limits.seconds)

    def _body(self, environ: Mapping[str, Any]) -> bytes:
        """What was sent, within its limit."""
        given = str(environ.get("CONTENT_LENGTH") or "")
        if not given.isdecimal():
            raise Refused("411 Length Required", "Say how long the body is (Content-Length).")
        if int(given) > self._limits.size:
            most = f"{self._limits.size >> 20:,} MB"
            raise Refused("413 Content Too Large", f"Expected at most {most}, found {int(given) / 1e6:,.0f} MB.")
        content: bytes = environ["wsgi.input"].read(int(given))
        if len(content) < int(given) or not content:
            raise Refused("400 Bad Request", "The body is empty, or ends before its length.")
        return content

    def _check_key(self, environ: Mapping[str, Any]) -> None:
        given = str(environ.get("HTTP_AUTHORIZATION", "")).removeprefix("Bearer ").strip()
        if self._key and not hmac.compare_digest(given.encode(), self._key.encode()):
            raise Refused("401 Unauthorized", "This needs the key: Authorization: Bearer KEY.")

    def _check_origin(self, environ: Mapping[str, Any]) -> None:
        """Refuse what another site has a browser send, and names that were made to lead here (DNS rebinding)."""
        host, origin = str(environ.get("HTTP_HOST", "")), str(environ.get("HTTP_ORIGIN", ""))
        if self._is_here and _hostname(host) not in HERE:
            raise Refused("403 Forbidden", "This computer alone is answered, by localhost or 127.0.0.1.")
        if origin and urlsplit(origin).netloc != host:
            raise Refused("403 Forbidden", "Pages of other sites are not answered.")


def _examples(content: bytes) -> list[Any]:
    """The examples in a JSON body."""
    try:
        found = _DECODER.decode(content.decode())
    except (ValueError, RecursionError):
        found = None
    examples = found.get("examples") if isinstance(found, dict) else None
    if not isinstance(examples, list):
        raise Refused("400 Bad Request", 'Expected JSON such as {"examples": [[1, 2, 3]]}.')
    return examples


@lru_cache(maxsize=64)
def _hostname(host: str) -> str:
    """The name or address in a Host header, "" for none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:  # brackets without an address
        return ""


def _refused(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_ENCODER = json.JSONEncoder(ensure_ascii=False)
_DECODER = json.JSONDecoder(parse_constant=_refused)
"""Whether numbers are finite is looked at once they are an array, which is much sooner done."""


def _json(status: str, content: Any) -> Said:
    return Said(status, JSON, _ENCODER.encode(content).encode())
