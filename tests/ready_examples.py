"""Small files in the formats in which the ready sets are published. A set without any fails its test."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from PIL import Image
from recordings import wav

_GENERATOR = np.random.default_rng(0)
_SPECIES = ("Adelie", "Gentoo", "Chinstrap")


def _bytes(*shape: int) -> np.ndarray[Any, Any]:
    return _GENERATOR.integers(0, 255, shape, np.uint8)


def _idx(values: np.ndarray[Any, Any]) -> bytes:
    head = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    return gzip.compress(head + values.astype(np.uint8).tobytes())


def _as_mnist() -> list[bytes]:
    return [_idx(values) for values in (_bytes(9, 28, 28), np.arange(9) % 3, _bytes(4, 28, 28), np.arange(4) % 3)]


def _npz(*shape: int, numbers: bool = False) -> list[bytes]:
    file, rows = io.BytesIO(), shape[0]
    y = _GENERATOR.uniform(size=rows) if numbers else np.arange(rows) % 3
    np.savez(file, x=_bytes(*shape), y=y)
    return [file.getvalue()]


def _tar(files: Mapping[str, bytes], mode: str = "w:gz") -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as archive:  # type: ignore[call-overload]  # a mode for writing
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def _zip(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def _emnist(kind: str, first: int) -> list[bytes]:
    labels = first + np.arange(12) % 3
    files = {
        f"gzip/emnist-{kind}-mapping.txt": "".join(f"{first + n} {65 + n} {97 + n}\r\n" for n in range(3)).encode()
    }
    for part, rows in (("train", 12), ("test", 6)):
        files[f"gzip/emnist-{kind}-{part}-images-idx3-ubyte.gz"] = _idx(_bytes(rows, 28, 28))
        files[f"gzip/emnist-{kind}-{part}-labels-idx1-ubyte.gz"] = _idx(labels[:rows])
    return [_zip(files)]


def _element(kind: int, body: bytes) -> bytes:
    return struct.pack("<II", kind, len(body)) + body + bytes(-len(body) % 8)


def _matlab(**arrays: np.ndarray[Any, Any]) -> bytes:
    """Bytes as MATLAB saves them, packed (MAT-File Format, level 5)."""
    found = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"
    for name, values in arrays.items():
        sizes = struct.pack(f"<{values.ndim}i", *values.shape)
        body = _element(6, struct.pack("<II", 9, 0)) + _element(5, sizes) + _element(1, name.encode())
        matrix = _element(14, body + _element(2, values.astype(np.uint8).tobytes(order="F")))
        packed = zlib.compress(matrix)
        found += struct.pack("<II", 15, len(packed)) + packed
    return found


def _house_numbers() -> list[bytes]:
    return [_matlab(X=_bytes(32, 32, 3, rows), y=1 + np.arange(rows)[:, None] % 10) for rows in (20, 10)]


def _cifar(labels: int) -> list[bytes]:
    rows = {name: _bytes(6, labels + 3072) for name in ("data_batch_1", "test_batch")}
    for values in rows.values():
        values[:, labels - 1] = np.arange(6) % 3
    return [_tar({f"cifar/{name}.bin": values.tobytes() for name, values in rows.items()})]


def _image(suffix: str = "JPEG") -> bytes:
    file = io.BytesIO()
    Image.fromarray(_bytes(16, 20, 3)).save(file, suffix)
    return file.getvalue()


def _photos(*folders: str) -> dict[str, bytes]:
    return {f"{folder}/{number}.jpg": _image() for folder in folders for number in range(5)}


def _words() -> list[bytes]:
    names = [f"./{word}/{who}_nohash_0.wav" for word in ("yes", "no") for who in ("ann", "bob", "cy", "dee", "eve")]
    files = {name: wav(_GENERATOR.uniform(-0.5, 0.5, 1600)) for name in names}
    files |= {"./_background_noise_/tap.wav": wav(np.zeros(1600)), "./LICENSE": b"CC BY 4.0"}
    lists = {"validation_list.txt": "yes/ann_nohash_0.wav\nno/bob_nohash_0.wav\n", "testing_list.txt": names[2][2:]}
    return [_tar(files | {f"./{name}": text.encode() for name, text in lists.items()})]


def _reviews() -> list[bytes]:
    files = {"aclImdb/README": b"about", "aclImdb/train/unsup/0_0.txt": b"unlabeled"}
    for part in ("train", "test"):
        for label, word in (("neg", "dull"), ("pos", "fine")):
            for number in range(4):
                text = f"A {word} film, {part} {number}.<br />“{word}”"
                files[f"aclImdb/{part}/{label}/{number}_1.txt"] = text.encode()
    return [_tar(files)]


def _news() -> list[bytes]:
    return [
        "".join(f'"{1 + row % 4}","Title {row}","About \\ ""{row}"" of {part}"\n' for row in range(rows)).encode()
        for part, rows in (("train", 12), ("test", 4))
    ]


def _people() -> list[bytes]:
    def line(row: int, end: str) -> str:
        income = "<=50K" if row % 3 else ">50K"
        job = "?" if row == 4 else "Private"
        first = f"{20 + row}, {job}, {1000 + row}, HS-grad, {row % 9}, Never-married, Sales, Wife, White, Female"
        return f"{first}, 0, 0, 40, Cuba, {income}{end}\n"

    rows = [line(row, "") for row in range(18)]
    return [
        "".join([*rows, "\n"]).encode(),
        "".join(["|1x3 Cross validator\n", *(line(r, ".") for r in range(6))]).encode(),
    ]


def _table(head: str, *rows: str) -> list[bytes]:
    return ["\n".join([*filter(None, [head]), *rows, ""]).encode()]


def _penguins() -> list[bytes]:
    head = "species,island,culmen_length_mm,culmen_depth_mm,flipper_length_mm,body_mass_g,sex"
    mass = ["NA" if row == 3 else "3750" for row in range(24)]
    return _table(head, *(f"{_SPECIES[row % 3]},Dream,{39 + row},18.7,181,{mass[row]},MALE" for row in range(24)))


def _passengers() -> list[bytes]:
    names = [
        "pclass",
        "survived",
        "name",
        "sex",
        "age",
        "sibsp",
        "parch",
        "ticket",
        "fare",
        "cabin",
        "embarked",
        "boat",
        "body",
        "home.dest",
    ]
    rows = [
        f"{1 + row % 3},{row % 2},'Miss {row}',female,{20 + row},0,0,{9000 + row},{row / 2},?,S,?,?,?"
        for row in range(24)
    ]
    return _table(",".join(f'"{name}"' for name in names), *rows)


def _wines() -> list[bytes]:
    head = '"fixed acidity";"volatile acidity";"alcohol";"quality"'
    return _table(head, *(f"{7 + row / 9};0.{row + 10};9.4;{3 + row % 6}" for row in range(24)))


def _snails() -> list[bytes]:
    start = "0.365,0.095,0.514,0.2245,0.101"
    return _table("", *(f"{'MFI'[row % 3]},0.4{row},{start},0.1{row},{5 + row % 9}" for row in range(24)))


def _flowers() -> list[bytes]:
    return [_tar(_photos("flower_photos/roses", "flower_photos/tulips") | {"flower_photos/LICENSE.txt": b"CC"})]


def _classes_of_imagenet() -> list[bytes]:
    return [_tar(_photos(*(f"imagenette2-160/{part}/n{n}" for part in ("train", "val") for n in (1, 2))))]


PUBLISHED: dict[str, Callable[[], list[bytes]]] = {
    "mnist": partial(_npz, 12, 28, 28),
    "california_housing": partial(_npz, 12, 8, numbers=True),
    "fashion_mnist": _as_mnist,
    "kmnist": _as_mnist,
    "emnist_letters": partial(_emnist, "letters", 1),
    "emnist_balanced": partial(_emnist, "balanced", 0),
    "svhn": _house_numbers,
    "cifar10": partial(_cifar, 1),
    "cifar100": partial(_cifar, 2),
    "eurosat": lambda: [_zip(_photos("2750/Forest", "2750/River"))],
    "flowers": _flowers,
    "imagenette": _classes_of_imagenet,
    "speech_commands": _words,
    "imdb": _reviews,
    "ag_news": _news,
    "tiny_shakespeare": lambda: ["".join(f"Citizen {n}:\nBefore we proceed.\n\n" for n in range(60)).encode()],
    "penguins": _penguins,
    "titanic": _passengers,
    "adult": _people,
    "red_wine": _wines,
    "abalone": _snails,
}  # fmt: skip
"""By the name of a set what its files hold, in their order."""
