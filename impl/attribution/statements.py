"""The set-based statements, put together from the named parts of `queries.sql` and `reports.sql`.

Every model runs the same chain: effects → sales → conversions → touches → weights → shares → cents. Only the weights differ, so a
rule that is new brings one part, `weight_<model>`.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import TextClause, text

from impl.attribution.versions import ModelVersion
from impl.kernel import sql

PARTS: Final = sql.load(Path(__file__).with_name("queries.sql")) | sql.load(Path(__file__).with_name("reports.sql"))
BY_WINDOW: Final = "effects_of_window"
BY_SALE: Final = "effects_of_sales"
BY_EVENT: Final = "effects_of_events"
_SCALE_BITS: Final = 128
_UNIT_BITS: Final = 64


@lru_cache(maxsize=256)
def named(name: str) -> TextClause:
    """A statement that stands alone."""
    return text(PARTS[name])


@lru_cache(maxsize=256)
def store(effects: str, model: str, *, learns: bool) -> TextClause:
    """Computes the credits of `effects` and stores the sets that differ."""
    return text(f"{_chain(effects, _weights(model, learns=learns))}, {PARTS['store']}")


@lru_cache(maxsize=256)
def sets(effects: str) -> TextClause:
    """The sets of several channels that a model that learns has to judge."""
    return text(f"{_head(effects)}, channel_set AS ({PARTS['channel_set']}) {PARTS['multichannel_sets']}")


@lru_cache(maxsize=1)
def amounts(effects: str) -> TextClause:
    """Cents credited by each set of channels, which is all that the weights of a model that learns act on."""
    return text(f"{_head(effects)}, channel_set AS ({PARTS['channel_set']}) {PARTS['amounts_by_set']}")


@lru_cache(maxsize=256)
def report(effects: str, model: str, select: str, *, learns: bool) -> TextClause:
    """Computes the credits of `effects` and answers with the part `select`; stores nothing."""
    return text(f"{_chain(effects, _weights(model, learns=learns))} {PARTS[select]}")


@lru_cache(maxsize=1)
def journeys() -> TextClause:
    """The channels that led to the sales of a span, whatever the model."""
    return text(f"{_head('effects_of_span')} {PARTS['journeys']}")


@lru_cache(maxsize=2)
def paths(kind: str) -> TextClause:
    """The paths that models learn from: `converted` ones of a span, or `null` ones at its end."""
    head = f"WITH member AS ({PARTS['null_members']})"
    if kind != "null":
        head = f"{_materialized('effects_of_span', 'sale', 'conversion')}, member AS ({PARTS['converted_members']})"
    return text(f"{head} {PARTS['paths']}")


def _head(effects: str) -> str:
    return _materialized(effects, "sale", "conversion", "touch", "credited")


def _materialized(effects: str, *names: str) -> str:
    """The events of `effects` with their entries, and the parts `names` about them."""
    parts = ", ".join(f"{name} AS MATERIALIZED ({PARTS[name]})" for name in ("effect", *names))
    return f"WITH event AS MATERIALIZED ({PARTS[effects]}), {parts}"


def _weights(model: str, *, learns: bool) -> str:
    return f"weight AS ({PARTS['weight_learned' if learns else f'weight_{model}']})"


def _chain(effects: str, weights: str) -> str:
    rest = ", ".join(f"{name} AS ({PARTS[name]})" for name in ("share", "part"))
    return f"{_head(effects)}, {weights}, {rest}, desired AS MATERIALIZED ({PARTS['desired']})"


def parameters(version: ModelVersion) -> dict[str, Any]:
    """Parameters of the weights of a rule, as its statement names them."""
    if version.model == "position_based":
        first, middle, last = version.parameters.weights
        return {"first_weight": first, "middle_weight": middle, "last_weight": last}
    return _decay(version.parameters.half_life_seconds) if version.model == "time_decay" else {}


@lru_cache(maxsize=64)
def _decay(half_life: int) -> dict[str, Any]:
    """Factors of a weight by the digits of an age to the base 256, at 2^128. Their error is below 2^-120 of a weight, so the
    whole number below it is the right one unless the exact value, which is irrational, lies that near to a whole number.
    """
    return {
        "half_life": half_life,
        "high": [_factor(digit * 65_536, half_life) for digit in range((half_life - 1) // 65_536 + 1)],
        "middle": [_factor(digit * 256, half_life) for digit in range(256)],
        "low": [_factor(digit, half_life) for digit in range(256)],
        "units": [Decimal(1 << (3 * _SCALE_BITS - _UNIT_BITS + halvings)) for halvings in range(_UNIT_BITS + 1)],
    }


def _factor(seconds: int, half_life: int) -> Decimal:
    context = Context(prec=90, rounding=ROUND_HALF_EVEN)
    exponent = context.subtract(Decimal(_SCALE_BITS), context.divide(Decimal(seconds), Decimal(half_life)))
    return context.power(Decimal(2), exponent).to_integral_value()
