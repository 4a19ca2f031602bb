"""Unions that are told apart by a tag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import core_schema as cs


@dataclass(frozen=True, slots=True)
class Tagged:
    """The member of a union is the one that the value of a property names."""

    property: str
    members: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, _source: Any, handler: Any) -> cs.CoreSchema:
        choices: dict[Any, cs.CoreSchema] = {value: handler.generate_schema(one) for value, one in self.members.items()}
        read = cs.tagged_union_schema(choices, discriminator=self.property)
        plain = cs.union_schema([*choices.values()])
        python = cs.tagged_union_schema(
            {"tagged": read, "made": plain},
            discriminator=lambda value: "made" if isinstance(value, BaseModel) else "tagged",
        )
        return cs.json_or_python_schema(read, python, serialization=cs.simple_ser_schema("any"))

    def __hash__(self) -> int:
        return hash(self.property)
