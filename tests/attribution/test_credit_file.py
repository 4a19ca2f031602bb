"""`skeldir attribution credit FILE`: the same functions as the worker's, on journeys from a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from impl.attribution.credit_file import UnreadableFileError, credit_file
from tests.cli.conftest import skeldir

MODELS = {
    "first_touch", "last_touch", "last_non_direct", "linear", "time_decay", "position_based", "markov", "shapley",
}  # fmt: skip
VECTORS = Path(__file__).parents[3] / "shared" / "cases" / "attribution"


def file_of(folder: Path, *journeys: dict[str, object]) -> Path:
    path = folder / "journeys.json"
    path.write_text(json.dumps({"name": "a file may say more", "journeys": journeys}))
    return path


def journey(*channels: str, converted: bool = True, value_cents: int = 100) -> dict[str, object]:
    touches = [{"channel": channel, "at_seconds": 3600 * i} for i, channel in enumerate(channels)]
    return {"touches": touches, "converted": converted, "value_cents": value_cents}


def test_the_command_prints_cents_by_model_and_channel(tmp_path):
    path = file_of(tmp_path, journey("email", "organic", "direct"), journey("email", converted=False))
    result = skeldir("attribution", "credit", path)
    assert result.returncode == 0, result.stderr
    printed = json.loads(result.stdout)
    assert set(printed) == MODELS
    assert printed["linear"] == {"direct": 34, "email": 33, "organic": 33}
    assert printed["last_non_direct"] == {"organic": 100}


def test_learning_models_are_trained_on_the_whole_file(tmp_path):
    """organic converts alone, and email with organic half the time: email adds nothing to the rate."""
    path = file_of(
        tmp_path, journey("organic"), journey("email", "organic"), journey("email", "organic", converted=False)
    )
    assert credit_file(path)["shapley"] == {"organic": 200}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "the file: This is not JSON: EOF while parsing an object at line 1 column 1"),
        ("[]", "journeys.json: the file: Must be an object"),
        ('{"journeys": [{"touches": [{"channel": "email"}], "converted": true}]}', r"journeys\.0\.touches\.0\.at_seconds: This property is required"),
        ('{"journeys": [{"touches": [], "converted": true, "value_cents": 1.5}]}', r"journeys\.0\.value_cents: Must be an integer"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_where(tmp_path, text, message):
    path = tmp_path / "journeys.json"
    path.write_text(text)
    with pytest.raises(UnreadableFileError, match=message):
        credit_file(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UnreadableFileError, match="No such file"):
        credit_file(tmp_path / "none.json")


def test_the_shared_vectors_to_the_cent():
    """Where they lie beside this checkout: tiny sets, and three of two thousand journeys; `shapley_rate` is our `shapley`."""
    for path in sorted(VECTORS.glob("[mt]*.json")):
        expected = json.loads(path.read_text())["expected"]["cents"]
        expected["shapley"] = expected.pop("shapley_rate")
        expected.pop("shapley_count")
        assert credit_file(path) == expected, path.name
