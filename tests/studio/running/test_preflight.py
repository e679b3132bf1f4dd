"""What is found before training starts, and that the mends mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documents import CNN, MLP, REGRESSION, Layers, chain, cnn, mlp, regression, two_ended

from models.document import Document
from models.document.edits import SetParam, SetSection
from models.storage import templates
from studio.running.preflight import preflight
from support import run_python


def codes(document: Document, devices: list[str] | None = None) -> list[str]:
    return [issue.code for issue in preflight(document, None, devices)]


@pytest.mark.parametrize("document", [mlp(), cnn(), regression()], ids=["mlp", "cnn", "regression"])
def test_sound_documents_have_nothing_in_the_way(document: Document) -> None:
    assert preflight(document, None, ["cpu"]) == []


def mended(document: Document, code: str, devices: list[str] | None = None) -> Document:
    """The document after the mend of its only finding of that code."""
    issue = next(issue for issue in preflight(document, None, devices) if issue.code == code)
    document.apply(issue.mends[0].edit)
    return document


def test_another_input_shape_is_mended_by_setting_the_inputs() -> None:
    layers: Layers = [("input1", "Input", {"shape": [3, 8, 8]}), *CNN[1:]]
    document = chain(layers, "digits")
    issue = preflight(document, None)[0]
    assert (issue.severity, issue.node) == ("error", "input1")
    assert "3×8×8" in issue.message and "1×8×8" in issue.message
    assert codes(mended(document, "data-input")) == []


def test_another_class_count_is_mended_in_the_last_layer_with_a_size() -> None:
    layers: Layers = [*MLP[:-1], ("drop1", "Dropout", {}), MLP[-1]]
    layers[3] = ("fc2", "Linear", {"out_features": 7})
    document = mended(chain(layers), "data-output")
    assert document.network["fc2"].params["out_features"] == 3
    assert codes(document) == ["dropped-answers"]


def test_the_classes_of_a_sequence_are_mended_before_the_permutation(tmp_path: Path) -> None:
    np.savez(tmp_path / "tags.npz", x=np.arange(200).reshape(20, 10) % 7, y=np.arange(200).reshape(20, 10) % 5)
    document = templates.load("lstm-tagger")
    data = {"source": "numpy", "path": str(tmp_path / "tags.npz"), "tokens": True}
    for edit in (SetParam("input1", "shape", [10]), SetSection("data", data)):
        document.apply(edit)
    document.apply(SetSection("training", {"batch_size": 4}))
    assert codes(mended(document, "data-output")) == []
    assert document.network["fc1"].params["out_features"] == 5


@pytest.mark.parametrize(
    ("layers", "source", "kind"),
    [
        ([*MLP[:-1], ("output1", "Output", {"loss": "MSELoss"})], "iris", "CrossEntropyLoss"),
        ([*REGRESSION[:-1], ("output1", "Output", {"loss": "CrossEntropyLoss"})], "diabetes", "MSELoss"),
    ],
)
def test_a_loss_for_other_targets_is_mended_by_the_right_one(layers: Layers, source: str, kind: str) -> None:
    document = mended(chain(layers, source), "data-loss")
    assert document.network["output1"].params["loss"]["kind"] == kind
    assert codes(document) == []


def test_a_device_that_is_not_there_is_mended_by_the_best_one() -> None:
    assert codes(mlp(device="cuda:3")) == []  # nobody knows yet what there is
    document = mlp(device="cuda:3")
    assert "no device cuda:3; it has cpu" in preflight(document, None, ["cpu"])[0].message
    assert codes(mended(document, "no-such-device", ["cpu"]), ["cpu"]) == []
    assert codes(mlp(device="cuda"), ["cuda:0", "cpu"]) == []


def test_a_batch_larger_than_the_set_is_a_warning() -> None:
    issue = preflight(mlp(batch_size=500), None)[0]
    assert (issue.severity, issue.code) == ("warning", "batch-beyond-data")


def test_batches_of_one_before_batch_normalization_are_refused() -> None:
    document = regression(batch_size=1)
    assert codes(document) == ["batch-of-one"]
    assert codes(mended(document, "batch-of-one")) == []
    assert codes(mlp(batch_size=1)) == []


@pytest.mark.parametrize(("share", "part"), [(0.001, "validation"), (0.999, "training")])
def test_a_share_that_leaves_a_part_empty_is_refused(share: float, part: str) -> None:
    document = mlp(data={"source": "iris", "validation": share})
    assert preflight(document, None)[0].message.startswith(f"No example of 150 is left for {part}.")
    assert codes(mended(document, "data-split")) == []


TAGGER: Layers = [
    ("input1", "Input", {"shape": [4], "dtype": "int"}),
    ("embedding1", "Embedding", {"num_embeddings": 9, "embedding_dim": 2}),
    ("flatten1", "Flatten", {}),
    ("fc1", "Linear", {"out_features": 2}),
    ("output1", "Output", {}),
]


def test_an_input_of_whole_numbers_asks_for_tokens(tmp_path: Path) -> None:
    np.savez(tmp_path / "words.npz", x=np.arange(80).reshape(20, 4) % 9, y=np.arange(20) % 2)
    document = chain(TAGGER, data={"source": "numpy", "path": str(tmp_path / "words.npz")}, batch_size=4)
    issue = preflight(document, None)[0]
    assert (issue.code, issue.node) == ("data-tokens", "input1") and "takes integers" in issue.message
    assert codes(mended(document, "data-tokens")) == []


def test_words_are_asked_for_where_data_has_none() -> None:
    (issue,) = preflight(chain(TAGGER, "iris"), None)
    assert issue.message == "input1 feeds token IDs to an Embedding, but Iris holds none." and not issue.mends
    for name, source in (("transformer", "reviews"), ("lstm-tagger", "word_tags")):
        document = templates.load(name)
        assert codes(document) == []
        document.apply(SetSection("data", {"source": "digits"}))
        assert codes(mended(document, "data-words")) == []
        assert document.data == {"source": source}


def test_numbers_can_be_taken_as_classes(tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", x=np.ones((30, 4)), y=np.arange(30) % 3 / 1.0)
    document = chain(MLP, data={"source": "numpy", "path": str(tmp_path / "data.npz")}, batch_size=8)
    (issue,) = preflight(document, None)
    assert [mend.label for mend in issue.mends] == ["Use MSELoss", "Set task to classification"]
    document.apply(issue.mends[1].edit)
    assert codes(document) == []


def test_classes_that_are_numbers_can_be_taken_as_numbers(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i / 2},{i % 6 + 1}\n" for i in range(60))
    (tmp_path / "rooms.csv").write_text("area,age,rooms\n" + rows)
    layers: Layers = [("input1", "Input", {"shape": [2]}), ("fc1", "Linear", {"out_features": 1}), REGRESSION[-1]]
    document = chain(layers, data={"source": "csv", "path": str(tmp_path / "rooms.csv")}, batch_size=8)
    (issue,) = preflight(document, None)
    assert [mend.label for mend in issue.mends] == ["Use CrossEntropyLoss", "Set task to regression"]
    document.apply(issue.mends[1].edit)
    assert codes(document) == []


def test_images_without_their_channel_are_given_one(tmp_path: Path) -> None:
    np.savez(tmp_path / "gray.npz", x=np.random.default_rng(0).random((30, 8, 8)), y=np.arange(30) % 2)
    layers: Layers = [*CNN[:-2], ("fc2", "Linear", {"out_features": 2}), CNN[-1]]
    document = chain(layers, data={"source": "numpy", "path": str(tmp_path / "gray.npz")}, batch_size=8)
    (issue,) = preflight(document, None)
    assert issue.message == "input1 takes 1×8×8; images of NumPy arrays have no channel."
    document.apply(issue.mends[0].edit)
    assert codes(document) == []


def test_a_part_that_the_data_holds_out_itself_counts_for_the_batch_size(tmp_path: Path) -> None:
    x, y = np.ones((40, 4)), np.arange(40) % 3
    np.savez(tmp_path / "data.npz", x_train=x[:10], y_train=y[:10], x_test=x, y_test=y)
    document = chain(MLP, data={"source": "numpy", "path": str(tmp_path / "data.npz")}, batch_size=11)
    assert "more than the 10 training examples" in preflight(document, None)[0].message


def test_errors_of_the_network_come_first() -> None:
    layers: Layers = [*MLP[:2], ("conv1", "Conv2d", {}), *MLP[3:]]
    issues = preflight(chain(layers, batch_size=500), None)
    assert issues[0].severity == "error" and issues[0].node == "conv1"
    assert issues[-1].severity == "warning"


def test_of_several_outputs_each_needs_targets() -> None:
    document = chain(MLP)
    document.network.add_node(document.network["output1"].copy("output2"))
    document.analysis.recompute()
    assert "output-without-target" in codes(document)


def test_several_inputs_and_outputs_are_bound_by_one_click_a_side(tmp_path: Path) -> None:
    document = two_ended(tmp_path)
    assert not codes(document)
    free = {name: value for name, value in document.data.items() if name not in ("inputs", "targets")}
    document.apply(SetSection("data", free | {"x_name": "image", "y_name": "label"}))
    assert {"unbound-input", "output-without-target"} <= set(codes(document))
    for code, side in (("unbound-input", "inputs"), ("output-without-target", "targets")):
        found = [issue for issue in preflight(document, None) if issue.code == code]
        assert len(found) == 2 and found[0].mends == found[1].mends
        document.apply(found[0].mends[0].edit)
        assert set(document.data[side]) == ({"picture", "size"} if side == "inputs" else {"kind", "price"})
    assert not {"unbound-input", "output-without-target"} & set(codes(document))


def test_an_empty_document_is_told_how_to_begin() -> None:
    assert "empty" in codes(Document())


def test_a_network_without_weights_has_nothing_to_learn() -> None:
    assert "nothing-to-learn" in codes(chain([("input1", "Input", {"shape": [3]}), ("output1", "Output", {})]))


@pytest.mark.parametrize(
    ("training", "severity"),
    [
        ({"epochs": -1}, "error"),
        ({"optimizer": "Sgd"}, "error"),
        ({"optimizer": {"kind": "SGD", "params": {"rate": 1}}}, "error"),
        ({"speed": 9}, "warning"),
    ],
)
def test_settings_that_cannot_be_read_are_named(training: dict[str, Any], severity: str) -> None:
    issues = preflight(mlp(**training), None)
    assert [(issue.code, issue.severity) for issue in issues] == [("training-setting", severity)]


@pytest.mark.parametrize("data", [{"source": "nothing"}, {"source": "csv", "path": "none.csv"}])
def test_data_that_cannot_be_read_is_a_sentence(data: dict[str, Any], tmp_path: Path) -> None:
    issues = preflight(mlp(data=data), tmp_path / "network.netloom")
    assert [issue.code for issue in issues] == ["unreadable-data"] and issues[0].detail.endswith(".")


def test_a_setting_with_a_slip_in_its_name_is_told_beside_what_follows_from_it() -> None:
    issues = preflight(mlp(data={"source": "csv", "fiel": "houses.csv"}), None)
    assert [issue.code for issue in issues] == ["unreadable-data", "unreadable-data-setting"]
    assert "‘fiel’" in issues[1].message


def test_nesterov_without_momentum_is_a_warning() -> None:
    assert codes(mlp(optimizer={"kind": "SGD", "params": {"nesterov": True}})) == ["nesterov"]


def test_it_loads_neither_torch_nor_scikit_learn() -> None:
    code = (
        "import sys\nfrom models.storage.files import read\nfrom studio.running.preflight import preflight\n"
        "assert not preflight(read('resources/examples/digits.netloom')[0], None)\n"
        "assert not {'torch', 'sklearn', 'PySide6'} & set(sys.modules)\n"
    )
    result = run_python(code)
    assert result.returncode == 0, result.stderr


def test_nan_in_a_file_is_found_before_training(tmp_path: Path) -> None:
    x = np.zeros((20, 4))
    x[7, 2] = np.nan
    np.savez(tmp_path / "data.npz", x=x, y=np.arange(20) % 3)
    document = mlp()
    document.apply(SetSection("data", {"source": "numpy", "path": str(tmp_path / "data.npz")}))
    (issue,) = preflight(document, None)
    assert issue.severity == "error" and "the first (nan) in row 7" in issue.detail


def test_a_slip_in_a_column_is_mended_by_ignoring_it(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i or 'x'},{i},{i},{i},{'abc'[i % 3]}\n" for i in range(30))
    (tmp_path / "data.csv").write_text("a,name,b,c,d,kind\n" + rows)
    document = mlp()
    document.apply(SetSection("data", {"source": "csv", "path": str(tmp_path / "data.csv")}))
    issue = preflight(document, None)[0]
    assert issue.mends[0].label == "Set ignored columns to name"
    document.apply(SetSection("training", {"batch_size": 4}))
    assert codes(mended(document, "unreadable-data")) == []


def test_a_table_with_too_few_rows_for_the_tokens_is_mended(tmp_path: Path) -> None:
    document = templates.load("lstm-tagger")
    shape = document.analysis["input1"].shape
    assert shape
    x = np.arange(20 * shape[0]).reshape(20, -1) % 7
    x[3, 0] = 123_456
    np.savez(tmp_path / "tags.npz", x=x, y=x % 5)
    document.apply(SetSection("data", {"source": "numpy", "path": str(tmp_path / "tags.npz"), "tokens": True}))
    document.apply(SetSection("training", {"batch_size": 4}))
    document = mended(mended(document, "data-output"), "data-table")
    assert codes(document) == []
    assert 123_457 in [node.params.get("num_embeddings") for node in document.network]
    np.savez(tmp_path / "tags.npz", x=x - 1, y=x % 5)
    (issue,) = preflight(document, None)
    assert issue.message.endswith("holds -1.") and issue.detail == "Add 1 to its numbers."
