"""One worker for all windows about trained runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ensembles import members

from studio.controllers.asking.probing import Probing

__all__ = ["members"]


@pytest.fixture(scope="session")
def probing(qapp: object) -> Iterator[Probing]:
    """One worker for all tests: each would wait seconds for its own."""
    probing = Probing()
    probing.warm_up()
    yield probing
    probing.close()
