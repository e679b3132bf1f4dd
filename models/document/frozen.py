"""A document's content as it was at one moment: what is saved, exported or trained while edits go on."""

from __future__ import annotations

from models.document.content import MAIN, Content
from models.network.frozen import FrozenNetwork


class FrozenContent:
    """What a content held when this was made, at little cost however large it is; read it in any thread.

    Settings are replaced, never changed in place, so it shares them with the content.
    """

    def __init__(self, content: Content) -> None:
        self._networks = {scope: FrozenNetwork(network) for scope, network in content.networks.items()}
        self._sections, self._extra = dict(content.sections), dict(content.extra)

    def content(self) -> Content:
        """The content as it was, independent of the one that it was taken from."""
        networks = {scope: frozen.network() for scope, frozen in self._networks.items()}
        return Content(networks.pop(MAIN), self._sections, dict(self._extra), networks)
