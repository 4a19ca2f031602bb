"""Statements by name, and text that the database takes."""

import pytest

from impl.kernel import sql
from impl.kernel.errors import SkeldirError


def test_a_duplicate_name_is_refused(tmp_path):
    path = tmp_path / "queries.sql"
    path.write_text("-- name: one\n-- why it is so\nSELECT 1;\n-- name: two\nSELECT 2;\n")
    assert sql.load(path) == {"one": "SELECT 1", "two": "SELECT 2"}
    path.write_text("-- name: one\nSELECT 1;\n-- name: one\nSELECT 2;\n")
    with pytest.raises(SkeldirError, match=r"queries\.sql has two statements of the same name"):
        sql.load(path)


@pytest.mark.parametrize(
    ("sent", "stored"), [("a\0b\ud800", "a\ufffdb\ufffd"), ("a\nb\U0001f600", "a\nb\U0001f600"), ("", ""), (None, None)]
)
def test_only_what_no_text_may_hold_is_replaced(sent, stored):
    assert sql.storable(sent) == stored
