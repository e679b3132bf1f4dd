"""Windows about trained runs: several that answer together, and one made smaller; and who opens them."""

from __future__ import annotations

from studio.trained.opener import TrainedWindows

__all__ = ["TrainedWindows"]
