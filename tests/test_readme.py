"""README promises what is there."""

from __future__ import annotations

import re
from pathlib import Path

from tools.cli import status

ROOT = Path(__file__).parents[1]


def test_the_table_of_what_works_is_that_of_the_code() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    found = re.search(r"<!-- status -->\n(.*)\n<!-- /status -->", readme, re.DOTALL)
    assert found is not None
    made = status.table(ROOT / "contracts" / "openapi" / "v1", ROOT / "impl")
    assert found[1] == made, "run `contracts status --table` and put what it prints into README.md"
