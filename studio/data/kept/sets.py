"""The sets that can be downloaded: those whose content is known for certain, by its SHA-256."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import NamedTuple

PREFIX = "ready:"
"""What a document's path begins with that names one of these, wherever this computer keeps it."""
_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


class ReadySet(NamedTuple):
    """A file of arrays: what it is called, where it comes from, its SHA-256 and its size in bytes, and under which
    license it may be used.

    One that is published in other formats has ``parts``, which are files as well, and the name of what makes arrays of
    them (`studio.data.kept.packing`); its own address is then a page about it.
    """

    name: str
    title: str
    about: str
    license: str
    url: str
    sha256: str
    size: int
    suffix: str = ".npz"
    parts: tuple[ReadySet, ...] = ()
    packing: str = ""

    @property
    def path(self) -> str:
        """How a document names it."""
        return f"{PREFIX}{self.name}"

    @property
    def file(self) -> Path:
        """Where it lies on this computer, or would."""
        return datasets_folder() / f"{self.name}{self.suffix}"


def _made_of(name: str, title: str, about: str, license: str, page: str, packing: str, *parts: ReadySet) -> ReadySet:
    return ReadySet(name, title, about, license, page, "", sum(part.size for part in parts), ".npz", parts, packing)


def _part(title: str, url: str, sha256: str, size: int) -> ReadySet:
    return ReadySet(f"{title}-{url.rpartition('/')[2]}".lower(), title, "", "", url, sha256, size, "")


_FASHION = partial(_part, "Fashion-MNIST")
_KMNIST = partial(_part, "KMNIST")
_ZALANDO = "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion"
_CODH = "https://codh.rois.ac.jp/kmnist/dataset/kmnist"
_TORONTO = "https://www.cs.toronto.edu/~kriz"
_NO_LICENSE = "none stated; cite Krizhevsky 2009"
# Sizes and SHA-256 are those that TensorFlow Datasets states in its url_checksums.
READY = {
    item.name: item
    for item in (
        ReadySet(
            "mnist",
            "MNIST",
            "70,000 digits, 28×28",
            "CC BY-SA 3.0",
            f"{_KERAS}mnist.npz",
            "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
            11_490_434,
        ),
        ReadySet(
            "california_housing",
            "California housing",
            "20,640 districts, 8 numbers",
            "public domain",
            f"{_KERAS}california_housing.npz",
            "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
            743_530,
        ),
        _made_of(
            "fashion_mnist", "Fashion-MNIST", "70,000 clothes, 28×28", "MIT", f"{_ZALANDO}/", "idx",
            _FASHION(f"{_ZALANDO}/train-images-idx3-ubyte.gz",
                     "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26_421_880),
            _FASHION(f"{_ZALANDO}/train-labels-idx1-ubyte.gz",
                     "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29_515),
            _FASHION(f"{_ZALANDO}/t10k-images-idx3-ubyte.gz",
                     "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4_422_102),
            _FASHION(f"{_ZALANDO}/t10k-labels-idx1-ubyte.gz",
                     "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5_148),
        ),
        _made_of(
            "kmnist", "KMNIST", "70,000 characters, 28×28", "CC BY-SA 4.0", f"{_CODH}/", "idx",
            _KMNIST(f"{_CODH}/train-images-idx3-ubyte.gz",
                    "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4", 18_165_135),
            _KMNIST(f"{_CODH}/train-labels-idx1-ubyte.gz",
                    "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17", 29_497),
            _KMNIST(f"{_CODH}/t10k-images-idx3-ubyte.gz",
                    "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5", 3_041_136),
            _KMNIST(f"{_CODH}/t10k-labels-idx1-ubyte.gz",
                    "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c", 5_120),
        ),
        _made_of(
            "cifar10", "CIFAR-10", "60,000 images, 10 classes", _NO_LICENSE, f"{_TORONTO}/cifar.html",
            "cifar", _part("CIFAR-10", f"{_TORONTO}/cifar-10-binary.tar.gz",
                           "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", 170_052_171),
        ),
        _made_of(
            "cifar100", "CIFAR-100", "60,000 images, 100 classes", _NO_LICENSE, f"{_TORONTO}/cifar.html",
            "cifar", _part("CIFAR-100", f"{_TORONTO}/cifar-100-binary.tar.gz",
                           "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec", 168_513_733),
        ),
    )
}  # fmt: skip


def datasets_folder() -> Path:
    """Where they are kept: the environment's NETLOOM_DATASETS, else the user's data folder."""
    if named := os.environ.get("NETLOOM_DATASETS"):
        return Path(named).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("netloom", appauthor=False) / "datasets"


def ready_named(path: str) -> ReadySet | None:
    """The set that a document's path names; None for a file."""
    return READY.get(path.removeprefix(PREFIX)) if path.startswith(PREFIX) else None
