"""Which of several media types a caller likes best (RFC 9110, section 12.5.1)."""

from __future__ import annotations


def choose(accept: str | None, offers: tuple[str, ...]) -> str | None:
    """The offer that `accept` weighs highest, the earlier one among equals; None when it excludes all."""
    if accept is None or not accept.strip():
        return offers[0]
    ranges = [_range(part) for part in accept.split(",") if part.strip()]
    weights = [(_weight(offer, ranges), -index) for index, offer in enumerate(offers)]
    best = max(weights)
    return offers[-best[1]] if best[0] > 0 else None


def _range(part: str) -> tuple[str, float]:
    media_type, *parameters = (piece.strip() for piece in part.split(";"))
    weight = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            weight = _number(value)
    return media_type.lower(), weight


def _number(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0


def _weight(offer: str, ranges: list[tuple[str, float]]) -> float:
    """Weight of the most specific range that covers `offer`."""
    kind = offer.partition("/")[0]
    for media_range in (offer.partition(";")[0], f"{kind}/*", "*/*"):
        weights = [weight for media_type, weight in ranges if media_type == media_range]
        if weights:
            return max(weights)
    return 0.0
