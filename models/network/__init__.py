"""The network: nodes, wires, change signals, what may be connected, and what a layer may be called."""

from __future__ import annotations

from models.network.bypass import without_bypassed
from models.network.errors import (
    AlreadyConnected,
    BadName,
    ConnectionRefused,
    MakesCycle,
    NameTaken,
    NetworkError,
    NoSuchNode,
    NoSuchPort,
    PortOccupied,
    SelfLoop,
)
from models.network.graph import Network
from models.network.names import MODULE_ATTRIBUTES, name_problem
from models.network.node import ASIDE, NO_KINDS, Change, Edge, Kinds, Node, Piece
from models.network.reading import input_nodes, output_nodes, reading_order
from models.network.remarks import Frame, Note, Position

__all__ = [
    "ASIDE",
    "MODULE_ATTRIBUTES",
    "NO_KINDS",
    "AlreadyConnected",
    "BadName",
    "Change",
    "ConnectionRefused",
    "Edge",
    "Frame",
    "Kinds",
    "MakesCycle",
    "NameTaken",
    "Network",
    "NetworkError",
    "NoSuchNode",
    "NoSuchPort",
    "Node",
    "Note",
    "Piece",
    "PortOccupied",
    "Position",
    "SelfLoop",
    "input_nodes",
    "name_problem",
    "output_nodes",
    "reading_order",
    "without_bypassed",
]
