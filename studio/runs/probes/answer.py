"""What came of a question: plain arrays and facts in one safetensors file, of bounded size. No pickles."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from studio.runs.errors import RunError, disk_error
from studio.runs.files.atomic import to_json
from studio.runs.files.reading import plain_json, read_file
from studio.runs.files.tensors import packed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = dict[str, NDArray[Any]]

LARGEST = 1 << 26
"""Bytes of an answer: more is for no eye, and the window has other things to hold."""
FACTS = "facts"
FAILED = "failed"
"""The fact that tells, in a sentence, why there is no answer."""


class Answer(NamedTuple):
    """Arrays by name, and JSON data."""

    arrays: Arrays
    facts: dict[str, Any]

    @property
    def size(self) -> int:
        """Bytes of the arrays."""
        return sum(array.nbytes for array in self.arrays.values())


def write_answer(path: Path, answer: Answer) -> None:
    """Write an answer whole; raises `RunError` where it is too large or the disk refuses."""
    if answer.size > LARGEST:
        raise RunError(f"The answer takes {answer.size >> 20} MB; {LARGEST >> 20} are the most. Ask for less.")
    content = packed(answer.arrays, {FACTS: to_json(answer.facts).decode()})
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise disk_error("write", path, error) from error


def read_answer(path: Path) -> Answer:
    """Read an answer; raises `RunError` for a file that holds none."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        content = read_file(path, LARGEST + (1 << 22))
        header = plain_json(content[8 : 8 + int.from_bytes(content[:8], "little")])
        facts = plain_json(header["__metadata__"][FACTS].encode())
        arrays = load(content)
    except OSError as error:
        raise disk_error("read", path, error) from error
    except (ValueError, LookupError, TypeError, AttributeError, SafetensorError) as error:
        raise RunError(f"{path.name} holds no answer: {error}.") from error
    if not isinstance(facts, dict):
        raise RunError(f"{path.name} holds no answer: its facts are no object.")
    return Answer(arrays, facts)
