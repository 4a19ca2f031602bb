"""Generated models and a JSON Schema validator say the same about thousands of mutated documents."""

import base64
from pathlib import Path

import pytest

from tests.bench import models as oracle
from tools.openapi import link


def disagreements(verdicts):
    return [(one.name, one.lax[:3], one.strict[:3]) for one in verdicts if one.lax or one.strict]


def test_on_every_request_body_of_the_contracts():
    verdicts = oracle.compare(link.read(Path("contracts/openapi/v1")), "generated", limit=240)
    assert sum(one.documents for one in verdicts) >= 5000
    assert disagreements(verdicts) == []


def is_stricter_by_design(document):
    """Where an annotation of JSON Schema is a promise here.

    `contentEncoding: base64` makes bytes, so other text is refused; `format: int32` is a range.
    """
    number = document.get("id") if isinstance(document, dict) else None
    if isinstance(number, int | float) and number > 2**31 - 1:
        return True
    data = document.get("data") if isinstance(document, dict) else None
    try:
        base64.b64decode(data, validate=True)
    except (TypeError, ValueError):
        return isinstance(data, str)
    return False


def test_on_every_nasty_feature(build, tmp_path):
    text = (Path(__file__).parent / "torture.yaml").read_text()
    built = build({"api.yaml": text})
    (tmp_path / "api.yaml").write_text(text)
    verdicts = oracle.compare(link.read(tmp_path), built.name, limit=3000)
    assert sum(one.documents for one in verdicts) >= 4000
    assert min(one.valid for one in verdicts) >= 200
    for one in verdicts:
        one.strict = [document for document in one.strict if not is_stricter_by_design(document)]
    assert disagreements(verdicts) == []


@pytest.mark.parametrize(("accepts", "lax", "strict"), [(True, 3, 0), (False, 0, 1)])
def test_the_judge_sees_a_model_that_is_wrong(accepts, lax, strict):
    verdicts = oracle.judge("x", {"type": "integer"}, lambda raw: accepts, iter([1, "x", None, 1.5]))
    assert (len(verdicts.lax), len(verdicts.strict)) == (lax, strict)
