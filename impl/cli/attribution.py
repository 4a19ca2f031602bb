"""`skeldir attribution …`: credit computed without a service."""

from __future__ import annotations

import json
from pathlib import Path

from impl.attribution import credit_file
from impl.cli import local


def credit(path: Path) -> None:
    """Print cents by model and channel of the journeys in `path` as JSON."""
    local.say(json.dumps(credit_file.credit_file(path), indent=2))
