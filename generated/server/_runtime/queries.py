"""Query parameters that an operation does not have: refused where the application says so, with the name that was meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from .issues import MAX_ISSUES, MAX_NAME, shown
from .params import Place, Query
from .problems import Issue

if TYPE_CHECKING:
    from .operations import Operation


@dataclass(frozen=True, slots=True)
class KnownQuery:
    """Names of the query parameters that an operation has."""

    names: tuple[str, ...]
    is_open: bool = False
    """One of its parameters is an object that takes any name."""
    objects: tuple[str, ...] = ()
    """Names of those that are written `name[property]`."""

    @classmethod
    def of(cls, operation: Operation) -> KnownQuery:
        """Names that `operation` declares, with the credentials that it takes from the query."""
        places = [one for one in (operation.params.places if operation.params else ()) if isinstance(one, Query)]
        credentials = [
            need.scheme.parameter for way in operation.security for need in way if need.scheme.location == "query"
        ]
        names = [name for one in places for name in _names(one)] + credentials
        objects = tuple(one.name for one in places if one.style == "deepObject")
        return cls(tuple(dict.fromkeys(names)), "*" in names, objects)

    def issues(self, query: bytes) -> list[Issue]:
        """One for each name in `query` that is none of ours."""
        if self.is_open:
            return []
        sent = dict.fromkeys(part.partition("=")[0] for part in query.decode("latin-1").split("&"))
        names = (unquote_plus(one[: MAX_NAME * 3]) for one in sent if one)
        unknown = [name for name in names if not self._has(name)]
        return [self._issue(name) for name in unknown[:MAX_ISSUES]]

    def _has(self, name: str) -> bool:
        return name in self.names or name.partition("[")[0] in self.objects

    def _issue(self, name: str) -> Issue:
        near = get_close_matches(name, self.names, n=1)
        visible = shown(name)
        pointer = visible.replace("~", "~0").replace("/", "~1")
        return Issue(f"/query/{pointer}", visible, f"Unknown parameter; {self._advice(near)}", "unknown_parameter")

    def _advice(self, near: Iterable[str]) -> str:
        for name in near:
            return f"did you mean {name}?"
        return f"this operation has {', '.join(self.names)}" if self.names else "this operation has none in the query"


def _names(place: Place) -> list[str]:
    """Names in a query string that belong to `place`."""
    is_spread = isinstance(place.shape, dict) and place.is_exploded and place.style == "form" and not place.is_json
    return list(place.shape) if is_spread else [place.name]
