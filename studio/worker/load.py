"""How much of the device a training takes: memory, and the share of its time that it works; and what is left."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import psutil
import torch

from studio.worker.process.aside import Aside

MB = 2**20
ASK_EVERY = 0.5
"""Seconds between two questions to a driver, which itself looks at a card a few times a second."""
Load = Callable[[], dict[str, float]]
Share = Callable[[], float | None]


def load_of(device: torch.device) -> Load:
    """What gives, whenever it is called, ``device_memory_mb`` and ``device_utilization`` (0 to 1) as far as they are
    known. On a GPU memory is what this process has reserved there; on the CPU both are of this process."""
    if device.type == "cuda":
        return _gpu(device)
    return _process() if device.type == "cpu" else dict


def free_memory(device: torch.device) -> int:
    """Bytes that this process may still take on a device, 0 where that is not known."""
    if device.type == "cuda":
        kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0]) + kept
    if device.type != "cpu":
        return 0
    free = int(psutil.virtual_memory().available)
    if sys.platform == "win32":
        return free
    import resource

    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    return free if most == resource.RLIM_INFINITY else max(0, min(free, most - psutil.Process().memory_info().vms))


def _process() -> Load:
    process = psutil.Process()
    process.cpu_percent()  # the first call has nothing to compare with
    cores = os.cpu_count() or 1

    def load() -> dict[str, float]:
        memory = process.memory_info().rss / MB
        return {"device_memory_mb": memory, "device_utilization": min(process.cpu_percent() / 100 / cores, 1.0)}

    return load


def _gpu(device: torch.device) -> Load:
    utilization = Beside(_utilization_of(str(torch.cuda.get_device_properties(device).uuid)))

    def load() -> dict[str, float]:
        found = {"device_memory_mb": torch.cuda.memory_reserved(device) / MB}
        share = utilization()
        return found if share is None else found | {"device_utilization": share}

    return load


class Beside:
    """What was last answered to a question that may take its time, None before the first answer.

    A driver answers in some milliseconds, now and then in many: training does not wait for it.
    """

    def __init__(self, ask: Share, every: float = ASK_EVERY) -> None:
        """``every`` is the least time between two questions, in seconds."""
        self._ask, self._every = ask, every
        self._asking: Aside[None] | None = None
        self._asked = 0.0
        self._answer: float | None = None

    def __call__(self) -> float | None:
        """The last answer; asks anew where that is due."""
        now = time.monotonic()
        if self._asking is None or not (self._asking.is_going_on or now < self._asked + self._every):
            self._asked = now
            self._asking = Aside(self._take, ())
        return self._answer

    def _take(self) -> None:
        self._answer = self._ask()


class _Rates(ctypes.Structure):
    _fields_ = (("gpu", ctypes.c_uint), ("memory", ctypes.c_uint))


def _utilization_of(uuid: str) -> Share:
    """What asks the driver (NVML) how busy a card is; None where it does not say."""
    try:
        driver = ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return lambda: None
    handle, rates = ctypes.c_void_p(), _Rates()
    name = ctypes.c_char_p((uuid if uuid.startswith("GPU-") else f"GPU-{uuid}").encode())
    with suppress(AttributeError):  # a library without these functions is another
        if driver.nvmlInit_v2() == 0 and driver.nvmlDeviceGetHandleByUUID(name, ctypes.byref(handle)) == 0:

            def ask() -> float | None:
                refused = driver.nvmlDeviceGetUtilizationRates(handle, ctypes.byref(rates))
                return None if refused else rates.gpu / 100

            return ask
    return lambda: None
