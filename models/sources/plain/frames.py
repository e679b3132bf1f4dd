"""Where names stand for values: the arguments and variables of one function, the module below, and ``self``."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from models.sources.plain.values import Value


@dataclass
class Instance:
    """What a class holds once its constructor went through: what stands behind ``self``."""

    methods: Mapping[str, ast.FunctionDef]
    attributes: dict[str, Value] = field(default_factory=dict)


class Follower(Protocol):
    """Who goes through functions and classes that an expression calls."""

    aliases: Mapping[str, str]

    def constant(self, name: str) -> Value:
        """What a name of the module stands for; raises `KeyError` for none that is known."""

    def of_class(self, name: str, attribute: str) -> Value:
        """What a class says of itself: ``expansion = 4``; raises `KeyError`."""

    def called(self, name: str, call: ast.Call, frame: Frame) -> Value | None:
        """What a function or class of the module gives; None where there is none of that name."""

    def method(self, name: str, call: ast.Call, frame: Frame) -> Value:
        """What a method of ``self`` gives."""


@dataclass
class Frame:
    """The names of one function that is followed, and who follows what it calls."""

    follower: Follower
    owner: Instance | None = None
    names: dict[str, Value] = field(default_factory=dict)
    depth: int = 0
