"""Real trainings that were made to show something, and such as show nothing: what the doctor is measured by."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from documents import Layers, chain

from models.document import Document

Tables = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]


class Made(NamedTuple):
    """A training: what the doctor should say of it ("" for nothing), a name, its document, and how many seeds of it."""

    code: str
    name: str
    make: Callable[[Path], Document]
    seeds: int = 1


def perceptron(
    shape: list[int], *widths: int, outputs: int, kind: str = "ReLU", between: tuple[str, ...] = (), loss: Any = None
) -> Layers:
    """An Input, hidden layers each followed by a function and what else comes between, and the answers."""
    layers: Layers = [("input1", "Input", {"shape": shape})]
    if len(shape) > 1:
        layers.append(("flatten1", "Flatten", {}))
    for place, width in enumerate(widths, 1):
        layers.append((f"fc{place}", "Linear", {"out_features": width}))
        layers += [(f"{other.lower()}{place}", other, {}) for other in between]
        layers.append((f"{kind.lower()}{place}", kind, {}))
    layers.append(("last", "Linear", {"out_features": outputs}))
    return [*layers, ("output1", "Output", {"loss": loss} if loss else {})]


def by(kind: str, rate: float, **params: float) -> dict[str, Any]:
    return {"optimizer": {"kind": kind, "params": {"lr": rate, **params}}}


def digits(
    *widths: int, kind: str = "ReLU", between: tuple[str, ...] = (), **training: Any
) -> Callable[[Path], Document]:
    layers = perceptron([1, 8, 8], *widths, outputs=10, kind=kind, between=between)
    return lambda _: chain(layers, "digits", **training)


def table(source: str, features: int, *widths: int, outputs: int, **training: Any) -> Callable[[Path], Document]:
    return lambda _: chain(perceptron([features], *widths, outputs=outputs), source, **training)


def diabetes(*widths: int, loss: str = "MSELoss", **training: Any) -> Callable[[Path], Document]:
    return lambda _: chain(perceptron([10], *widths, outputs=1, loss=loss), "diabetes", **training)


def deep_sums(depth: int, kind: str) -> Callable[[Path], Document]:
    layers = perceptron([10], *[32] * depth, outputs=1, kind=kind, loss="MSELoss")
    return lambda _: chain(layers, "diabetes", epochs=20, **by("Adam", 0.01))


def images(convs: int, drop: float = 0.0, **training: Any) -> Callable[[Path], Document]:
    layers: Layers = [("input1", "Input", {"shape": [1, 8, 8]})]
    for place in range(1, convs + 1):
        layers.append((f"conv{place}", "Conv2d", {"out_channels": 8, "kernel_size": 3, "padding": 1}))
        layers.append((f"relu{place}", "ReLU", {}))
    layers += [("pool1", "MaxPool2d", {"kernel_size": 2}), ("flatten1", "Flatten", {})]
    layers += [("drop1", "Dropout", {"p": drop})] if drop else []
    layers += [("last", "Linear", {"out_features": 10}), ("output1", "Output", {})]
    return lambda _: chain(layers, "digits", **training)


def sequence(kind: str, **training: Any) -> Callable[[Path], Document]:
    layers: Layers = [
        *(("input1", "Input", {"shape": [1, 8, 8]}), ("view1", "Reshape", {"shape": [8, 8]})),
        *((kind.lower(), kind, {"hidden_size": 32}), ("flatten1", "Flatten", {})),
        *(("last", "Linear", {"out_features": 10}), ("output1", "Output", {})),
    ]
    return lambda _: chain(layers, "digits", **training)


def arrays(
    x: Callable[[np.random.Generator, np.ndarray], np.ndarray], shares: tuple[float, ...], count: int = 600
) -> Callable[[Path], dict[str, Any]]:
    """A file of inputs, made of classes of these shares; gives the document's data."""

    def write(folder: Path) -> dict[str, Any]:
        generator = np.random.default_rng(len(shares) + count)
        label = generator.choice(len(shares), size=count, p=shares)
        path = folder / f"{abs(hash((shares, count, id(x))))}.npz"
        np.savez(path, x=x(generator, label), y=label)
        return {"source": "numpy", "path": str(path)}

    return write


def of_file(layers: Layers, data: Callable[[Path], dict[str, Any]], **training: Any) -> Callable[[Path], Document]:
    return lambda folder: chain(layers, data=data(folder), **training)


def noise(generator: np.random.Generator, label: np.ndarray) -> np.ndarray:
    return generator.normal(size=(len(label), 6)).astype(np.float32)


def apart(generator: np.random.Generator, label: np.ndarray) -> np.ndarray:
    return (noise(generator, label) + 2.0 * np.eye(6)[label]).astype(np.float32)


def twice(generator: np.random.Generator, label: np.ndarray) -> np.ndarray:
    """The second half is the first once more."""
    half = len(label) // 2
    label[half : 2 * half] = label[:half]
    x = apart(generator, label)
    x[half : 2 * half] = x[:half]
    return x


def large(generator: np.random.Generator, label: np.ndarray) -> np.ndarray:
    return generator.integers(0, 255, (len(label), 1, 256, 256), dtype=np.uint8)


def given(
    layers: dict[str, tuple[int, ...]], make: Callable[[Path], Document], numbers: Tables
) -> Callable[[Path], Document]:
    """The same network, begun from numbers: a table for the weight of each layer, by its shape."""

    def begun(folder: Path) -> Document:
        document, generator = make(folder), np.random.default_rng(5)
        tables = {name: {"weight": numbers(generator, shape).tolist()} for name, shape in layers.items()}
        document.content.sections["numbers"] = {"weights": tables}
        document.content.sections["training"] = {**document.training, "start_from": "numbers"}
        return document

    return begun


def beyond(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Beyond the edge of chaos, where gradients of tanh layers grow on their way back (Poole et al. 2016)."""
    return generator.normal(size=shape) * 2.5 / np.sqrt(shape[1])


DEEP = {"fc1": (32, 64)} | {f"fc{place}": (32, 32) for place in range(2, 25)}
SIX = perceptron([6], 16, outputs=3)
FLAT = perceptron([6], *[16] * 6, outputs=3, kind="Sigmoid")
TWO = perceptron([6], 16, outputs=2)
POOLED: Layers = [
    *(("input1", "Input", {"shape": [1, 256, 256]}), ("pool1", "AvgPool2d", {"kernel_size": 1, "stride": 64})),
    *(("flatten1", "Flatten", {}), ("last", "Linear", {"out_features": 2}), ("output1", "Output", {})),
]
ADAM = by("Adam", 0.003)
RAW = {"source": "digits", "normalize": False}
FEW = {"source": "digits", "training_share": 0.08}
NORM = ("BatchNorm1d",)
CALM = {"schedule": "CosineAnnealingLR"}

ILL = [
    Made("broken", "gradient descent at a million", digits(32, epochs=3, **by("SGD", 1e6))),
    Made("broken", "a line through large targets", diabetes(epochs=5, **by("SGD", 10.0))),
    Made("rising", "a line beyond the edge", diabetes(epochs=5, batch_size=400, **by("SGD", 0.5))),
    Made("rising", "tanh at raw pixels", digits(32, 32, kind="Tanh", epochs=6, data=RAW, **by("SGD", 1.0))),
    Made("rising", "momentum of 0.99", digits(epochs=6, **by("SGD", 0.5, momentum=0.99))),
    Made("oscillating", "tanh and Adam at 0.1", digits(32, 32, kind="Tanh", epochs=20, **by("Adam", 0.1))),
    Made("oscillating", "an RNN and Adam at 0.1", sequence("RNN", epochs=12, **by("Adam", 0.1))),
    Made("guessing", "eight sigmoid layers", digits(*[32] * 8, kind="Sigmoid", epochs=6, **by("SGD", 0.1))),
    Made("creeping", "a rate of a millionth", digits(32, epochs=6, **by("SGD", 1e-6))),
    Made("guessing", "twelve layers and a small rate", digits(*[16] * 12, epochs=5, **by("SGD", 0.001))),
    Made("creeping", "Adam at a millionth", table("breast_cancer", 30, 16, outputs=2, epochs=6, **by("Adam", 1e-6))),
    Made("creeping", "gradient descent at 1e-5", table("wine", 13, 16, outputs=3, epochs=6, **by("SGD", 1e-5))),
    Made("vanishing", "eight sigmoid layers and Adam", digits(*[32] * 8, kind="Sigmoid", epochs=16)),
    Made("vanishing", "eight sigmoid layers and numbers", deep_sums(8, "Sigmoid")),
    Made("vanishing", "ten sigmoid layers and numbers", deep_sums(10, "Sigmoid")),
    Made("vanishing", "ten layers of soft signs and numbers", deep_sums(10, "Softsign")),
    Made("exploding", "forty normalized layers", digits(*[24] * 40, between=NORM, epochs=3, **by("SGD", 1e-4))),
    Made("exploding", "fifty normalized layers", digits(*[24] * 50, between=NORM, epochs=3, **by("SGD", 1e-4))),
    Made("exploding", "large numbers in 24 tanh layers", given(DEEP, digits(*[32] * 24, kind="Tanh", epochs=3,
         **by("SGD", 1e-5)), beyond)),
    Made("silent_units", "Adam at 0.1", digits(64, 64, epochs=10, **by("Adam", 0.1))),
    Made("silent_units", "RMSprop at 0.05", digits(64, 64, epochs=10, **by("RMSprop", 0.05))),
    Made("saturated", "tanh at raw pixels", digits(32, 32, kind="Tanh", epochs=6, data=RAW,
                                                   **by("SGD", 1.0))),
    Made("saturated", "sigmoids at a large rate", digits(32, 32, kind="Tanh", epochs=8, **by("Adam", 0.3))),
    Made("overfitting", "wide layers on few examples", diabetes(128, 128, epochs=80, **by("Adam", 0.01))),
    Made("overfitting", "noise", of_file(perceptron([6], 64, outputs=3), arrays(noise, (0.34, 0.33,
         0.33)), epochs=60,
                                                  **by("Adam", 0.01))),
    Made("memorized", "few digits", of_file(perceptron([1, 8, 8], 64, outputs=10), lambda _: FEW, epochs=30, **ADAM)),
    Made("underfitting", "two units for ten digits", digits(2, epochs=40, **by("Adam", 0.01))),
    Made("underfitting", "one unit for ten digits", digits(1, kind="Tanh", epochs=40, **by("Adam", 0.02))),
    Made("unfinished", "few epochs", digits(32, epochs=4, **by("Adam", 0.001))),
    Made("unfinished", "few epochs of images", images(1, epochs=3, **by("SGD", 0.02))),
    Made("easier_validation", "much dropout", images(1, 0.8, epochs=14, **ADAM, **CALM)),
    Made("easier_validation", "more dropout", images(2, 0.85, epochs=14, **ADAM, **CALM)),
    Made("noisy_batch", "two examples a step", digits(16, epochs=12, batch_size=2, **by("Adam", 0.02))),
    Made("noisy_batch", "one example a step", table("iris", 4, 16, outputs=3, epochs=16, batch_size=1,
         **by("SGD", 0.2))),
    Made("large_batch", "all digits in one step", digits(32, epochs=12, batch_size=1437, **by("Adam", 0.002))),
    Made("large_batch", "two steps an epoch", digits(32, epochs=10, batch_size=720, **by("SGD", 0.1))),
    Made("one_class", "tanh and long steps", of_file(FLAT, arrays(noise, (0.5, 0.3, 0.2)), epochs=8,
         **by("SGD", 3.0))),
    Made("one_class", "six sigmoid layers", of_file(FLAT, arrays(noise, (0.55, 0.3, 0.15)), epochs=8,
         **by("Adam", 0.001))),
    Made("majority", "one in twenty", of_file(TWO, arrays(noise, (0.95, 0.05)), epochs=10, **ADAM)),
    Made("majority", "one in ten", of_file(TWO, arrays(noise, (0.9, 0.1)), epochs=10, **ADAM)),
    Made("unscaled_targets", "progress of a disease", diabetes(32, epochs=10, scale_targets=False,
         **by("Adam", 0.001))),
    Made("unscaled_targets", "with Huber loss", diabetes(32, 16, loss="HuberLoss", epochs=10, scale_targets=False,
         **by("Adam", 0.001))),
    Made("leak", "everything twice", of_file(SIX, arrays(twice, (0.34, 0.33, 0.33)), epochs=5, **ADAM)),
    Made("waiting", "large images, next to no network", of_file(POOLED, arrays(large, (0.5, 0.5), 300),
         epochs=4, **ADAM)),
    Made("seeds_disagree", "one epoch of iris", table("iris", 4, 8, outputs=3, epochs=2, **by("Adam", 0.01)),
         seeds=4),
]  # fmt: skip
WELL = [
    Made("", "iris", table("iris", 4, 16, outputs=3, epochs=40, **by("Adam", 0.02), **CALM)),
    Made("", "wine", table("wine", 13, 16, outputs=3, epochs=25, **by("Adam", 0.01), **CALM)),
    Made("", "breast cancer", table("breast_cancer", 30, 16, outputs=2, epochs=14, **ADAM, **CALM)),
    Made("", "digits", digits(32, epochs=20, **ADAM, **CALM)),
    Made("", "digits, wide", digits(64, 64, epochs=12, **ADAM, **CALM)),
    Made("", "digits, deep", digits(32, 32, 32, 32, epochs=14, **ADAM, **CALM)),
    Made("", "digits, tanh", digits(32, 32, kind="Tanh", epochs=15, **ADAM, **CALM)),
    Made("", "digits, one layer of sigmoids", digits(32, kind="Sigmoid", epochs=25, **by("Adam", 0.01), **CALM)),
    Made("", "digits, normalized", digits(32, 32, between=("BatchNorm1d",), epochs=12, **ADAM, **CALM)),
    Made("", "digits, linear", digits(epochs=15, **ADAM, **CALM)),
    Made("", "digits, batches of 16", digits(32, epochs=10, batch_size=16, **by("Adam", 0.002), **CALM)),
    Made("", "digits, momentum", digits(32, epochs=20, **by("SGD", 0.05, momentum=0.9), **CALM)),
    Made("", "digits, GELU", digits(32, 32, kind="GELU", epochs=15, **ADAM, **CALM)),
    Made("", "images", images(1, epochs=12, **ADAM, **CALM)),
    Made("", "images, two layers", images(2, epochs=12, **ADAM, **CALM)),
    Made("", "images, some dropout", images(1, 0.1, epochs=14, **ADAM, **CALM)),
    Made("", "an LSTM over rows", sequence("LSTM", epochs=14, **by("Adam", 0.005), **CALM)),
    Made("", "a GRU over rows", sequence("GRU", epochs=14, **by("Adam", 0.005), **CALM)),
    Made("", "diabetes, long steps", diabetes(epochs=60, **by("Adam", 0.5), **CALM)),
    Made("", "three classes apart", of_file(SIX, arrays(apart, (0.34, 0.33, 0.33)), epochs=25, **ADAM, **CALM)),
    Made("", "seeds that agree", digits(32, epochs=12, **ADAM, **CALM), seeds=3),
]
