"""Data that comes with scikit-learn: what is said of it without loading is true."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn import datasets as sklearn

from studio.data import DATASETS, DataError
from studio.data.kinds import bundled
from studio.data.kinds.bundled import Bundled
from support import run_python

NAMES = ("digits", "iris", "wine", "breast_cancer", "diabetes")


@pytest.mark.parametrize("name", NAMES)
def test_shape_classes_and_examples_are_those_of_scikit_learn(name: str) -> None:
    kind = DATASETS[name]
    assert issubclass(kind, Bundled)
    found = getattr(sklearn, f"load_{name}")()
    raw = kind().read_arrays(None, None)
    x, y = raw.inputs["x"].values, raw.targets["y"].values
    assert len(found.data) == kind.examples == len(x) == len(y)
    assert x.shape[1:] == kind.shape
    np.testing.assert_array_equal(x.reshape(found.data.shape), found.data.astype(x.dtype))
    np.testing.assert_array_equal(y.ravel(), found.target.astype(y.dtype))
    if kind.classes is None:
        assert y.shape == (kind.examples, 1) and y.dtype == np.float32
    else:
        assert list(kind.classes) == [str(label) for label in found.target_names]
    if name != "digits":
        assert raw.inputs["x"].features == tuple(found.feature_names)


@pytest.mark.parametrize("name", NAMES)
def test_they_are_read_without_scikit_learn_or_with_it_to_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    straight = DATASETS[name]().read_arrays(None, None)
    monkeypatch.setattr(bundled, "_file", lambda name: None)
    through = DATASETS[name]().read_arrays(None, None)
    np.testing.assert_array_equal(straight.inputs["x"].values, through.inputs["x"].values, strict=True)
    np.testing.assert_array_equal(straight.targets["y"].values, through.targets["y"].values, strict=True)


@pytest.mark.parametrize("name", NAMES)
def test_without_scikit_learn_one_is_told_what_to_install(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "_file", lambda name: None)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(DataError, match=r"comes with scikit-learn. Run: pip install scikit-learn"):
        DATASETS[name]().load()
    assert DATASETS[name]().facts().examples


def test_a_file_of_another_package_is_not_found() -> None:
    assert bundled._file("nothing.csv.gz") is None
    file = bundled._file("digits.csv.gz")
    assert file is not None and file.is_file() and Path(sklearn.__file__).parent in file.parents


def test_neither_facts_nor_arrays_load_anything_heavy() -> None:
    code = (
        "import sys\nfrom studio.data import DATASETS\n"
        f"for name in {NAMES}:\n    assert DATASETS[name]().facts().examples\n"
        "assert 'numpy' not in sys.modules\n"
        f"for name in {NAMES}:\n    assert len(DATASETS[name]().load().train) > 100\n"
        "assert not {'sklearn', 'scipy', 'torch', 'PySide6'} & set(sys.modules)\n"
    )
    result = run_python(code)
    assert result.returncode == 0, result.stderr
