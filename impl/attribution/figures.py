"""Ids of figures that no row has: a UUID of version 8 that holds what the figure is about, so that it can be found again.

Of its 122 free bits, 44 say the first day, the number of days, the model, the look-back and the channel name; the others are a
checksum over these and the tenant, so that an id of another tenant, or one that was made up, names nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, get_args
from uuid import UUID

from generated.server.models.common import ChannelName
from impl.attribution import versions
from impl.attribution.periods import Period

_NAMES: Final[tuple[str, ...]] = tuple(sorted(get_args(ChannelName)))
_EPOCH: Final = date(2000, 1, 1)
_WIDTHS: Final = (16, 9, 4, 7, 8)
_CHECK_BITS: Final = 122 - sum(_WIDTHS)


@dataclass(frozen=True, slots=True)
class ChannelFigure:
    """The performance of the channels of one name over a period under a model with its usual parameters."""

    channel_name: str
    period: Period
    model: str
    lookback_days: int


def encode(tenant_id: UUID, figure: ChannelFigure) -> UUID | None:
    """The id of `figure`; None for a period before the year 2000, of which there are no figures."""
    parts = (
        (figure.period.first - _EPOCH).days,
        figure.period.days,
        versions.NAMES.index(figure.model),
        figure.lookback_days,
        _NAMES.index(figure.channel_name),
    )
    if any(not 0 <= part < 1 << width for part, width in zip(parts, _WIDTHS, strict=True)):
        return None
    packed = 0
    for part, width in zip(parts, _WIDTHS, strict=True):
        packed = packed << width | part
    return _uuid(packed << _CHECK_BITS | _check(tenant_id, packed))


def decode(tenant_id: UUID, figure_id: UUID) -> ChannelFigure | None:
    """The figure that `figure_id` names for this tenant, if it names any."""
    if figure_id.version != 8:
        return None
    number = _number(figure_id)
    packed = number >> _CHECK_BITS
    if number & ((1 << _CHECK_BITS) - 1) != _check(tenant_id, packed):
        return None
    parts: list[int] = []
    for width in reversed(_WIDTHS):
        parts.insert(0, packed & ((1 << width) - 1))
        packed >>= width
    first = _EPOCH + timedelta(days=parts[0])
    period = Period(first, first + timedelta(days=parts[1] - 1))
    return ChannelFigure(_NAMES[parts[4]], period, versions.NAMES[parts[2]], parts[3])


def _check(tenant_id: UUID, packed: int) -> int:
    digest = hashlib.sha256(f"{tenant_id}:{packed}".encode()).digest()
    return int.from_bytes(digest, "big") & ((1 << _CHECK_BITS) - 1)


def _uuid(number: int) -> UUID:
    """122 bits around the version and the variant."""
    high, middle, low = number >> 74, number >> 62 & 0xFFF, number & ((1 << 62) - 1)
    return UUID(int=high << 80 | 8 << 76 | middle << 64 | 2 << 62 | low)


def _number(value: UUID) -> int:
    number = value.int
    return (number >> 80) << 74 | (number >> 64 & 0xFFF) << 62 | (number & ((1 << 62) - 1))
