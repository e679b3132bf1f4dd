"""Real trainings that no limit of the doctor was chosen by: other layers, other rules, other losses and other data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from documents import Layers, chain
from drawn_runs import Table, of
from real_runs import Made, by

FIRST_SEED = 500
NUMBER = 2024


def network(shape: list[int], *middle: tuple[str, dict[str, Any]], outputs: int, loss: Any = None) -> Layers:
    """An Input, some layers, and the answers."""
    layers: Layers = [("input1", "Input", {"shape": shape})]
    layers += [(f"{kind.lower()}{place}", kind, params) for place, (kind, params) in enumerate(middle)]
    return [
        *layers,
        ("last", "Linear", {"out_features": outputs}),
        ("output1", "Output", {"loss": loss} if loss else {}),
    ]


def dense(width: int, kind: str, *more: str) -> list[tuple[str, dict[str, Any]]]:
    """A hidden layer with its function, and what comes between."""
    return [("Linear", {"out_features": width}), *((other, {}) for other in more), (kind, {})]


def filters(channels: int, *more: str, kind: str = "Conv2d") -> list[tuple[str, dict[str, Any]]]:
    return [(kind, {"out_channels": channels, "kernel_size": 3, "padding": 1}), *((other, {}) for other in more)]


FLAT: tuple[str, dict[str, Any]] = ("Flatten", {})
ROWS: tuple[str, dict[str, Any]] = ("Reshape", {"shape": [8, 8]})
DIGITS = [1, 8, 8]


def digits(*middle: tuple[str, dict[str, Any]], **training: Any) -> Callable[[Path], Any]:
    layers = network(DIGITS, *middle, outputs=10)
    return lambda _: chain(layers, "digits", **training)


def source(name: str, shape: list[int], *middle: tuple[str, dict[str, Any]], outputs: int, loss: Any = None,
           **training: Any) -> Callable[[Path], Any]:  # fmt: skip
    layers = network(shape, *middle, outputs=outputs, loss=loss)
    return lambda _: chain(layers, name, **training)


def moons(count: int, noise: float = 0.1) -> Table:
    """Two half circles that reach into each other."""
    draw = np.random.default_rng(NUMBER)
    y, angle = draw.integers(2, size=count), draw.uniform(0, np.pi, count)
    x = np.stack((np.cos(angle) * (1 - 2 * y) + y, np.sin(angle) * (1 - 2 * y) + 0.5 * y), 1)
    return Table(x + draw.normal(0, noise, x.shape), y)


def waves(count: int, kinds: int, length: int = 32) -> Table:
    """Sines whose frequency is the class, at any phase, with noise."""
    draw = np.random.default_rng(NUMBER)
    y, phase = draw.integers(kinds, size=count), draw.uniform(0, 2 * np.pi, (count, 1))
    x = np.sin(2 * np.pi * (y[:, None] + 1) * np.arange(length) / length + phase)
    return Table((x + draw.normal(0, 0.3, x.shape))[:, None], y)


def coins(count: int, shares: tuple[float, ...], features: int) -> Table:
    """Classes that nothing tells."""
    draw = np.random.default_rng(NUMBER)
    return Table(draw.uniform(-1, 1, (count, features)), draw.choice(len(shares), size=count, p=shares))


def ripples(count: int, mean: float = 0.0, scale: float = 1.0, noise: float = 0.1) -> Table:
    """A number over a plane."""
    draw = np.random.default_rng(NUMBER)
    x = draw.uniform(-2, 2, (count, 2))
    y = np.sin(2 * x[:, 0]) * np.cos(x[:, 1]) + noise * draw.normal(size=count)
    return Table(x, (mean + scale * y).astype(np.float32))


def half_known(count: int) -> Table:
    """Waves of which two in three are there twice, among the others."""
    table = waves(count, 3)
    order = np.random.default_rng(NUMBER).permutation(count + 2 * count // 3) % count
    return Table(table.x[order], table.y[order])


TURNED: tuple[str, dict[str, Any]] = ("Permute", {"dims": [2, 1]})
POOLED: tuple[str, dict[str, Any]] = ("AdaptiveAvgPool2d", {"output_size": 1})
ATTENTION = ("TransformerEncoderLayer", {"nhead": 2, "dim_feedforward": 32})
HARD = [part for _ in range(12) for part in dense(32, "Hardsigmoid")]
NORMALIZED = [part for _ in range(44) for part in dense(28, "ReLU", "BatchNorm1d")]
SETTLES = {"schedule": "CosineAnnealingLR"}
CYCLE = {"schedule": "OneCycleLR"}

ILL = [
    Made("broken", "an ELU at 80", source("diabetes", [10], *dense(24, "ELU"), outputs=1, loss="MSELoss",
         epochs=4, **by("SGD", 80.0))),
    Made("broken", "LeakyReLU at 30", source("diabetes", [10], *dense(16, "LeakyReLU"), *dense(16, "LeakyReLU"),
         outputs=1, loss="MSELoss", epochs=4, **by("SGD", 30.0, momentum=0.9))),
    Made("rising", "momentum of 0.98 and tanh", digits(FLAT, *dense(40, "Tanh"), *dense(40, "Tanh"), epochs=8,
         **by("SGD", 1.2, momentum=0.98))),
    Made("rising", "a line at 0.6", source("diabetes", [10], outputs=1, loss="MSELoss", epochs=6, batch_size=354,
         **by("SGD", 0.6))),
    Made("oscillating", "an RNN over columns at 0.15", digits(ROWS, TURNED,
         ("RNN", {"hidden_size": 48}), FLAT, epochs=18, **by("Adam", 0.15))),
    Made("oscillating", "an RNN by NAdam at 0.2", digits(ROWS, ("RNN", {"hidden_size": 24}), FLAT, epochs=16,
         **by("NAdam", 0.2))),
    Made("guessing", "nine hard sigmoids", digits(FLAT, *HARD[:18], epochs=6, **by("SGD", 0.02))),
    Made("guessing", "twelve hard sigmoids by Adagrad", digits(FLAT, *HARD, epochs=6, **by("Adagrad", 0.001))),
    Made("creeping", "RMSprop at 2e-6", source("wine", [13], *dense(20, "GELU"), outputs=3, epochs=8,
         **by("RMSprop", 2e-6))),
    Made("creeping", "convolutions at 1e-6", digits(*filters(8, "GELU"), FLAT, epochs=5, **by("SGD", 1e-6))),
    Made("creeping", "waves at 3e-6", of(network([1, 32], *filters(8, "ReLU", kind="Conv1d"), FLAT, outputs=4),
         waves(600, 4), epochs=7, **by("AdamW", 3e-6))),
    Made("vanishing", "ten logistic layers by RMSprop", source("diabetes", [10], *[part for _ in range(10) for part in
         dense(28, "Sigmoid")], outputs=1, loss="MSELoss", epochs=14, **by("RMSprop", 0.003))),
    Made("vanishing", "eleven soft signs over a plane", of(network([2], *[part for _ in range(11) for part in
         dense(24, "Softsign")], outputs=1, loss="MSELoss"), ripples(500), epochs=12, **by("Adam", 0.002))),
    Made("exploding", "forty-four normalized layers", digits(FLAT, *NORMALIZED, epochs=3, **by("SGD", 1e-4))),
    Made("exploding", "forty-eight normalized layers", digits(FLAT, *[part for _ in range(48) for part in
         dense(24, "ReLU", "BatchNorm1d")], epochs=3, **by("SGD", 5e-5, momentum=0.5))),
    Made("silent_units", "Adam at 0.2 over convolutions", digits(*filters(12, "ReLU"), FLAT, *dense(64, "ReLU"),
         epochs=9, **by("Adam", 0.2))),
    Made("silent_units", "NAdam at 0.15", digits(FLAT, *dense(80, "ReLU"), *dense(64, "ReLU"), epochs=9,
         **by("NAdam", 0.15))),
    Made("saturated", "Adamax at 0.8", digits(FLAT, *dense(40, "Tanh"), *dense(40, "Tanh"), epochs=8,
         **by("Adamax", 0.8))),
    Made("saturated", "tanh at raw pixels, 48", digits(FLAT, *dense(48, "Tanh"), epochs=7,
         data={"source": "digits", "normalize": False}, **by("SGD", 1.2))),
    Made("overfitting", "GELU on coins", of(network([6], *dense(128, "GELU"), *dense(64, "GELU"), outputs=2),
         coins(400, (0.5, 0.5), 6), epochs=60, **by("AdamW", 0.006))),
    Made("overfitting", "SiLU on few patients", source("diabetes", [10], *dense(128, "SiLU"),
         *dense(128, "SiLU"), outputs=1, loss="SmoothL1Loss", epochs=80, **by("Adam", 0.008))),
    Made("overfitting", "five classes of coins", of(network([10], *dense(160, "LeakyReLU"), outputs=5),
         coins(450, (0.2,) * 5, 10), epochs=70, **by("NAdam", 0.006))),
    Made("underfitting", "two of SELU for ten digits", digits(FLAT, *dense(2, "SELU"), epochs=50, **by("Adam", 0.015))),
    Made("underfitting", "two filters, pooled away", digits(*filters(2, "ReLU"), POOLED, FLAT, epochs=50,
         **by("Adam", 0.02))),
    Made("unfinished", "four epochs of waves", of(network([1, 32], *filters(12, "ReLU", kind="Conv1d"), FLAT,
         outputs=4), waves(900, 4), epochs=4, **by("Adam", 0.0008))),
    Made("unfinished", "three epochs of attention", digits(ROWS, ATTENTION, FLAT, epochs=3, **by("Adam", 0.001))),
    Made("easier_validation", "dropout of 0.8 behind a dense layer", digits(FLAT, *dense(96, "ReLU"), ("Dropout",
         {"p": 0.8}), epochs=16, **by("Adam", 0.003), **SETTLES)),
    Made("noisy_batch", "two waves a step", of(network([1, 32], FLAT, *dense(24, "Tanh"), outputs=6), waves(700, 6),
         epochs=12, batch_size=2, **by("Adam", 0.05))),
    Made("noisy_batch", "a digit a step by RMSprop", digits(FLAT, *dense(20, "Tanh"), epochs=12, batch_size=1,
         **by("RMSprop", 0.04))),
    Made("large_batch", "all waves in two steps", of(network([1, 32], *filters(8, "ReLU", kind="Conv1d"), FLAT,
         outputs=4), waves(1000, 4), epochs=9, batch_size=400, **by("Adam", 0.0008))),
    Made("large_batch", "attention in two steps", digits(ROWS, ATTENTION, FLAT, epochs=10, batch_size=800,
         **by("Adam", 0.0005))),
    Made("one_class", "seven hard sigmoids, uneven coins", of(network([5], *HARD[:14], outputs=3),
         coins(600, (0.5, 0.35, 0.15), 5), epochs=9, **by("Adam", 0.002))),
    Made("majority", "one in sixteen", of(network([7], *dense(20, "GELU"), outputs=2), coins(640, (0.94, 0.06), 7),
         epochs=10, **by("NAdam", 0.003))),
    Made("majority", "one in eight", of(network([5], *dense(12, "SiLU"), *dense(12, "SiLU"), outputs=2),
         coins(800, (0.88, 0.12), 5), epochs=10, **by("Adam", 0.003))),
    Made("unscaled_targets", "ripples around 900", of(network([2], *dense(32, "SiLU"), outputs=1, loss="MSELoss"),
         ripples(500, 900.0, 40.0), epochs=10, scale_targets=False, **by("Adam", 0.001))),
    Made("unscaled_targets", "ripples of 5,000", of(network([2], *dense(32, "Tanh"), outputs=1, loss="SmoothL1Loss"),
         ripples(500, 0.0, 5000.0), epochs=10, scale_targets=False, **by("AdamW", 0.002))),
    Made("leak", "waves that are there twice", of(network([1, 32], *filters(8, "ReLU", kind="Conv1d"), FLAT, outputs=3),
         half_known(400), epochs=8, **by("Adam", 0.002))),
]  # fmt: skip
"""None for `waiting`, which hangs on the computer, and for disagreement over seeds, which hangs on luck."""

WELL = [
    Made("", "moons", of(network([2], *dense(32, "Tanh"), *dense(32, "Tanh"), outputs=2), moons(1000), epochs=40,
         **by("Adam", 0.01), **SETTLES)),
    Made("", "moons, Mish", of(network([2], *dense(48, "Mish"), outputs=2), moons(800, 0.15), epochs=50,
         **by("NAdam", 0.01), **SETTLES)),
    Made("", "waves", of(network([1, 32], *filters(12, "ReLU", kind="Conv1d"), ("AdaptiveMaxPool1d",
         {"output_size": 4}), FLAT, outputs=3), waves(900, 3), epochs=25, **by("Adam", 0.005), **SETTLES)),
    Made("", "waves by an LSTM", of(network([1, 32], TURNED, ("LSTM", {"hidden_size": 24}), FLAT,
         outputs=3), waves(900, 3), epochs=30, **by("Adam", 0.008), **SETTLES)),
    Made("", "ripples", of(network([2], *dense(48, "SiLU"), *dense(32, "SiLU"), outputs=1, loss="MSELoss"),
         ripples(1500), epochs=45, **by("Adam", 0.01), **SETTLES)),
    Made("", "ripples around 900, scaled", of(network([2], *dense(64, "Tanh"), outputs=1, loss="HuberLoss"),
         ripples(1500, 900.0, 40.0), epochs=60, **by("Adam", 0.02), **SETTLES)),
    Made("", "ripples, much noise", of(network([2], *dense(24, "GELU"), *dense(24, "GELU"), outputs=1, loss="L1Loss"),
         ripples(2000, noise=0.4), epochs=40, **by("AdamW", 0.01), **SETTLES)),
    Made("", "attention over rows", digits(ROWS, ATTENTION, FLAT, epochs=20, **by("Adam", 0.003), **SETTLES)),
    Made("", "two layers of attention", digits(ROWS, ATTENTION, ATTENTION, FLAT, epochs=18, **by("Adam", 0.002),
         **SETTLES)),
    Made("", "convolutions with group normalization", digits(*filters(16), ("GroupNorm", {"num_groups": 4}),
         ("ReLU", {}), ("MaxPool2d", {"kernel_size": 2}), FLAT, epochs=14, **by("Adam", 0.003), **SETTLES)),
    Made("", "three normalized convolutions", digits(*filters(12, "BatchNorm2d", "ReLU"), *filters(12, "BatchNorm2d",
         "ReLU"), *filters(12, "BatchNorm2d", "ReLU"), FLAT, epochs=12, **by("Adam", 0.003), **SETTLES)),
    Made("", "layer normalization", digits(FLAT, *dense(48, "GELU", "LayerNorm"), *dense(48, "GELU", "LayerNorm"),
         epochs=16, **by("AdamW", 0.003), **SETTLES)),
    Made("", "eight layers of SELU", digits(FLAT, *[part for _ in range(8) for part in dense(48, "SELU")], epochs=20,
         **by("Adam", 0.001), **SETTLES)),
    Made("", "six layers of ReLU", digits(FLAT, *[part for _ in range(6) for part in dense(48, "ReLU")], epochs=22,
         **by("Adam", 0.002), **SETTLES)),
    Made("", "six layers of tanh", digits(FLAT, *[part for _ in range(6) for part in dense(48, "Tanh")], epochs=22,
         **by("Adam", 0.002), **SETTLES)),
    Made("", "one cycle", digits(FLAT, *dense(64, "ReLU"), epochs=16, **by("SGD", 0.15, momentum=0.9), **CYCLE)),
    Made("", "one cycle, convolutions", digits(*filters(12, "ReLU"), ("MaxPool2d", {"kernel_size": 2}), FLAT, epochs=14,
         **by("Adam", 0.008), **CYCLE)),
    Made("", "by steps", digits(FLAT, *dense(48, "SiLU"), epochs=24, **by("Adam", 0.004),
         schedule={"kind": "StepLR", "params": {"step_size": 8, "gamma": 0.1}})),
    Made("", "Adagrad", digits(FLAT, *dense(64, "ReLU"), epochs=24, **by("Adagrad", 0.03), **SETTLES)),
    Made("", "Adamax", digits(FLAT, *dense(48, "ELU"), epochs=20, **by("Adamax", 0.006), **SETTLES)),
    Made("", "RAdam", digits(FLAT, *dense(48, "Mish"), epochs=20, **by("RAdam", 0.004), **SETTLES)),
    Made("", "Nesterov's momentum", digits(FLAT, *dense(56, "LeakyReLU"), epochs=20, **by("SGD", 0.05, momentum=0.9),
         **SETTLES)),
    Made("", "label smoothing", lambda _: chain(network(DIGITS, FLAT, *dense(48, "ReLU"), outputs=10,
         loss={"kind": "CrossEntropyLoss", "params": {"label_smoothing": 0.1}}), "digits", epochs=18,
         **by("Adam", 0.003), **SETTLES)),
    Made("", "batches of 8", digits(FLAT, *dense(40, "ReLU"), epochs=12, batch_size=8, **by("Adam", 0.0015),
         **SETTLES)),
    Made("", "batches of 128", digits(FLAT, *dense(64, "ReLU"), epochs=40, batch_size=128, **by("Adam", 0.006),
         **SETTLES)),
    Made("", "clipped gradients", digits(ROWS, ("GRU", {"hidden_size": 40}), FLAT, epochs=18, clip_grad_norm=1.0,
         **by("Adam", 0.005), **SETTLES)),
    Made("", "dropout of 0.3", digits(FLAT, *dense(96, "ReLU"), ("Dropout", {"p": 0.3}), epochs=20,
         **by("Adam", 0.003), **SETTLES)),
    Made("", "breast cancer, tanh", source("breast_cancer", [30], *dense(12, "Tanh"), outputs=2, epochs=18,
         **by("AdamW", 0.003), **SETTLES)),
    Made("", "wine, normalized", source("wine", [13], *dense(24, "ReLU", "BatchNorm1d"), outputs=3, epochs=25,
         **by("Adam", 0.01), **SETTLES)),
    Made("", "iris, SELU", source("iris", [4], *dense(16, "SELU"), outputs=3, epochs=40, **by("Adam", 0.02),
         **SETTLES)),
    Made("", "diabetes, a line", source("diabetes", [10], outputs=1, loss="HuberLoss", epochs=50, **by("Adam", 0.3),
         **SETTLES)),
    Made("", "waves of six kinds", of(network([1, 32], *filters(16, "GELU", kind="Conv1d"), FLAT, outputs=6),
         waves(1500, 6), epochs=25, **by("Adam", 0.004), **SETTLES)),
]  # fmt: skip
