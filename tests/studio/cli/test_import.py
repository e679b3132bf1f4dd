"""``netloom import``: a file of PyTorch code in the terminal, from its source to a document that trains on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from models.storage import files
from studio.cli import main
from support import ROOT

SOURCE = """
import torch
from torch import nn

class Layer(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(width, width)
    def forward(self, x):
        return torch.relu(self.fc(x)) + x

class Net(nn.Module):
    def __init__(self, width, classes=3):
        super().__init__()
        self.layers = nn.Sequential(Layer(width), Layer(width))
        self.head = nn.Linear(width, classes)
    def forward(self, x, scale=1.0):
        return {"logits": self.head(self.layers(x)) * scale}
"""


def test_a_file_becomes_a_document_with_its_weights_beside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole way, which starts a process that imports torch: over a second."""
    file, output = tmp_path / "net.py", tmp_path / "net.netloom"
    file.write_text(SOURCE)
    arguments = json.dumps({"width": 4, "classes": 2, "scale": 2.0})
    command = ["import", f"{file}:Net", "--input", "4", "--args", arguments, "-o", str(output), "--format", "json"]
    assert main(command) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["equal"] is True and report["parameters"] == report["total"] == 50
    assert report["counts"]["left_out"] == report["counts"]["approximated"] == 0
    document, problems = files.read(output)
    assert problems == [] and document.network["layers"].kind == "Layer"
    assert document.network["layers"].params == {"repeat": 2} and document.network["logits"].kind == "Output"
    weights = load_file(tmp_path / "net.safetensors")
    assert sorted(weights) == [
        "head.bias", "head.weight", "layers.0.fc.bias", "layers.0.fc.weight", "layers.1.fc.bias", "layers.1.fc.weight",
    ]  # fmt: skip
    assert document.content.section("training") == {"start_from": "file", "start_file": "net.safetensors"}


def test_an_exported_program_becomes_a_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole way, with the comparison in a process that imports torch: over a second."""
    output = tmp_path / "words.netloom"
    assert main(["import", str(ROOT / "tests/golden/exported/words.pt2"), "-o", str(output), "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["equal"] and report["difference"] <= 1e-5 and report["unused"] == 6
    assert load_file(tmp_path / "words.safetensors")["table.weight"].shape == (9, 4)


def test_a_network_of_dictionaries_is_refused_with_a_wrapper(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole way, which starts a process that imports torch: over a second."""
    (tmp_path / "net.py").write_text(SOURCE.replace("self, x, scale=1.0", "self, batch").replace(
        "self.layers(x)) * scale", "self.layers(batch['image']))"))  # fmt: skip
    assert main(["import", f"{tmp_path}/net.py", "--input", "4", "--args", '{"width": 4}', "-o", "x.netloom"]) == 2
    told = capsys.readouterr().err
    assert "net.py, line 18: the forward of Net takes a dictionary as ‘batch’" in told
    assert 'def forward(self, image): return self.network({"image": image})' in told


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["{}/no.py", "--input", "3"], "expected a file of Python"),
        (["{}/net.py"], "such as --input 3x224x224"),
        (["{}/net.py", "--input", "wide"], "such as 3x224x224 or 128:int"),
    ],
)
def test_what_cannot_be_imported_is_a_sentence(
    tmp_path: Path, options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "net.py").write_text(SOURCE)
    command = ["import", *(option.format(tmp_path) for option in options), "-o", str(tmp_path / "x.netloom")]
    assert main(command) == 2
    assert words in capsys.readouterr().err and not (tmp_path / "x.netloom").exists()
    assert main([*command, "--format", "json"]) == 2
    assert words in json.loads(capsys.readouterr().out)["failure"]
