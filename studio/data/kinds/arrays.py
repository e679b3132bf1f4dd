"""Files of arrays by name (`.npz`, HDF5, safetensors, MATLAB, LibSVM), or two `.npy` files. Pickles are never read."""

from __future__ import annotations

from pathlib import Path

from models.specs.fields import Text
from studio.data.arrays.base import Arrays, Opened
from studio.data.base import DATASETS
from studio.data.data import Progress
from studio.data.formats.arrays.door import SUFFIXES, header, is_archive
from studio.data.formats.npy import Place
from studio.data.paths import located


@DATASETS.register
class NumPy(Arrays, kind="numpy"):
    """Arrays from the user's own `.npz`, `.npy`, HDF5, safetensors, MATLAB or LibSVM files."""

    title = "NumPy arrays"
    icon = "db"
    suffixes = SUFFIXES
    synonyms = ("numpy", "npz", "npy", "hdf5", "h5", "safetensors", "matlab", "mat", "libsvm", "file")
    help = (
        "Arrays from a file: .npz, HDF5, safetensors, .mat or LibSVM with x and y by name (x_test and y_test, where "
        "present, are the validation part), or .npy with y in a second file. Integers, text, one-hot rows are classes."
    )

    y_path = Text(label="Target file", path=True, help="The .npy file of targets, where x is a .npy file.")

    def _opened(self, base: Path | None, progress: Progress | None) -> Opened:
        path = located(self.path, base, "data file")
        if is_archive(path):
            return Opened(path)
        header(Place(path))  # a broken file is named as such before another one is asked for
        return Opened(path, located(self.y_path, base, "target file (y of a .npy file)"))
