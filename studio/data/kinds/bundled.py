"""Real data sets that come with scikit-learn: no file, no network."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from models.data import Facts
from studio.data.base import DATASETS, Dataset
from studio.data.data import Progress, Raw
from studio.data.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Table = tuple[NDArray[Any], NDArray[Any]]

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


_OF_NUCLEI = (
    *("radius", "texture", "perimeter", "area", "smoothness"),
    *("compactness", "concavity", "concave points", "symmetry", "fractal dimension"),
)


class Bundled(Dataset, kind="bundled"):
    """Base of these; shape and classes are known without loading scikit-learn, and its files are read without it
    where they lie as expected: importing it takes a second and 90 MB."""

    is_bundled = True
    url = "https://scikit-learn.org/stable/datasets/toy_dataset.html"
    shape: ClassVar[tuple[int, ...]]
    classes: ClassVar[tuple[str, ...] | None]
    features: ClassVar[tuple[str, ...]] = ()
    examples: ClassVar[int]
    counts: ClassVar[tuple[int, ...]] = ()
    """Examples of each class."""
    spans: ClassVar[tuple[tuple[float, float], tuple[float, float] | None]]
    """The smallest and the largest feature, and target where that is a number."""
    file: ClassVar[str]
    """The table in scikit-learn's folder: features, then the target, below a line about them."""

    def read_facts(self, base: Path | None) -> Facts:
        target_shape = (1,) if self.classes is None else ()
        return Facts.simple(
            self.title, self.shape, self.classes, target_shape, self.examples, counts=self.counts, spans=self.spans
        )

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        import numpy as np

        x, y = self._from_files() or self._from_library()
        numbers = y.astype(np.float32)[:, None] if self.classes is None else y.astype(np.int64)
        if len(self.shape) == 3:
            return Raw.simple(x.astype(np.uint8).reshape(-1, *self.shape), numbers, self.classes)
        return Raw.simple(x.astype(np.float32), numbers, self.classes, features=self.features)

    def _from_files(self) -> Table | None:
        import numpy as np

        file = _file(self.file)
        if file is None:
            return None
        table = np.loadtxt(file, delimiter=",", skiprows=int(file.suffix == ".csv"))
        return table[:, :-1], table[:, -1]

    def _from_library(self) -> Table:
        try:
            from sklearn import datasets
        except ImportError:
            raise DataError(f"{self.title} comes with scikit-learn. Run: pip install scikit-learn") from None
        x, y = getattr(datasets, f"load_{self.kind}")(return_X_y=True)
        return x, y

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
    counts, spans = (178, 182, 177, 183, 181, 182, 181, 179, 174, 180), ((0.0, 16.0), None)
    file = "digits.csv.gz"


@DATASETS.register
class Iris(Bundled, kind="iris"):
    """150 flowers."""

    title = "Iris"
    synonyms = ("flowers", "table")
    help = "150 flowers of three species by four lengths in centimeters (Fisher 1936)."
    shape, examples = (4,), 150
    classes = ("setosa", "versicolor", "virginica")
    counts, spans = (50, 50, 50), ((0.1, 7.9), None)
    features = tuple(f"{part} {size} (cm)" for part in ("sepal", "petal") for size in ("length", "width"))
    file = "iris.csv"


@DATASETS.register
class Wine(Bundled, kind="wine"):
    """178 wines."""

    title = "Wine"
    synonyms = ("chemistry", "table")
    help = "178 wines of three growers by thirteen chemical measures (Forina 1991)."
    shape, examples = (13,), 178
    classes = ("class_0", "class_1", "class_2")
    counts, spans = (59, 71, 48), ((0.13, 1680.0), None)
    features = (
        *("alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids"),
        *("nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280/od315_of_diluted_wines"),
        "proline",
    )
    file = "wine_data.csv"


@DATASETS.register
class BreastCancer(Bundled, kind="breast_cancer"):
    """569 tumors."""

    title = "Breast cancer"
    synonyms = ("wisconsin", "medicine", "binary", "table")
    help = "569 tumors, malignant or benign, by thirty measures of cell nuclei (Wolberg 1995)."
    shape, examples = (30,), 569
    classes = ("malignant", "benign")
    counts, spans = (212, 357), ((0.0, 4254.0), None)
    features = (
        *(f"mean {measure}" for measure in _OF_NUCLEI),
        *(f"{measure} error" for measure in _OF_NUCLEI),
        *(f"worst {measure}" for measure in _OF_NUCLEI),
    )
    file = "breast_cancer.csv"


@DATASETS.register
class Diabetes(Bundled, kind="diabetes"):
    """442 patients."""

    title = "Diabetes"
    synonyms = ("regression", "medicine", "table")
    help = "442 patients by ten measures; the target is a number, the progress in a year (Efron 2004)."
    shape, examples = (10,), 442
    classes = None
    spans = (-0.1378, 0.1988), (25.0, 346.0)
    features = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")
    file = "diabetes_data_raw.csv.gz"

    def _from_files(self) -> Table | None:
        """As scikit-learn gives them: each feature around 0, its squares adding up to 1."""
        import numpy as np

        files = _file(self.file), _file("diabetes_target.csv.gz")
        if files[0] is None or files[1] is None:
            return None
        x, y = np.loadtxt(files[0]), np.loadtxt(files[1])
        x -= x.mean(0)
        x /= x.std(0)
        return x / len(x) ** 0.5, y
