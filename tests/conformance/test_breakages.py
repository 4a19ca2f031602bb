"""What is broken on purpose is still there to be broken."""

from pathlib import Path

import pytest

from tests.conformance.breakages import BREAKAGES
from tests.conformance.contract import operations


@pytest.mark.parametrize("name", BREAKAGES)
def test_every_breakage_finds_what_it_breaks(name):
    file, before, after, looked_at = BREAKAGES[name]
    text = Path(file).read_text(encoding="utf-8")
    assert before in text
    assert text.replace(before, after, 1) != text
    assert set(looked_at) <= set(operations())
