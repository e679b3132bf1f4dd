"""What Keras 2 saved, and Keras 3 saves under that name: one HDF5 file with the configuration and all weights."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.importers.keras.files import LARGEST_CONFIG, Array, KerasFile
from models.importers.records import ImportFailed

HELD = "model_weights"
WITHIN = ("cell", "layer")
"""Parts of layers that lend their weights to the layer around them."""
WAYS = {"forward_layer": "forward_", "backward_layer": "backward_"}
"""How names of weights tell both halves of a layer that reads both ways."""


class LegacyFile(KerasFile):
    """An opened file. Raises `ImportFailed` where it is none."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._weights = self._opened(path)
        about = self._weights.attrs
        text = self._text(about.get("model_config", b""))
        if not text:
            raise ImportFailed(f"{path.name} holds no layers, perhaps weights alone: save the whole model.")
        self.renames = self._text(about.get("keras_version", b"2")).startswith(("1", "2"))
        self.config = self._json(text.encode())

    def _text(self, found: Any) -> str:
        text = found.decode(errors="replace") if isinstance(found, bytes) else str(found)
        if len(text) > LARGEST_CONFIG:
            raise ImportFailed(f"the configuration in {self.name} has {len(text):,} letters, too many to read.")
        return text

    def _json(self, content: bytes) -> Mapping[str, Any]:
        return super()._json(json.dumps(json.loads(content, object_hook=self._renamed)).encode())

    def _renamed(self, settings: dict[str, Any]) -> dict[str, Any]:
        """Keras 3 took another function under an old name."""
        for name in ("activation", "recurrent_activation"):
            if self.renames and settings.get(name) == "hard_sigmoid":
                settings[name] = "hard_sigmoid_of_keras_2"
        return settings

    def holder(self, place: str) -> str:
        """Models within the model keep their layers under their name."""
        return place.rstrip("/")

    def places(self, layers: Sequence[Mapping[str, Any]], holder: str) -> list[str]:
        """Each layer keeps its weights under its name."""
        names = [str(about.get("name") or (about.get("config") or {}).get("name")) for about in layers]
        return [f"{holder}/{name}".lstrip("/") for name in names]

    def arrays(self, place: str) -> list[Array]:
        """The weights of a layer in their order."""
        first, *inner = place.split("/")
        names = list(self._names(first))
        for part in inner:
            if part in WAYS:
                names = [name for name in names if WAYS[part] in name]
            elif part not in WITHIN:
                names = [name for name in names if part in name.split("/")]
        found = [self._at(f"{HELD}/{first}/{name}") for name in names]
        return [np.asarray(item[()]) for item in found if isinstance(item, self._h5py.Dataset)]

    def _names(self, layer: str) -> Iterator[str]:
        """The names of the weights of a layer, in parts where they are many."""
        group = self._at(f"{HELD}/{layer}")
        about = group.attrs if group is not None else {}
        parts = [name for name in about if name.startswith("weight_names")]
        for part in sorted(parts, key=lambda name: (len(name), name)):
            yield from map(self._text, about[part])


def rank_behind(kind: str, config: Mapping[str, Any], rank: int) -> int:
    """Dimensions of what a layer gives, for what of ``rank`` it reads."""
    inner = config.get("layer")
    if kind == "Bidirectional" and isinstance(inner, dict):
        config, kind = inner.get("config") or {}, "LSTM"
    if kind in ("LSTM", "GRU", "SimpleRNN"):
        return 3 if config.get("return_sequences") else 2
    if kind == "Flatten" or (kind.startswith("Global") and not config.get("keepdims")):
        return 2
    if kind == "Reshape":
        return 1 + len(config.get("target_shape") or ())
    return rank + (kind in ("Embedding", "RepeatVector"))
