"""`impl.kernel.cursor`: a position comes back as it went in, and nothing else is taken for one."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impl.kernel import cursor
from impl.kernel.cursor import CursorError, Position

POSITIONS = st.builds(Position, st.datetimes(timezones=st.just(UTC)), st.uuids())


@given(position=POSITIONS, scope=st.text())
def test_a_position_survives_to_the_microsecond(position, scope):
    text = cursor.encode(position, scope)
    assert cursor.decode(text, scope) == position
    assert len(text) <= 512
    assert "=" not in text


@given(text=st.text(max_size=80))
def test_any_other_text_is_refused(text):
    with pytest.raises(CursorError):
        cursor.decode(text, "list")


@given(position=POSITIONS)
def test_another_list_refuses_it(position):
    with pytest.raises(CursorError, match="another list"):
        cursor.decode(cursor.encode(position, "list of one tenant"), "list of another")


def test_positions_before_the_epoch_are_fine():
    position = Position(datetime(1969, 1, 1, tzinfo=UTC), UUID(int=1))
    assert cursor.decode(cursor.encode(position, ""), "") == position
