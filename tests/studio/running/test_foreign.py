"""Models of other programs: what was exported comes back equal, and what cannot be compared is said."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from documents import cnn
from layer_cases import alone, cases
from safetensors.numpy import load_file, save_file

from models.document import Document
from models.importers import ImportFailed, Report, fold
from models.importers.onnx import read
from models.layers import LAYERS
from models.storage import files, templates
from studio import cli
from studio.exports import EXPORTS
from studio.running.foreign import COMPARED, import_model
from studio.worker.exporting.subject import CLOSE
from studio.worker.onnx.comparing import compare
from studio.worker.onnx.writing import write
from studio.worker.probing.errors import ProbeError
from support import ROOT, scaled

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxscript")
pytest.importorskip("onnxruntime")


MOST = 100_000_000
"""Parameters of a template."""


def exported(document: Document, path: Path) -> None:
    """Write a document as ONNX."""
    write(dict(EXPORTS["onnx"]().of_document(document, None, "Network", path).arguments))  # type: ignore[attr-defined]


def back(path: Path) -> tuple[Document, float]:
    """The document of an ONNX file, and how far its outputs lie from those of the file."""
    report = Report(path.name)
    found = read(path, report)
    folded = fold(found.recorded, report)
    save_file(folded.arrays(found.weights, report), path.with_suffix(".safetensors"))
    given = {"original": str(path), "weights": str(path.with_suffix(".safetensors")), "batch": found.batch}
    return folded.document, compare(given | {"document": files.to_json(folded.document)})["difference"]


def test_a_network_goes_out_and_comes_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exported(cnn(), tmp_path / "net.onnx")
    target = tmp_path / "back.netloom"
    assert cli.main(["import", str(tmp_path / "net.onnx"), "-o", str(target), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["equal"] and told["parameters"] == told["total"] == 1042 and told["difference"] <= CLOSE
    document = files.read_whole(target)
    expected = [node for node in cnn().network if node.kind != "Dropout"]  # which an answer does without
    assert [node.kind for node in document.network] == [node.kind for node in expected]
    assert {"conv1", "bn1", "relu1", "pool1", "fc1"} <= {node.id for node in document.network}
    weights = load_file(target.with_suffix(".safetensors"))
    assert weights["conv1.weight"].shape == (6, 1, 3, 3) and "bn1.running_var" in weights
    assert document.training["start_file"] == "back.safetensors"


@pytest.mark.soak
def test_every_template_comes_back(tmp_path: Path) -> None:
    every = [template.name for template in templates.available() if template.parameters < scaled(MOST)]
    for name in Random(2).sample(every, scaled(len(every))):
        exported(templates.load(name), tmp_path / "net.onnx")
        assert back(tmp_path / "net.onnx")[1] <= CLOSE, name


@pytest.mark.soak
def test_every_kind_comes_back_or_the_operator_that_lacks_is_named(tmp_path: Path) -> None:
    kinds = [kind for kind in LAYERS if not LAYERS[kind].is_input and not LAYERS[kind].is_output]
    came, lacking = set(), {}
    chosen = Random(3).sample(kinds, scaled(len(kinds)))
    for kind in chosen:
        for case in [case for case in cases(kind, 12, "onnx") if case.outputs is not None][: scaled(3)]:
            try:
                exported(alone(case), tmp_path / "net.onnx")
                assert back(tmp_path / "net.onnx")[1] <= CLOSE, kind
                came.add(kind)
            except (ImportFailed, ProbeError) as error:
                lacking[kind] = str(error)
                assert str(error).endswith(".")
    assert len(came) >= 0.8 * len(chosen) - 1, lacking


def test_what_is_not_compared_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tensors = [onnx.numpy_helper.from_array(np.eye(3, dtype=np.float32), "m")]
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("MatMul", ["x", "m"], ["y"])], "net",
        [onnx.helper.make_tensor_value_info("x", 1, ["N", 3])], [onnx.helper.make_tensor_value_info("y", 1, None)],
        tensors,
    )  # fmt: skip
    path = tmp_path / "net.onnx"
    path.write_bytes(onnx.helper.make_model(graph, ir_version=9).SerializeToString())
    module, _, extra = COMPARED[".onnx"]
    monkeypatch.setitem(COMPARED, ".onnx", (module, ("no_such_package",), extra))
    outcome = import_model(path, {})
    outcome.compare()
    folder = outcome.folder
    assert outcome.report.difference is None and "no_such_package" in outcome.report.verdict()
    outcome.close()
    assert not folder.exists()
    with pytest.raises(ImportFailed, match=r"there is no file none\.onnx"):
        import_model(tmp_path / "none.onnx", {})


def test_other_weights_are_seen_in_the_comparison(tmp_path: Path) -> None:
    exported(cnn(), tmp_path / "net.onnx")
    document, difference = back(tmp_path / "net.onnx")
    assert difference <= CLOSE
    weights: dict[str, Any] = load_file(tmp_path / "net.safetensors")
    save_file(weights | {"fc1.bias": weights["fc1.bias"] + 1}, tmp_path / "other.safetensors")
    given = {"original": str(tmp_path / "net.onnx"), "weights": str(tmp_path / "other.safetensors"), "batch": 2}
    assert compare(given | {"document": files.to_json(document)})["difference"] > 0.1


def test_a_file_that_cannot_be_read_ends_with_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "net.onnx").write_bytes(b"torn")
    assert cli.main(["import", str(tmp_path / "net.onnx"), "-o", str(tmp_path / "net.netloom")]) == 2
    assert "Nothing was imported. net.onnx is no ONNX model" in capsys.readouterr().err
    assert not (tmp_path / "net.netloom").exists()


def test_keras_files_become_documents(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("h5py")
    monkeypatch.setitem(COMPARED, ".keras", ("", ("no_such_package",), "onnx"))  # which would take a process
    target = tmp_path / "words.netloom"
    assert cli.main(["import", str(ROOT / "tests/golden/keras/words.keras"), "-o", str(target)]) == 0
    said = capsys.readouterr().out
    assert "Parameters: 380 of 380, and 28 that the source does not have." in said
    assert "Approximated: 2 things" in said and "not compared: This needs no_such_package" in said
    assert [node.kind for node in files.read_whole(target).network][:3] == ["Input", "Embedding", "LSTM"]
    assert "embedding.weight" in load_file(target.with_suffix(".safetensors"))
