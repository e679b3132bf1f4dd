"""What a file of weights holds, told without running anything of it."""

from __future__ import annotations

import pickletools
import zipfile
from collections.abc import Iterator
from pathlib import Path

ENDINGS = (".pt", ".pth", ".bin", ".ckpt", ".safetensors")
LARGEST_INDEX = 1 << 26
"""Bytes of the part of a file that names what it holds."""
PLAIN = ("torch", "collections", "numpy", "builtins", "_codecs", "argparse")
"""Packages whose classes say nothing of a network."""


def is_weights(path: Path) -> bool:
    """Whether a file is one of weights, or of a network without its source, by its name."""
    return path.suffix.lower() in ENDINGS


def what_it_holds(path: Path, how: str = "these weights") -> str:
    """Why a file is no network that can be imported, and what to do, as a sentence; ``how`` names weights as given."""
    name = path.name[:40]
    found = next((words for words in _classes(path) if _tells(words[0])), None)
    if found:
        return f"{name} holds a {found[1]:.30} of {found[0]:.40}, which is not run. Open its source."
    return f"{name} holds weights alone. Import the source of the network, with {how}."


def _tells(module: str) -> bool:
    """Whether a class of a module is more than tensors are made of."""
    return module.startswith("torch.nn.modules.") or module.partition(".")[0] not in PLAIN


def _classes(path: Path) -> Iterator[tuple[str, str]]:
    """The module and name of each class that a file of PyTorch would make; nothing for what is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            index = next((item for item in archive.infolist() if item.filename.endswith("data.pkl")), None)
            if index is None or index.file_size > LARGEST_INDEX:
                return
            content = archive.read(index)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return
    yield from _globals(content)


def _globals(content: bytes) -> Iterator[tuple[str, str]]:
    """What a pickle names, read as the list of instructions that it is."""
    texts: list[str] = []
    try:
        for operation, argument, _ in pickletools.genops(content):
            if operation.name == "GLOBAL":
                module, _, name = str(argument).partition(" ")
                yield module, name
            elif operation.name == "STACK_GLOBAL" and len(texts) > 1:
                yield texts[-2], texts[-1]
            elif "UNICODE" in operation.name:
                texts.append(str(argument))
    except ValueError:
        return
