"""The network: nodes, wires, change signals, and what may be connected."""

from __future__ import annotations

from models.network.graph import (
    MODULE_ATTRIBUTES,
    AlreadyConnected,
    BadName,
    Change,
    ConnectionRefused,
    Edge,
    MakesCycle,
    NameTaken,
    Network,
    NetworkError,
    Node,
    NoSuchNode,
    NoSuchPort,
    Piece,
    PortOccupied,
    Position,
    SelfLoop,
    name_problem,
)

__all__ = [
    "MODULE_ATTRIBUTES",
    "AlreadyConnected",
    "BadName",
    "Change",
    "ConnectionRefused",
    "Edge",
    "MakesCycle",
    "NameTaken",
    "Network",
    "NetworkError",
    "NoSuchNode",
    "NoSuchPort",
    "Node",
    "Piece",
    "PortOccupied",
    "Position",
    "SelfLoop",
    "name_problem",
]
