"""The index of the search: a script and not JSON, because a page that is opened from a file may load no data."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple


class Entry(NamedTuple):
    """One thing that can be found."""

    title: str
    text: str
    """Words that find it beside its title."""
    href: str


def script(entries: Iterable[Entry]) -> str:
    """The index as a script that defines `SEARCH`."""
    rows = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    return f"const SEARCH = [\n{rows}\n];\n"
