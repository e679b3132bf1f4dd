"""Keras files as documents: two that Keras 3.15 wrote, with what it answered, and files that cannot be read."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from models.codegen.module import generate
from models.document import Document
from models.importers import ImportFailed, Report, fold
from models.importers.keras import read
from models.importers.keras.files import KerasFile, snake_case
from models.importers.keras.layers import LAYERS
from models.storage.files import to_json
from studio.worker.onnx.comparing import compare
from studio.worker.training.plan import load_model
from support import ROOT

pytest.importorskip("onnx")
h5py = pytest.importorskip("h5py")

GOLDEN = ROOT / "tests" / "golden" / "keras"
Array = np.ndarray[Any, Any]


def imported(path: Path) -> tuple[Document, dict[str, Array], Report]:
    report = Report(path.name)
    found = read(path, report)
    folded = fold(found.recorded, report)
    return folded.document, folded.arrays(found.weights, report), report


def answers(document: Document, arrays: Mapping[str, Array], given: Array) -> tuple[torch.Tensor, ...]:
    source = generate(document.network, document.analysis, "Net")
    assert not source.left_out
    network = load_model(source.text, Path("net.py"), source.class_name).eval()
    network.load_state_dict({name: torch.tensor(array) for name, array in arrays.items()}, strict=False)
    with torch.no_grad():
        found = network(torch.tensor(given))
    return found if isinstance(found, tuple) else (found,)


@pytest.mark.parametrize("name", ["images", "words"])
def test_it_answers_as_keras_did(name: str) -> None:
    document, arrays, _ = imported(GOLDEN / f"{name}.keras")
    told = np.load(GOLDEN / f"{name}.npz")
    given = told["x"].transpose(0, 3, 1, 2) if name == "images" else told["x"]
    found = answers(document, arrays, given)
    assert len(found) == len(told.files) - 1
    for place, mine in enumerate(found):
        np.testing.assert_allclose(mine.numpy(), told[f"y{place}"], atol=2e-6)


@pytest.mark.parametrize("name", ["images", "words"])
def test_it_is_compared_with_its_layers_by_definition(tmp_path: Path, name: str) -> None:
    pytest.importorskip("onnxruntime")
    report = Report(name)
    found = read(GOLDEN / f"{name}.keras", report)
    folded = fold(found.recorded, report)
    (tmp_path / "model.onnx").write_bytes(found.model)
    about = {"original": str(tmp_path / "model.onnx"), "weights": str(tmp_path / "w.safetensors"), "batch": 0}
    about["document"] = to_json(folded.document)
    arrays = folded.arrays(found.weights, report)
    for change, close in ((0, True), (1, False)):
        save_file({name: array + np.float32(change) for name, array in arrays.items()}, tmp_path / "w.safetensors")
        assert (compare(about)["difference"] <= 1e-5) == close


def legacy(name: str, target: Path) -> Path:
    """A golden file as Keras 2 would have saved it: no shapes but of inputs, weights under names of layers."""
    file = KerasFile(GOLDEN / f"{name}.keras")
    whole: dict[str, Any] = json.loads(json.dumps(file.config))
    with h5py.File(target, "w") as made:
        groups = made.create_group("model_weights")

        def weights(about: dict[str, Any], place: str) -> Iterator[tuple[str, Array]]:
            config, kind = about["config"], about["class_name"]
            if "layers" in config:
                inner = config["layers"]
                for each, at in zip(inner, file.places(inner, file.holder(f"{place}/" if place else "")), strict=True):
                    yield from ((f"{each['config']['name']}/{rest}", array) for rest, array in weights(each, at))
            ways = {"Bidirectional": ("forward_layer/cell", "backward_layer/cell"), "TimeDistributed": ("layer",)}
            for part in ways.get(kind, ("cell",) if kind in ("LSTM", "GRU", "SimpleRNN") else ("",)):
                way = {"f": "forward_", "b": "backward_"}.get(part[:1], "")
                yield from (
                    (f"{way}w{number}:0", a) for number, a in enumerate(file.arrays(f"{place}/{part}".rstrip("/")))
                )

        layers = whole["config"]["layers"]
        for about, place in zip(layers, file.places(layers, file.holder("")), strict=True):
            group = groups.create_group(about["config"]["name"])
            held = list(weights(about, place))
            group.attrs["weight_names"] = [path.encode() for path, _ in held]
            for path, array in held:
                group[path] = array
            about.pop("build_config", None)
        made.attrs["model_config"] = json.dumps(whole)
        made.attrs["keras_version"] = "2.15.0"
    return target


@pytest.mark.parametrize("name", ["images", "words"])
def test_a_file_of_keras_2_answers_as_keras_did(name: str, tmp_path: Path) -> None:
    document, arrays, report = imported(legacy(name, tmp_path / f"{name}.h5"))
    assert report.total == imported(GOLDEN / f"{name}.keras")[2].total
    told = np.load(GOLDEN / f"{name}.npz")
    given = told["x"].transpose(0, 3, 1, 2) if name == "images" else told["x"]
    for place, mine in enumerate(answers(document, arrays, given)):
        np.testing.assert_allclose(mine.numpy(), told[f"y{place}"], atol=2e-6)


def test_a_chain_of_keras_2_without_shapes_and_with_its_own_functions(tmp_path: Path) -> None:
    convolution = {"name": "c", "filters": 2, "kernel_size": [3, 3], "padding": "same", "activation": "hard_sigmoid",
                   "batch_input_shape": [None, 4, 4, 1]}  # fmt: skip
    layers = [{"class_name": "Conv2D", "config": convolution}, {"class_name": "Flatten", "config": {"name": "f"}}]
    rng = np.random.default_rng(0)
    kernel, bias = rng.normal(size=(3, 3, 1, 2)).astype("f"), np.ones(2, "f")
    with h5py.File(tmp_path / "m.h5", "w") as made:
        made.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"layers": layers}})
        group = made.create_group("model_weights/c")
        group.attrs["weight_names0"], group.attrs["weight_names1"] = [b"c/kernel:0"], [b"c/bias:0"]
        group["c/kernel:0"], group["c/bias:0"] = kernel, bias
    document, arrays, _ = imported(tmp_path / "m.h5")
    x = rng.normal(size=(3, 1, 4, 4)).astype("f")
    inner = torch.nn.functional.conv2d(
        torch.tensor(x), torch.tensor(kernel.transpose(3, 2, 0, 1)), torch.ones(2), padding=1
    )
    expected = (inner * 0.2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1).flatten(1)
    torch.testing.assert_close(answers(document, arrays, x)[0], expected, rtol=1e-5, atol=1e-6)


def test_weights_of_keras_alone_are_named(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "w.h5", "w") as made:
        made.create_group("model_weights")
    with pytest.raises(ImportFailed, match="perhaps weights alone: save the whole model"):
        read(tmp_path / "w.h5", Report("w.h5"))
    (tmp_path / "w.h5").write_bytes(b"torn")
    with pytest.raises(ImportFailed, match=r"w\.h5 is damaged or cut off"):
        read(tmp_path / "w.h5", Report("w.h5"))


def test_layers_keep_their_names_settings_and_weights() -> None:
    document, arrays, report = imported(GOLDEN / "images.keras")
    network = document.network
    assert network["image"].params["shape"] == [2, 8, 8]
    assert network["norm"].params == {"eps": 0.001, "momentum": 0.01}
    assert network["stem"].kind == network["depthwise"].kind == "Conv2d" and network["up"].kind == "ConvTranspose2d"
    assert arrays["depthwise.weight"].shape == (4, 1, 3, 3)
    assert report.parameters == report.total and not report.of("approximated") and not report.of("left out")
    (entry,) = (entry for entry in report.of("taken") if entry.place == "image")
    assert "channels come first" in entry.why


def test_a_model_that_is_called_twice_shares_its_weights() -> None:
    network = imported(GOLDEN / "images.keras")[0].network
    linear = [node for node in network if node.kind == "Linear" and "dense" in node.id]
    assert len(linear) == 4 and len({node.attribute for node in linear}) == 2


def test_what_recurrent_layers_have_twice_is_told() -> None:
    _, _, report = imported(GOLDEN / "words.keras")
    assert {entry.what for entry in report.of("approximated")} == {"Bidirectional", "SimpleRNN"}
    # LSTM in both directions with 3 states and 4 gates, and a plain layer of 4.
    assert report.parameters - report.total == 2 * 4 * 3 + 4


def changed(source: str, target: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A golden file with another configuration."""
    with zipfile.ZipFile(GOLDEN / f"{source}.keras") as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(contents["config.json"])
    change(config)
    contents["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return target


def layer_called(config: dict[str, Any], name: str) -> dict[str, Any]:
    return next(item for item in config["config"]["layers"] if item["config"]["name"] == name)


def lambda_(config: dict[str, Any]) -> None:
    layer_called(config, "activation")["class_name"] = "Lambda"


def own_class(config: dict[str, Any]) -> None:
    layer_called(config, "activation").update(module="my.layers", class_name="Activation", registered_name="My>Layer")


def own_activation(config: dict[str, Any]) -> None:
    layer_called(config, "stem")["config"]["activation"] = {"class_name": "function", "config": "my_function"}


def circle(config: dict[str, Any]) -> None:
    tensor = layer_called(config, "norm")["inbound_nodes"][0]["args"][0]
    tensor["config"]["keras_history"] = ["plus", 0, 0]


def no_input(config: dict[str, Any]) -> None:
    config["class_name"] = "Sequential"
    del config["config"]["layers"][0]


def other_model(config: dict[str, Any]) -> None:
    config["class_name"] = "MyModel"


def odd_settings(config: dict[str, Any]) -> None:
    layer_called(config, "stem")["config"]["strides"] = {"x": 1}


def open_sizes(config: dict[str, Any]) -> None:
    layer_called(config, "image")["config"]["batch_shape"] = [None, None, None, 2]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda_, r"activation \(Lambda\) holds code of its own, which is never run"),
        (own_class, r"activation \(Activation\) is of a class of its own"),
        (own_activation, "stem .* the activation “function” is not read"),
        (circle, "reads what no layer gives"),
        (no_input, "has never been built"),
        (other_model, "expected a Sequential or Functional model, found MyModel"),
        (odd_settings, r"stem \(Conv2D\): its settings or weights are not as expected"),
        (open_sizes, "image has open sizes"),
    ],
)
def test_what_cannot_be_read_is_named(change: Callable[[dict[str, Any]], None], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match=sentence):
        imported(changed("images", tmp_path / "net.keras", change))


def test_a_gru_that_resets_before_its_matrix_is_named_with_what_to_do(tmp_path: Path) -> None:
    file = changed(
        "words", tmp_path / "net.keras", lambda c: layer_called(c, "gru")["config"].update(reset_after=False)
    )
    with pytest.raises(ImportFailed, match=r"^gru \(GRU\): it resets before .* Train it with reset_after=True\.$"):
        imported(file)


def test_files_that_are_torn_or_none_are_named(tmp_path: Path) -> None:
    whole = (GOLDEN / "words.keras").read_bytes()
    path = tmp_path / "net.keras"
    for content in (b"", b"\x89HDF no zip", whole[: len(whole) // 2]):
        path.write_bytes(content)
        with pytest.raises(ImportFailed, match="is no Keras file"):
            imported(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "[" * 100_000)
        archive.writestr("model.weights.h5", b"none")
    with pytest.raises(ImportFailed, match="is no JSON object"):
        imported(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "{}")
    with pytest.raises(ImportFailed, match=r"holds no model\.weights\.h5"):
        imported(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", b"none")
    with pytest.raises(ImportFailed, match=r"model\.weights\.h5 in net\.keras is damaged"):
        imported(path)


def test_weights_that_lie_in_another_file_are_not_followed(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "secret.h5", "w") as other:
        other["kernel"] = np.ones((4, 3), np.float32)
    content = io.BytesIO()
    with h5py.File(content, "w") as made:
        made["layers/dense/vars/0"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "kernel")
    dense = {"class_name": "Dense", "config": {"name": "dense", "units": 3, "activation": "linear", "use_bias": False}}
    start = {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 4], "dtype": "float32"}}
    with zipfile.ZipFile(tmp_path / "net.keras", "w") as archive:
        archive.writestr("config.json", json.dumps({"class_name": "Sequential", "config": {"layers": [start, dense]}}))
        archive.writestr("model.weights.h5", content.getvalue())
    with pytest.raises(ImportFailed, match="lead to another file, which is not read"):
        imported(tmp_path / "net.keras")


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("Conv2DTranspose", "conv2d_transpose"), ("LSTM", "lstm"), ("SimpleRNN", "simple_rnn"),
        ("LeakyReLU", "leaky_re_lu"), ("UpSampling2D", "up_sampling2d"), ("BatchNormalization", "batch_normalization"),
    ],
)  # fmt: skip
def test_weights_are_found_by_the_name_of_the_class(name: str, snake: str) -> None:
    assert snake_case(name) == snake and name in LAYERS
