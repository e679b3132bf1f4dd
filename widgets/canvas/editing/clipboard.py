"""Cards on the clipboard: the format of documents, for a part of a network with the blocks that it uses."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QMimeData

from models.blocks import needed
from models.document import Content
from models.network import Network, NetworkError
from models.specs.expression import is_number, names_in
from models.storage.files import FileError, format_json, parse
from models.storage.writing import content_to_json
from widgets.canvas.scene.scene import Scene

NETWORK_MIME = "application/x-netloom-network"
NOT_A_NETWORK = "What was copied is not a network. Copy layers first, then paste."


def copied(scene: Scene, ids: Collection[str]) -> QMimeData:
    """The cards and the wires among them, as data and as text."""
    network = scene.network
    nodes = [node.copy() for node in network if node.id in ids]
    for node in nodes:
        corner = scene.cards[node.id].rect.topLeft()
        node.position = corner.x(), corner.y()
    inner = [edge for edge in network.edges if edge.source in ids and edge.target in ids]
    used = names_in([node.params for node in nodes])
    parameters = {name: value for name, value in network.parameters.items() if name in used and is_number(value)}
    piece = Network(nodes, inner, parameters=parameters, frames=network.frames)
    blocks = needed(network.kinds, {node.kind for node in nodes})
    return as_data(Content(piece, blocks={name: block.copy() for name, block in blocks.items()}))


def as_data(piece: Content) -> QMimeData:
    """Networks as data and as text."""
    text = format_json(content_to_json(piece))
    data = QMimeData()
    data.setData(NETWORK_MIME, text)
    data.setText(text.decode())
    return data


def pasted(data: QMimeData | None) -> Network:
    """The network on the clipboard, which knows the blocks that came along.

    Raises `NetworkError` with a sentence if it holds none.
    """
    if data is None:
        raise NetworkError(NOT_A_NETWORK)
    content = bytes(data.data(NETWORK_MIME).data()) if data.hasFormat(NETWORK_MIME) else data.text().encode()
    try:
        document, _ = parse(content, name="The clipboard")
    except FileError:
        raise NetworkError(NOT_A_NETWORK) from None
    if not document.network.nodes and not document.network.notes:
        raise NetworkError(NOT_A_NETWORK)
    return document.network
