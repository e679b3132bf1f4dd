"""`python -m studio.worker.onnx.comparing GIVEN ANSWER`: an imported document beside the ONNX file it came from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio.worker.importing.beside import apart
from studio.worker.onnx.writing import opened
from studio.worker.probing.errors import ProbeError
from studio.worker.process.apart import serve


def compare(given: Mapping[str, Any]) -> dict[str, Any]:
    """Run the ONNX file ``original`` and a ``document`` with its ``weights`` on the same inputs; the fact
    ``difference`` is the largest between their outputs, as a share of the largest output."""
    return {"difference": apart(given, opened(Path(given["original"])), (given["batch"],) if given["batch"] else ())}


if __name__ == "__main__":
    serve(compare, (ProbeError,))
