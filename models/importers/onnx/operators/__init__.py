"""What each operator of ONNX becomes, one file a family. Importing this package registers all of them."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

# A family joins by lying in this folder.
for _family in iter_modules(__path__):
    import_module(f"{__name__}.{_family.name}")
