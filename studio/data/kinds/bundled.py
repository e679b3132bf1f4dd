"""Real data sets that come with scikit-learn: no file, no network."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from models.data import Facts
from studio.data.base import DATASETS, Dataset
from studio.data.data import Progress, Raw
from studio.data.errors import DataError

_TABLE = '''
from sklearn.datasets import {function}


def read_data():
    """Features as float32; targets as {targets}."""
    x, y = {function}(return_X_y=True)
    return x.astype(np.float32), {conversion}
'''
_IMAGES = '''
from sklearn.datasets import load_digits


def read_data():
    """Images of one channel with gray levels from 0 to 16; targets as class indices."""
    x, y = load_digits(return_X_y=True)
    return x.astype(np.uint8).reshape(-1, 1, 8, 8), y.astype(np.int64)
'''


class Bundled(Dataset, kind="bundled"):
    """Base of these; shape and classes are known without loading scikit-learn."""

    is_bundled = True
    url = "https://scikit-learn.org/stable/datasets/toy_dataset.html"
    shape: ClassVar[tuple[int, ...]]
    classes: ClassVar[tuple[str, ...] | None]
    examples: ClassVar[int]

    def read_facts(self, base: Path | None) -> Facts:
        target_shape = (1,) if self.classes is None else ()
        return Facts.simple(self.title, self.shape, self.classes, target_shape, self.examples)

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        try:
            from sklearn import datasets
        except ImportError:
            raise DataError(f"{self.title} comes with scikit-learn. Run: pip install scikit-learn") from None
        import numpy as np

        found = getattr(datasets, f"load_{self.kind}")()
        x, y = found.data, found.target
        numbers = y.astype(np.float32)[:, None] if self.classes is None else y.astype(np.int64)
        if len(self.shape) == 3:
            return Raw.simple(x.astype(np.uint8).reshape(-1, *self.shape), numbers, self.classes)
        return Raw.simple(x.astype(np.float32), numbers, self.classes, features=tuple(map(str, found.feature_names)))

    def read_source(self, base: Path | None) -> str:
        if self.kind == "digits":
            return _IMAGES
        numbers = self.classes is None
        return _TABLE.format(
            function=f"load_{self.kind}",
            targets="a column of numbers" if numbers else "class indices",
            conversion="y.astype(np.float32)[:, None]" if numbers else "y.astype(np.int64)",
        )


def _file(name: str) -> Path | None:
    """A data file of the installed scikit-learn, found without importing it; None if it isn't there."""
    package = find_spec("sklearn")
    folders = (package.submodule_search_locations if package else None) or ()
    return next((file for folder in folders if (file := Path(folder, "datasets", "data", name)).is_file()), None)


@DATASETS.register
class Digits(Bundled, kind="digits"):
    """1,797 handwritten digits."""

    title = "Handwritten digits"
    icon = "image"
    synonyms = ("images", "mnist", "optical recognition")
    help = "1,797 real handwritten digits as gray images of 8×8, ten classes (Alpaydin and Kaynak 1998)."
    shape, examples = (1, 8, 8), 1797
    classes = tuple("0123456789")

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        """From scikit-learn's file where it lies as expected: importing scikit-learn takes a second and 90 MB."""
        file = _file("digits.csv.gz")
        if file is None:
            return super().read_arrays(base, progress)
        import numpy as np

        table = np.loadtxt(file, delimiter=",")
        images = table[:, :-1].astype(np.uint8).reshape(-1, *self.shape)
        return Raw.simple(images, table[:, -1].astype(np.int64), self.classes)


@DATASETS.register
class Iris(Bundled, kind="iris"):
    """150 flowers."""

    title = "Iris"
    synonyms = ("flowers", "table")
    help = "150 flowers of three species by four lengths in centimeters (Fisher 1936)."
    shape, examples = (4,), 150
    classes = ("setosa", "versicolor", "virginica")


@DATASETS.register
class Wine(Bundled, kind="wine"):
    """178 wines."""

    title = "Wine"
    synonyms = ("chemistry", "table")
    help = "178 wines of three growers by thirteen chemical measures (Forina 1991)."
    shape, examples = (13,), 178
    classes = ("class_0", "class_1", "class_2")


@DATASETS.register
class BreastCancer(Bundled, kind="breast_cancer"):
    """569 tumors."""

    title = "Breast cancer"
    synonyms = ("wisconsin", "medicine", "binary", "table")
    help = "569 tumors, malignant or benign, by thirty measures of cell nuclei (Wolberg 1995)."
    shape, examples = (30,), 569
    classes = ("malignant", "benign")


@DATASETS.register
class Diabetes(Bundled, kind="diabetes"):
    """442 patients."""

    title = "Diabetes"
    synonyms = ("regression", "medicine", "table")
    help = "442 patients by ten measures; the target is a number, the progress in a year (Efron 2004)."
    shape, examples = (10,), 442
    classes = None
