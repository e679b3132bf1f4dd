"""`python -m studio.worker.onnx GIVEN ANSWER`: write one network as an ONNX file."""

from __future__ import annotations

from models.storage.files import FileError
from studio.data.errors import DataError
from studio.runs.errors import RunError
from studio.worker.errors import TrainingError
from studio.worker.onnx.writing import write
from studio.worker.probing.errors import ProbeError
from studio.worker.process.apart import serve

serve(write, (ProbeError, RunError, TrainingError, FileError, DataError))
