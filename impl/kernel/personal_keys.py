"""Names of fields whose values may not be kept, and how names are compared: one rule for receipt, database and log lines."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from generated.governance import personal_keys

_NOISE: Final = re.compile(r"[\W_]+")
_LOOK_ALIKES: Final = str.maketrans(dict(personal_keys.LOOK_ALIKES))


def normalise(key: str) -> str:
    """The letters and digits of `key`, folded: `firstName`, `First-Name`, `FIRST NAME` and `first_name` are `firstname`."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", key).casefold())
    return _NOISE.sub("", folded.translate(_LOOK_ALIKES))


_KEYS: Final = frozenset(map(normalise, personal_keys.STRIPPED + personal_keys.FORBIDDEN_IN_JSON))


def is_personal(key: str) -> bool:
    """Whether a value under `key`, in whatever spelling, may stand neither in durable JSON nor in a log line."""
    return normalise(key) in _KEYS
