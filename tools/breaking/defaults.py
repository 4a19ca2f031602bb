"""Defaults of `contracts breaking` and its summary line; imports nothing, since the quick path starts here."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

BASE = "contracts/baselines/v1"
HEAD = "generated/bundles/v1"
FORMATS = ("text", "json", "sarif", "junit", "github", "markdown", "html")
FAIL_ON = ("error", "warning")
GRACE_DAYS = 90
"""The notice that the contracts promise: at least this long from the day a sunset is announced."""


def tally(counts: "Sequence[int]", apis: int, same: int, operations: int) -> str:
    """`2 errors, 1 warning, 0 infos in 17 APIs (16 unchanged), 4 operations compared`; counts of errors, warnings, infos."""
    words = zip(counts, ("error", "warning", "info"), strict=True)
    counted = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in words)
    unchanged = f" ({same} unchanged)" if same else ""
    return f"{counted} in {apis} API{'' if apis == 1 else 's'}{unchanged}, {operations} operations compared"
