"""The reader of schemas as objects and unions see it: schemas contain objects and unions, which contain schemas."""

from __future__ import annotations

from typing import Protocol

from tools.codegen import ir
from tools.codegen.read.flat import Flat
from tools.openapi.node import Node
from tools.openapi.problems import Problem


class SchemaReader(Protocol):
    """Reads the schemas inside a schema; `schemas.Reader` is the only one."""

    problems: list[Problem]
    definitions: dict[ir.Key, ir.Definition]

    def type_of(self, node: Node, name: str, variant: str = "") -> ir.Type:
        """Type of the schema at `node`."""
        ...

    def type_of_flat(self, flat: Flat, node: Node, name: str, variant: str) -> ir.Type:
        """Type of plain parts that hold together."""
        ...

    def plain_type(self, flat: Flat, node: Node, name: str, variant: str) -> ir.Type:
        """Type of parts without `oneOf` and `anyOf`."""
        ...

    def checked(self, type_: ir.Type, flat: Flat, node: Node, composites: list[Node] | None = None) -> ir.Type:
        """`type_` with the keywords that only the evaluator knows."""
        ...

    def is_split(self, node: Node) -> bool:
        """Whether requests and responses see different properties below `node`."""
        ...
