"""``netloom serve``: answers over HTTP within bounds, to this computer alone unless asked, with keys if others may."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documents import two_ended
from PIL import Image
from trained_runs import run, trained

from studio import cli
from studio.cli.console import CommandError
from studio.cli.serve import hosting, is_this_computer
from studio.cli.serve.answering import Answering
from studio.cli.serve.app import App, Limits
from studio.runs.folder import RunFolder
from studio.worker.predicting.predictor import predictor_for

__all__ = ["run"]

Run = Callable[[str], RunFolder]
LIMITS = Limits(1 << 20, 60)


def served(folder: RunFolder, limits: Limits = LIMITS, key: str = "", *, is_here: bool = True) -> App:
    return App(Answering(predictor_for(folder.path), "digits", folder.name), limits, key, is_here=is_here)


class Asked:
    """What an application answers, without a server."""

    def __init__(self, app: App) -> None:
        self.app = app

    def __call__(self, method: str, path: str, body: bytes = b"", **more: str) -> tuple[int, Any]:
        route, _, query = path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method, "PATH_INFO": route, "QUERY_STRING": query, "HTTP_HOST": "localhost:8765",
            "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body), **more,
        }  # fmt: skip
        said: list[Any] = []
        content = b"".join(self.app(environ, lambda status, headers: said.extend((status, headers))))
        headers = dict(said[1])
        assert headers["X-Content-Type-Options"] == "nosniff"
        found = json.loads(content) if "json" in headers["Content-Type"] and content else content.decode()
        return int(said[0][:3]), found


@pytest.fixture
def images(run: Run) -> Asked:
    return Asked(served(run("images")))


def png() -> bytes:
    content = io.BytesIO()
    Image.new("L", (8, 8), 90).save(content, "PNG")
    return content.getvalue()


def test_a_file_and_values_are_answered_as_predict_does(images: Asked) -> None:
    status, found = images("POST", "/predict?name=a.png", png())
    assert status == 200 and set(found[0]) == {"class", "probability", "probabilities"}
    assert images("POST", "/predict", png(), CONTENT_TYPE="image/png") == (200, found)
    level = 90 / 255 * 16
    body = json.dumps({"examples": [np.full((1, 8, 8), level).tolist()] * 2}).encode()
    status, values = images("POST", "/predict", body, CONTENT_TYPE="application/json")
    assert status == 200 and len(values) == 2 and values[0]["probability"] == pytest.approx(found[0]["probability"])
    content = io.BytesIO()
    np.save(content, np.full((3, 1, 8, 8), level, np.float32))
    assert len(images("POST", "/predict?name=x.npy", content.getvalue())[1]) == 3


def test_it_says_what_it_is(images: Asked) -> None:
    status, page = images("GET", "/")
    assert status == 200 and "<title>" in page and images("GET", "/health") == (200, {"status": "ok"})
    about = images("GET", "/about")[1]
    assert about["inputs"][0]["shape"] == [1, 8, 8] and about["outputs"][0]["classes"][3] == "3"
    described = images("GET", "/openapi.json")[1]
    assert described["openapi"] == "3.1.0"
    for path, methods in described["paths"].items():
        for method in methods:
            assert images(method.upper(), path)[0] not in (404, 405), path
    schema = described["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert schema["properties"]["examples"]["items"]["items"]["minItems"] == 8
    assert images("HEAD", "/about") == (200, "")


BROWSER = """
const given = JSON.parse(require("fs").readFileSync(0, "utf8")), made = {};
const element = () => ({children: [], classList: {add() {}, remove() {}}, value: given.key, textContent: "",
  append(...more) { this.children.push(...more); }, replaceChildren(...more) { this.children = more; },
  insertRow() { const row = element(); this.children.push(row); return row; }});
const text = item => item.children.length ? item.children.map(text).join(" | ") : String(item.textContent);
global.document = {getElementById: id => made[id] ??= element(), createElement: element, title: ""};
global.asked = [];
global.fetch = async (path, more) => { asked.push([path, more.headers]);
  const [status, found] = given.answers[path]; return {ok: status === 200, json: async () => found}; };
new Function(/<script>([^]*?)<.script>/.exec(given.page)[1])();
const rest = () => new Promise(done => setTimeout(done, 5));
(async () => { await rest();
  const said = [document.title, text(made.about)];
  made.file.onchange({target: {files: [{name: "a b.png"}]}}); await rest();
  said.push(text(made.answers));
  made.drop.ondrop({preventDefault() {}, dataTransfer: {files: [{name: "a.zip"}]}}); await rest();
  console.log(JSON.stringify([...said, text(made.answers), asked])); })();
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="takes Node.js")
def test_the_page_asks_and_shows_what_is_answered(images: Asked) -> None:
    answers = {
        "about": images("GET", "/about"),
        "predict?name=a%20b.png": images("POST", "/predict?name=a%20b.png", png()),
        "predict?name=a.zip": images("POST", "/predict?name=a.zip", b"PK"),
    }
    given = {"page": images("GET", "/")[1], "answers": answers, "key": "secret"}
    done = subprocess.run(
        ["node", "-e", BROWSER], input=json.dumps(given), capture_output=True, text=True, timeout=60, check=True
    )
    title, about, shown, refused, asked = json.loads(done.stdout)
    (found,) = answers["predict?name=a%20b.png"][1]
    assert (title, about) == ("digits", "input1 takes 1×8×8")
    assert shown.startswith(f"1 | {found['class']} | ")
    assert float(shown.rpartition(" | ")[2]) == pytest.approx(found["probability"], rel=1e-3)
    assert refused == answers["predict?name=a.zip"][1]["error"]
    assert [path for path, _ in asked] == list(answers)
    assert all(headers == {"Authorization": "Bearer secret"} for _, headers in asked)


@pytest.mark.parametrize(
    ("method", "path", "body", "more", "status"),
    [
        ("GET", "/etc/passwd", b"", {}, 404),
        ("DELETE", "/predict", b"", {}, 405),
        ("POST", "/about", b"", {}, 405),
        ("POST", "/predict?name=a.zip", b"PK", {}, 415),
        ("POST", "/predict?name=../../a.npz", b"PK", {}, 415),
        ("POST", "/predict?name=a.png", b"", {}, 400),
        ("POST", "/predict?name=a.png", b"x", {"CONTENT_LENGTH": ""}, 411),
        ("POST", "/predict?name=a.png", b"x", {"CONTENT_LENGTH": "-5"}, 411),
        ("POST", "/predict?name=a.png", b"x", {"CONTENT_LENGTH": "9"}, 400),
        ("POST", "/predict?name=a.png", b"x", {"CONTENT_LENGTH": str(1 << 40)}, 413),
        ("POST", "/predict", b"[", {"CONTENT_TYPE": "application/json"}, 400),
        ("POST", "/predict", b'{"examples": []}', {"CONTENT_TYPE": "application/json"}, 400),
        ("POST", "/predict", b'{"examples": [[1, 2]]}', {"CONTENT_TYPE": "application/json"}, 400),
        ("POST", "/predict", b'{"examples": [{"a": "b"}]}', {"CONTENT_TYPE": "application/json"}, 400),
        ("GET", "/about", b"", {"HTTP_HOST": "evil.example"}, 403),
        ("GET", "/about", b"", {"HTTP_HOST": "[::1"}, 403),
        ("POST", "/predict", b'{"examples": [NaN]}', {"CONTENT_TYPE": "application/json"}, 400),
        ("POST", "/predict", b'{"examples": [1e999, 1%s]}' % (b"0" * 400), {"CONTENT_TYPE": "application/json"}, 400),
        ("POST", "/predict", b'{"examples": ' + b"[" * 99_999, {"CONTENT_TYPE": "application/json"}, 400),
        ("POST", "/predict?name=a.png", b"x", {"HTTP_ORIGIN": "https://evil.example"}, 403),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_sentence(
    images: Asked, method: str, path: str, body: bytes, more: dict[str, str], status: int
) -> None:
    found, content = images(method, path, body, **more)
    assert found == status and content["error"].endswith(("}.", "."))


def test_a_broken_file_is_an_error_in_its_place(images: Asked) -> None:
    status, found = images("POST", "/predict?name=a.png", b"no image")
    assert status == 200 and set(found[0]) == {"error"}


def test_a_key_is_asked_for_where_there_is_one(run: Run) -> None:
    ask = Asked(served(run("images"), key="secret", is_here=False))
    assert ask("GET", "/")[0] == 200 and ask("GET", "/about")[0] == 401
    assert ask("POST", "/predict?name=a.png", png(), HTTP_AUTHORIZATION="Bearer wrong")[0] == 401
    assert ask("POST", "/predict?name=a.png", png(), HTTP_AUTHORIZATION="Bearer secret")[0] == 200
    described = ask("GET", "/openapi.json", HTTP_AUTHORIZATION="Bearer secret")[1]
    assert described["security"] == [{"key": []}]
    assert ask("GET", "/about", HTTP_HOST="10.0.0.5:80", HTTP_AUTHORIZATION="Bearer secret")[0] == 200


def test_what_takes_too_long_is_given_up(run: Run) -> None:
    ask = Asked(served(run("images"), Limits(1 << 20, -1)))
    content = io.BytesIO()
    np.save(content, np.zeros((900, 1, 8, 8), np.float32))
    status, found = ask("POST", "/predict?name=a.npy", content.getvalue())
    assert status in (400, 503) and found["error"]


def test_several_inputs_go_by_their_ids(tmp_path: Path) -> None:
    ask = Asked(served(trained(two_ended(tmp_path, epochs=1), tmp_path / "runs")))
    example = {"picture": np.zeros((1, 4, 4)).tolist(), "size": [1, 2, 3]}
    body = json.dumps({"examples": [example]}).encode()
    status, found = ask("POST", "/predict", body, CONTENT_TYPE="application/json")
    assert status == 200 and set(found[0]["outputs"]) == {"kind", "price"}
    content = ask("GET", "/openapi.json")[1]["paths"]["/predict"]["post"]["requestBody"]["content"]
    items = content["application/json"]["schema"]["properties"]["examples"]["items"]
    assert set(items["properties"]) == set(example)


def test_texts_are_sent_as_they_are_beside_numbers(run: Run, tmp_path: Path) -> None:
    ask = Asked(served(run("written")))
    numbers = {"others": [4.0, 0.0, 1.0]}
    examples = [numbers | {"words": text} for text in ("A fine story of people", "", "zeppelin")]
    status, found = ask(
        "POST", "/predict", json.dumps({"examples": examples}).encode(), CONTENT_TYPE="application/json"
    )
    assert status == 200 and len(found) == 3
    rows = "review,stars,color\nA fine story of people,4,red\n,4,red\nzeppelin,4,red\n"
    of_file = ask("POST", "/predict?name=a.csv", rows.encode())[1]
    assert [item["probability"] for item in found] == pytest.approx([item["probability"] for item in of_file])
    wrong = json.dumps({"examples": [{"words": 3, **numbers}]}).encode()
    status, refused = ask("POST", "/predict", wrong, CONTENT_TYPE="application/json")
    assert status == 400 and "Expected 8 tokens for words" in refused["error"]
    schema = ask("GET", "/openapi.json")[1]["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
    words = schema["schema"]["properties"]["examples"]["items"]["properties"]["words"]
    assert [item["type"] for item in words["anyOf"]] == ["string", "array"]
    assert [item["texts"] for item in ask("GET", "/about")[1]["inputs"]] == [True, False]


@pytest.fixture(params=["waitress", "plain"])
def address(request: pytest.FixtureRequest, run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where a real server answers, in a thread."""
    if request.param == "plain":
        monkeypatch.setattr(hosting, "find_spec", lambda name: None)
    else:
        pytest.importorskip("waitress")
    with hosting.listening(served(run("images")), "127.0.0.1", 0) as (serve, port):
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{port}"
    thread.join(60.0)
    assert not thread.is_alive(), "it would answer whatever gets the number of its socket"


def test_a_real_server_answers_and_bounds_what_it_takes(address: str) -> None:
    with urllib.request.urlopen(f"{address}/health", timeout=20) as response:
        assert json.load(response) == {"status": "ok"}
    asked = urllib.request.Request(f"{address}/predict?name=a.png", png(), method="POST")
    with urllib.request.urlopen(asked, timeout=20) as response:
        assert "class" in json.load(response)[0]
    too_much = urllib.request.Request(f"{address}/predict?name=a.png", bytes(3 << 20), method="POST")
    with pytest.raises((urllib.error.HTTPError, urllib.error.URLError, ConnectionError)) as refused:
        urllib.request.urlopen(too_much, timeout=20)
    assert getattr(refused.value, "code", 413) == 413


def test_addresses_are_told_apart(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_this_computer("localhost") and is_this_computer("127.0.0.7") and is_this_computer("::1")
    assert not is_this_computer("0.0.0.0")
    with pytest.raises(CommandError, match="expects an address"):
        is_this_computer("example.org")
    monkeypatch.setattr(hosting, "find_spec", lambda name: None)
    assert cli.main(["serve", str(run("images").path), "--host", "0.0.0.0"]) == 2
    assert "pip install netloom[serve]" in capsys.readouterr().err
    assert cli.main(["serve", str(run("images").path), "--port", "70000"]) == 2


def test_it_answers_until_it_is_stopped(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(hosting._Threads, "serve_forever", stop)
    monkeypatch.setattr(hosting, "find_spec", lambda name: None)
    assert cli.main(["serve", str(run("images").path), "--port", "0"]) == 0
    assert "answers at http://127.0.0.1:" in capsys.readouterr().out
