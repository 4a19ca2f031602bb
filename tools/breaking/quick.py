"""`contracts breaking` as it is used every day: its options are read by hand, and where nothing changed only hashes are compared.

The library that reads options for the other commands takes a fifth of a second to import.
"""

import os
import sys

from tools.breaking.defaults import BASE, FAIL_ON, FORMATS, GRACE_DAYS, HEAD, tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_EXCEPTIONS = "contracts/baselines/accepted.yaml"


def run(arguments: "Sequence[str]") -> int | None:
    """The exit code of the everyday uses; None when the library that reads options must say what `arguments` mean."""
    parsed = _read(arguments)
    if parsed is None:
        return None
    base, head, form, fail_on = parsed
    apis = unchanged(base, head) if form == "text" and not os.path.exists(_EXCEPTIONS) else 0  # noqa: PTH110 - pathlib takes 10 ms
    if apis:
        sys.stdout.write(f"{tally((0, 0, 0), apis, apis, 0)}; version step: none\n")
        return 0
    import datetime as dt  # noqa: PLC0415

    from tools.breaking import run as running  # noqa: PLC0415
    from tools.breaking.options import Options  # noqa: PLC0415

    return running.command(base, head, Options(dt.datetime.now(dt.UTC).date(), GRACE_DAYS), form, fail_on)


def _read(arguments: "Sequence[str]") -> tuple[str, str, str, str] | None:
    """Base, head, format and what to fail on; None for any other option, and for what is wrong."""
    places: list[str] = []
    form, fail_on = "text", "error"
    waiting = [part for word in arguments for part in (word.split("=", 1) if word[:2] == "--" else [word])]
    while waiting:
        word = waiting.pop(0)
        if word == "--format" and waiting:
            form = waiting.pop(0)
        elif word == "--fail-on" and waiting:
            fail_on = waiting.pop(0)
        elif word[:1] == "-":
            return None
        else:
            places.append(word)
    if len(places) > 2 or form not in FORMATS or fail_on not in FAIL_ON:
        return None
    base, head = [*places, *(BASE, HEAD)[len(places) :]]
    return base, head, form, fail_on


def unchanged(base: str, head: str) -> int:
    """How many APIs there are when each is what was released, to the byte, and so are its sources; else 0."""
    from tools.breaking import digests, working  # noqa: PLC0415 - nothing is needed for other commands

    same, apis = digests.unchanged(base, head)
    if len(same) != apis or (os.path.normpath(head) == working.BUNDLES and working.edited()):
        return 0
    return apis
