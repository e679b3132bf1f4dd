"""What goes wrong in training, and the sentence for each failure."""

from __future__ import annotations

import re

from studio.runs.errors import RunError

TRAINING_FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What generated source, torch and data readers raise. Anything else is a fault of the program and ends the worker."""


NO_MEMORY = r"can't allocate memory|out of memory|CU(BLAS|DNN)_STATUS_ALLOC_FAILED"
"""What torch says on a CPU, and where the libraries of a graphics card get no room for themselves."""


class TrainingError(Exception):
    """A run that cannot start or go on; the text is a sentence for the user."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the memory of the computer or of a graphics card ran out."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    # On CPU torch raises a plain RuntimeError, from its allocator or from the operating system.
    return isinstance(error, RuntimeError) and bool(re.search(NO_MEMORY, str(error)))


def sentence_for(error: BaseException, *, device: str = "cpu", fits: int = 0) -> str:
    """What happened and what to do, in words, for anything that training may raise; ``fits`` is the batch size for
    which there would be memory, where that is known."""
    if isinstance(error, TrainingError | RunError):
        return str(error)
    if is_out_of_memory(error):
        remedy = f"A batch size of {fits:,} should fit" if fits else "Try smaller batches, or a smaller network"
        return f"The memory of {device} ran out. {remedy}."
    text = " ".join(str(error).split())
    if isinstance(error, IndexError) and text.startswith("index out of range in self"):
        return "A number in the data lies outside an Embedding’s table. Raise its num_embeddings above the largest one."
    return f"Training stopped with an error of {type(error).__name__}: {text[:300] or 'it gave no reason'}"
