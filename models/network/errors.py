"""What a network refuses, all with a sentence for people.

- `NetworkError`
    - `NameTaken`, `BadName`, `NoSuchNode`
    - `ConnectionRefused`
        - `NoSuchPort`, `AlreadyConnected`, `PortOccupied`, `MakesCycle`, `SelfLoop`
"""

from __future__ import annotations


class NetworkError(ValueError):
    """Something asked of a network that it cannot do; the text is a sentence for people."""


class NameTaken(NetworkError):
    """A node id that another node has."""


class BadName(NetworkError):
    """A node id that could not be a Python attribute."""


class NoSuchNode(NetworkError):
    """A node id that the network does not have."""


class ConnectionRefused(NetworkError):
    """A wire that cannot be."""


class NoSuchPort(ConnectionRefused):
    """The node has no port of that name."""


class AlreadyConnected(ConnectionRefused):
    """That very wire exists."""


class PortOccupied(ConnectionRefused):
    """The input has a wire already."""


class MakesCycle(ConnectionRefused):
    """The wire would close a loop."""


class SelfLoop(MakesCycle):
    """The wire would join a node to itself."""
