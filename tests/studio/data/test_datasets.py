"""Every data set in the registry, by existing: it loads, splits, is reproduced by a script and says what it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.data import DATASETS, Data, DataError, Dataset, dataset_from, with_absolute_paths
from studio.data.portable import split_indices, statistics

ROOT = Path(__file__).parents[3]
BUNDLED = [name for name in DATASETS if DATASETS[name].is_bundled]


def load_by_script(dataset: Dataset, base: Path | None = None) -> tuple[np.ndarray, ...]:
    names: dict[str, object] = {}
    exec(compile(dataset.script_source(base), "script.py", "exec"), names)
    return names["load_data"]()  # type: ignore[operator,no-any-return]


def assert_script_agrees(dataset: Dataset, base: Path | None = None) -> Data:
    data = dataset.load(base)
    expected = (data.train.x, data.train.y, data.validation.x, data.validation.y, data.mean, data.std)
    for ours, theirs in zip(expected, load_by_script(dataset, base), strict=True):
        if ours is None:
            assert theirs is None
        else:
            assert ours.dtype == theirs.dtype
            np.testing.assert_array_equal(ours, theirs, strict=True)
    assert dataset.facts(base) == data.facts()
    return data


@pytest.mark.parametrize("name", BUNDLED)
@pytest.mark.parametrize("normalize", [True, False])
def test_bundled_data_load_and_are_reproduced_by_a_script(name: str, normalize: bool) -> None:
    data = assert_script_agrees(DATASETS[name](validation=0.25, seed=3, normalize=normalize))
    total = len(data.train) + len(data.validation)
    assert len(data.validation) == pytest.approx(0.25 * total, abs=len(data.classes or "x"))
    tokens = data.train.x.dtype == np.int64
    assert (data.mean is None) == (not normalize or tokens)
    assert data.train.x.dtype in (np.uint8, np.float32, np.int64)
    twice = "Iris: 1 of 36 validation examples equals a training example."  # as it was published
    assert data.warnings == ((twice,) if name == "iris" else ())
    if data.classes and data.target_shape == ():
        for training, validation in data.counts.values():
            assert validation == round(0.25 * (training + validation))
    elif not data.classes:
        assert data.train.y.dtype == np.float32
        assert data.counts == {}


@pytest.mark.parametrize("found", [True, False])
def test_digits_are_those_of_scikit_learn_with_and_without_importing_it(
    monkeypatch: pytest.MonkeyPatch, found: bool
) -> None:
    from sklearn.datasets import load_digits

    from studio.data.kinds import bundled

    if not found:
        monkeypatch.setattr(bundled, "find_spec", lambda name: None)
    x, y = load_digits(return_X_y=True)
    raw = DATASETS["digits"]().read_arrays(None, None)
    assert np.array_equal(raw.inputs["x"].values.reshape(-1, 64), x) and np.array_equal(raw.targets["y"].values, y)


def test_digits_are_the_real_ones() -> None:
    data = DATASETS["digits"]().load()
    assert data.shape == (1, 8, 8)
    assert data.dtype == np.uint8
    assert int(data.train.x.max()) == 16
    assert data.classes == tuple("0123456789")
    assert "1,438 training and 359 validation examples of 1×8×8 uint8, 10 classes" in data.describe()
    assert "442" not in data.describe()


def test_normalizing_uses_the_training_part_alone() -> None:
    data = DATASETS["wine"](seed=1).load()
    assert data.mean is not None and data.std is not None
    np.testing.assert_allclose(data.mean, data.train.x.mean(0), rtol=1e-5)
    np.testing.assert_allclose(data.std, data.train.x.std(0), rtol=1e-4)


def test_another_seed_holds_out_others_and_the_same_seed_the_same() -> None:
    first, again, other = (DATASETS["iris"](seed=seed).load() for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.validation.x, again.validation.x)
    assert not np.array_equal(first.validation.x, other.validation.x)


@settings(max_examples=80, deadline=None)
@given(
    labels=st.lists(st.integers(0, 4), min_size=1, max_size=80),
    fraction=st.floats(0.01, 0.99),
    seed=st.integers(0, 99),
    by_class=st.booleans(),
)
def test_a_split_parts_the_rows_and_keeps_shares(labels: list[int], fraction: float, seed: int, by_class: bool) -> None:
    y = np.array(labels)
    training, validation = split_indices(y, fraction, seed, by_class)
    assert sorted([*training, *validation]) == list(range(len(y)))
    assert (np.diff(training) > 0).all() and (np.diff(validation) > 0).all()
    groups = [y == label for label in np.unique(y)] if by_class else [np.ones(len(y), bool)]
    for group in groups:
        assert group[validation].sum() == round(fraction * group.sum())


@pytest.mark.parametrize("shape", [(50, 3), (50, 5, 2), (50, 3, 4, 4), (9000, 2), (20, 2, 3, 3, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_statistics_equal_numpy_over_the_whole(shape: tuple[int, ...], dtype: type) -> None:
    x = np.random.default_rng(0).uniform(1, 200, shape).astype(dtype)
    mean, std = statistics(x)
    axes = (0, *range(2, x.ndim)) if x.ndim >= 4 else tuple(range(x.ndim - 1))
    np.testing.assert_allclose(mean, x.mean(axes, dtype=np.float64, keepdims=True)[0], rtol=1e-6)
    np.testing.assert_allclose(std, x.std(axes, dtype=np.float64, keepdims=True)[0], rtol=1e-6)
    assert ((x - mean) / std).dtype == np.float32
    assert mean.ndim == x.ndim - 1


def test_a_constant_feature_is_not_blown_up() -> None:
    x = np.full((1000, 2), 0.1, np.float32)
    x[:, 1] = 0
    mean, std = statistics(x)
    assert std.tolist() == [1.0, 1.0]
    assert np.abs((x - mean) / std).max() < 1e-6


def test_a_document_names_its_data() -> None:
    dataset, problems = dataset_from({"source": "moons", "samples": 50, "noise": "loud", "extra": 1})
    assert (dataset.kind, dataset.samples, dataset.noise) == ("moons", 50, 0.1)
    assert [problem.field for problem in problems] == ["noise", "extra"]
    assert dataset_from({})[0].kind == "digits"


@pytest.mark.parametrize("source", ["nothing", 3, None, [], "x" * 10_000])
def test_a_source_that_is_not_there_names_those_that_are(source: object) -> None:
    with pytest.raises(DataError, match=r"Choose one of: .*digits") as caught:
        dataset_from({"source": source})
    assert len(str(caught.value)) < 300


def test_an_empty_part_says_what_to_do() -> None:
    with pytest.raises(DataError, match=r"left for validation\. Raise the validation share"):
        DATASETS["moons"](samples=10, validation=0.01).load()
    with pytest.raises(DataError, match=r"left for training\. Lower the validation share"):
        DATASETS["moons"](samples=10, validation=0.99).load()


def test_looking_at_the_registry_loads_nothing_heavy() -> None:
    code = (
        "import sys, studio.data as d; [k().facts() for k in d.DATASETS.values() if k.is_bundled]; "
        "print([m for m in ('numpy', 'sklearn', 'PIL', 'torch', 'PySide6') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"source": "csv", "path": "a.csv", "target": "a"}, {"path": "/home/ada/a.csv"}),
        (
            {"source": "numpy", "path": "../x.npy", "y_path": "y.npy"},
            {"path": "/home/ada/../x.npy", "y_path": "/home/ada/y.npy"},
        ),
        ({"source": "image_folder", "path": "/photos"}, {}),
        ({"source": "csv", "path": ""}, {}),
        ({"source": "csv", "path": 3}, {}),
        ({"source": "wavelets", "path": "a"}, {}),
        ({"source": ["csv"], "path": "a"}, {}),
        ({}, {}),
    ],
)
def test_paths_of_a_document_that_leaves_its_folder(settings: dict[str, object], expected: dict[str, object]) -> None:
    assert with_absolute_paths(settings, Path("/home/ada")) == {**settings, **expected}
