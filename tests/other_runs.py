"""More real trainings, of other networks and other data, that the doctor is tuned by."""

from __future__ import annotations

import numpy as np
from documents import chain
from real_runs import (
    ADAM,
    CALM,
    NORM,
    RAW,
    Made,
    arrays,
    beyond,
    by,
    diabetes,
    digits,
    given,
    images,
    of_file,
    perceptron,
    sequence,
    table,
)


def zeros(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return np.zeros(shape)


def rings(generator: np.random.Generator, label: np.ndarray) -> np.ndarray:
    """Rings around each other, with some noise."""
    angle = generator.uniform(0, 2 * np.pi, len(label))
    radius = 1.0 + label + generator.normal(scale=0.1, size=len(label))
    return np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=1).astype(np.float32)


def blobs(generator: np.random.Generator, label: np.ndarray) -> np.ndarray:
    return (generator.normal(size=(len(label), 8)) + 2.5 * np.eye(8)[label]).astype(np.float32)


def nothing(generator: np.random.Generator, label: np.ndarray) -> np.ndarray:
    return generator.normal(size=(len(label), 8)).astype(np.float32)


def thrice(generator: np.random.Generator, label: np.ndarray) -> np.ndarray:
    """Every example three times."""
    third = len(label) // 3
    label[:] = np.tile(label[:third], 3)[: len(label)]
    return np.tile(blobs(generator, label[:third]), (3, 1))[: len(label)]


DEEPER = {"fc1": (40, 64)} | {f"fc{place}": (40, 40) for place in range(2, 21)}
PAIR = {"fc1": (48, 64), "fc2": (48, 48), "last": (10, 48)}
FOUR = (0.25, 0.25, 0.25, 0.25)

ILL = [
    Made("broken", "plain descent at 1e5 on wine", table("wine", 13, 24, outputs=3, epochs=4, **by("SGD", 1e5))),
    Made("broken", "two layers of sums at 50", diabetes(16, epochs=4, **by("SGD", 50.0))),
    Made("rising", "momentum of 0.99 on rings", of_file(perceptron([2], 24, outputs=3), arrays(rings, (0.4, 0.3,
         0.3)), epochs=8, **by("SGD", 3.0, momentum=0.99))),
    Made("guessing", "all weights 0", given(PAIR, digits(48, 48, epochs=6, **by("SGD", 0.1)), zeros)),
    Made("guessing", "seven sigmoid layers on wine", table("wine", 13, *[24] * 7, outputs=3, epochs=6,
         **by("SGD", 0.01))),
    Made("creeping", "a rate of 3e-6 on rings", of_file(perceptron([2], 32, outputs=3), arrays(rings, (0.4, 0.3, 0.3)),
         epochs=6, **by("SGD", 3e-6))),
    Made("guessing", "Adam at 2e-7 on digits", digits(48, epochs=5, **by("Adam", 2e-7))),
    Made("guessing", "nine sigmoid layers of 20", digits(*[20] * 9, kind="Sigmoid", epochs=14)),
    Made("vanishing", "nine sigmoid layers and sums", lambda _: chain(perceptron([10], *[24] * 9, outputs=1,
         kind="Sigmoid", loss="MSELoss"), "diabetes", epochs=16, **by("Adam", 0.01))),
    Made("exploding", "large numbers in 20 tanh layers of 40", given(DEEPER, digits(*[40] * 20, kind="Tanh", epochs=3,
         **by("SGD", 2e-5)), beyond)),
    Made("exploding", "forty-five normalized layers of 20", digits(*[20] * 45, between=NORM, epochs=3,
         **by("SGD", 2e-4))),
    Made("silent_units", "Adam at 0.15, one wide layer", digits(96, epochs=8, **by("Adam", 0.15))),
    Made("saturated", "tanh at raw pixels, wider", digits(48, kind="Tanh", epochs=6, data=RAW, **by("SGD", 0.8))),
    Made("overfitting", "wide layers on noise of four classes", of_file(perceptron([8], 96, 96, outputs=4),
         arrays(nothing, FOUR, 500), epochs=50, **by("Adam", 0.005))),
    Made("overfitting", "three wide layers on few examples", diabetes(96, 96, 96, epochs=80, **by("Adam", 0.005))),
    Made("underfitting", "two tanh units for ten digits", digits(2, kind="Tanh", epochs=40, **by("Adam", 0.01))),
    Made("unfinished", "few epochs of blobs", of_file(perceptron([8], 16, outputs=4), arrays(blobs, FOUR, 800),
         epochs=4, **by("Adam", 0.001))),
    Made("easier_validation", "dropout of 0.82", images(1, 0.82, epochs=16, **ADAM, **CALM)),
    Made("noisy_batch", "two examples a step", digits(24, epochs=12, batch_size=2, **by("SGD", 0.4))),
    Made("noisy_batch", "three examples a step", digits(20, epochs=12, batch_size=3, **by("SGD", 0.5))),
    Made("large_batch", "all blobs in one step", of_file(perceptron([8], 32, outputs=4), arrays(blobs, FOUR, 900),
         epochs=12, batch_size=720, **by("Adam", 0.002))),
    Made("one_class", "eight sigmoid layers, uneven classes", of_file(perceptron([8], *[16] * 8, outputs=3,
         kind="Sigmoid"), arrays(nothing, (0.6, 0.25, 0.15), 500), epochs=8, **by("Adam", 0.001))),
    Made("majority", "one in twelve", of_file(perceptron([8], 24, outputs=2), arrays(nothing, (0.92, 0.08), 700),
         epochs=10, **ADAM)),
    Made("unscaled_targets", "wider, by RMSprop", diabetes(48, epochs=10, scale_targets=False,
         **by("RMSprop", 0.0005))),
    Made("leak", "everything three times", of_file(perceptron([8], 24, outputs=4), arrays(thrice, FOUR, 900), epochs=6,
         **ADAM)),
    Made("seeds_disagree", "one epoch of wine", table("wine", 13, 6, outputs=3, epochs=1, **by("Adam", 0.005)),
         seeds=4),
]  # fmt: skip
WELL = [
    Made("", "blobs", of_file(perceptron([8], 24, outputs=4), arrays(blobs, FOUR, 800), epochs=25, **ADAM, **CALM)),
    Made("", "rings", of_file(perceptron([2], 32, 32, outputs=3), arrays(rings, (0.34, 0.33, 0.33), 900), epochs=40,
         **by("Adam", 0.01), **CALM)),
    Made("", "blobs of two", of_file(perceptron([8], 16, outputs=2), arrays(blobs, (0.5, 0.5), 700), epochs=25, **ADAM,
         **CALM)),
    Made("", "iris, tanh", table("iris", 4, 24, outputs=3, epochs=40, **by("Adam", 0.015), **CALM)),
    Made("", "wine, two layers", table("wine", 13, 12, 12, outputs=3, epochs=25, **by("Adam", 0.008), **CALM)),
    Made("", "breast cancer, narrow", table("breast_cancer", 30, 8, outputs=2, epochs=16, **ADAM, **CALM)),
    Made("", "digits, 48", digits(48, epochs=18, **ADAM, **CALM)),
    Made("", "digits, three layers", digits(48, 32, 24, epochs=14, **ADAM, **CALM)),
    Made("", "digits, ELU", digits(40, 40, kind="ELU", epochs=14, **ADAM, **CALM)),
    Made("", "digits, SiLU", digits(40, kind="SiLU", epochs=16, **ADAM, **CALM)),
    Made("", "digits, AdamW", digits(48, epochs=16, **by("AdamW", 0.004), **CALM)),
    Made("", "digits, momentum of 0.8", digits(40, epochs=20, **by("SGD", 0.08, momentum=0.8), **CALM)),
    Made("", "digits, batches of 24", digits(40, epochs=10, batch_size=24, **by("Adam", 0.002), **CALM)),
    Made("", "digits, normalized, wide", digits(64, between=NORM, epochs=12, **ADAM, **CALM)),
    Made("", "softmax regression from 0", given({"last": (10, 64)}, digits(epochs=16, **ADAM, **CALM), zeros)),
    Made("", "images, three layers", images(3, epochs=10, **ADAM, **CALM)),
    Made("", "images, dropout of 0.15", images(2, 0.15, epochs=12, **ADAM, **CALM)),
    Made("", "an RNN over rows", sequence("RNN", epochs=16, **by("Adam", 0.003), **CALM)),
    Made("", "an LSTM over rows, gentler", sequence("LSTM", epochs=16, **by("Adam", 0.004), **CALM)),
    Made("", "diabetes, RMSprop", diabetes(epochs=60, **by("RMSprop", 0.3), **CALM)),
]  # fmt: skip
