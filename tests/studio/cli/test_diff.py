"""``netloom diff``: exit codes like those of diff, differences in words and as JSON, moved cards aside."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from documents import mlp

from models.document import Document
from models.document.edits import Edit, Move, Rename, SetParam, SetSection
from models.storage import files
from studio import cli
from studio.runs.folder import RunFolder

Diff = Callable[..., tuple[int, list[str], str]]


@pytest.fixture
def diff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Diff:
    """Compare in a folder of its own; gives exit code, lines and what was said on standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NETLOOM_RUNS", str(tmp_path / "runs"))

    def call(*arguments: str) -> tuple[int, list[str], str]:
        code = cli.main(["diff", *arguments])
        output = capsys.readouterr()
        return code, output.out.splitlines(), output.err

    return call


def written(name: str, *edits: Edit) -> Document:
    document = mlp()
    for edit in edits:
        document.apply(edit)
    files.write(document, name)
    return document


def test_equal_documents_end_with_0_though_cards_moved(diff: Diff) -> None:
    written("a.netloom")
    written("b.netloom", Move({"fc1": (40, 40)}))
    assert diff("a.netloom", "a.netloom")[:2] == (0, ["--- a.netloom", "+++ a.netloom", "No difference."])
    assert diff("a.netloom", "b.netloom")[:2] == (
        0, ["--- a.netloom", "+++ b.netloom", "No difference.", "1 card moved."],
    )  # fmt: skip


def test_differences_end_with_1_and_tell_their_effect(diff: Diff) -> None:
    written("a.netloom")
    written(
        "b.netloom", SetParam("fc1", "out_features", 20), Rename("fc2", "head"), SetSection("data", {"source": "wine"})
    )
    code, lines, said = diff("a.netloom", "b.netloom")
    assert (code, said) == (1, "")
    assert lines[2:] == [
        "~ changed  fc1 (Linear): out_features 16 → 20",
        "= renamed  head (Linear): renamed from fc2",
        "~ changed  data: source iris → wine",
        "Shapes: fc1 16 → 20, relu1 16 → 20",
        "Total: 131 → 163 parameters (+32), 112 → 140 multiply-adds (+28), 156 → 188 bytes of activations (+32)",
    ]


def test_json_holds_the_same(diff: Diff) -> None:
    written("a.netloom")
    written("b.netloom", SetParam("fc1", "out_features", 20), Move({"fc1": (1, 1)}))
    code, lines, _ = diff("a.netloom", "b.netloom", "--format", "json")
    value = json.loads("\n".join(lines))
    assert code == 1 and value["equal"] is False and value["moved"] == ["fc1"]
    assert value["differences"] == [
        {
            "part": "layer", "what": "changed", "before": "fc1", "after": "fc1", "kind": "Linear", "scope": "",
            "changes": [{"field": "out_features", "before": 16, "after": 20}],
        }
    ]  # fmt: skip
    assert value["shapes"][0] == {"layer": "fc1", "before": [16], "after": [20]}
    assert value["totals"]["parameters"] == {"before": 131, "after": 163}


def test_runs_are_compared_by_their_documents(diff: Diff, tmp_path: Path) -> None:
    content = files.format_json(files.to_json(written("a.netloom", SetParam("fc1", "out_features", 20))))
    run = RunFolder.create(tmp_path / "runs", content, "", {"name": "Wide"})
    written("b.netloom")
    code, lines, _ = diff(run.id, "b.netloom")
    assert code == 1 and lines[0] == "--- Wide" and "out_features 20 → 16" in lines[2]
    assert diff(str(run.path), "a.netloom")[0] == 0


def test_one_document_is_compared_with_git(diff: Diff, tmp_path: Path) -> None:
    written("a.netloom")
    about = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], ["add", "a.netloom"], [*about, "commit", "-q", "-m", "A net"]):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True, capture_output=True)
    assert diff("a.netloom")[0] == 0
    written("a.netloom", SetParam("fc1", "out_features", 20))
    code, lines, _ = diff("a.netloom")
    assert code == 1 and lines[0] == "--- a.netloom in git (HEAD)" and "out_features 16 → 20" in lines[2]


@pytest.mark.parametrize("content", [b"", b"no JSON", b"{}", None])
def test_what_cannot_be_read_ends_with_2(diff: Diff, content: bytes | None) -> None:
    written("a.netloom")
    if content is not None:
        Path("b.netloom").write_bytes(content)
    code, lines, said = diff("a.netloom", "b.netloom")
    assert code == 2 and not lines and said.startswith("netloom: ")


def test_damaged_documents_are_compared_after_a_word_alone(diff: Diff) -> None:
    written("a.netloom")
    Path("b.netloom").write_bytes(Path("a.netloom").read_bytes()[:200])
    code, lines, said = diff("a.netloom", "b.netloom")
    assert code == 2 and not lines and "b.netloom is damaged" in said
    assert diff("a.netloom", "b.netloom", "--salvage")[0] == 1
