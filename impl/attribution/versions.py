"""The version of a model: the semver of its algorithm, and every parameter that is not the default, in a fixed order.

`1.0.0+lookback7.impressions0.halflife14.weights30-40-30`. The same version means the same parameters, in text and in SQL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from impl.attribution import models
from impl.attribution.errors import InvalidParameterError
from impl.attribution.models.rules import DAY_SECONDS, Parameters

ALGORITHM: Final = "1.0.0"
LOOKBACK_DAYS: Final = 30
IMPRESSION_LOOKBACK_DAYS: Final = 1
MAX_LOOKBACK_DAYS: Final = 90
MAX_LEARNER_LOOKBACK_DAYS: Final = 45
"""Links are emptied after 180 days, and a day that is still open reaches back 90 days and twice the look-back."""
LEARNERS: Final = tuple(learner.name for learner in models.LEARNERS)
NAMES: Final = (*(rule.name for rule in models.RULES), *LEARNERS)

_UNIT: Final = 10_000
_PART: Final = re.compile(r"\.(?=[a-z])")
_PARTS: Final = re.compile(
    r"(?:lookback(?P<lookback>\d+))?(?:impressions(?P<impressions>\d+))?(?:halflife(?P<halflife>\d+s?))?"
    r"(?:weights(?P<weights>[\d.]+-[\d.]+-[\d.]+))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVersion:
    """A model with all its parameters."""

    model: str
    lookback_days: int = LOOKBACK_DAYS
    impression_lookback_days: int = IMPRESSION_LOOKBACK_DAYS
    parameters: Parameters = field(default_factory=Parameters)

    @property
    def learns(self) -> bool:
        """Whether it depends on a training set."""
        return self.model in LEARNERS

    @property
    def text(self) -> str:
        """The version as it is stored."""
        parts = [
            f"lookback{self.lookback_days}" if self.lookback_days != LOOKBACK_DAYS else "",
            f"impressions{self.impression_lookback_days}"
            if self.impression_lookback_days != IMPRESSION_LOOKBACK_DAYS
            else "",
            _half_life_text(self.parameters.half_life_seconds),
            _weights_text(self.parameters.weights),
        ]
        metadata = ".".join(part for part in parts if part)
        return f"{ALGORITHM}+{metadata}" if metadata else ALGORITHM


def parse(model: str, text: str) -> ModelVersion:
    """The version that `text` names. Raises `InvalidParameterError` for one of another algorithm or with unknown parameters."""
    algorithm, _, metadata = text.partition("+")
    match = _PARTS.fullmatch("".join(_PART.split(metadata)))
    if algorithm != ALGORITHM or match is None:
        raise InvalidParameterError(f"{text} is not a version of {model} that this program computes")
    values = match.groupdict()
    version = ModelVersion(
        model=model,
        lookback_days=int(values["lookback"] or LOOKBACK_DAYS),
        impression_lookback_days=int(values["impressions"] or IMPRESSION_LOOKBACK_DAYS),
        parameters=Parameters(
            half_life_seconds=_half_life_seconds(values["halflife"]), weights=_weights(values["weights"])
        ),
    )
    if version.text != text:
        raise InvalidParameterError(f"{text} is not how the version is written; write {version.text}")
    return version


def chosen(model: str, lookback_days: int, text: str | None) -> ModelVersion:
    """The version `text` of `model`, or without it the usual one with this look-back. Raises `InvalidParameterError`.

    A look-back other than the default must be that of `text`.
    """
    if text is None:
        return requested(model, lookback_days=lookback_days)
    version = parse(model, text)
    if lookback_days not in (LOOKBACK_DAYS, version.lookback_days):
        raise InvalidParameterError(f"{text} looks back {version.lookback_days} days; leave lookback_days out")
    return _checked(version)


def is_usual(version: ModelVersion) -> bool:
    """Whether it has no parameter other than a look-back."""
    return version == requested(version.model, lookback_days=version.lookback_days)


def _checked(version: ModelVersion) -> ModelVersion:
    """`version`, if a recompute of it could be requested. Raises `InvalidParameterError`."""
    days = version.parameters.half_life_seconds / DAY_SECONDS
    if not (1 <= version.lookback_days <= MAX_LOOKBACK_DAYS and 0 <= version.impression_lookback_days <= 30):
        raise InvalidParameterError("the look-back must be 1 to 90 days, and that of impressions 0 to 30")
    if not 0.5 <= days <= MAX_LOOKBACK_DAYS or sum(version.parameters.weights) != _UNIT:
        raise InvalidParameterError("the half-life must be 0.5 to 90 days, and the three weights must add up to 1")
    own = requested(
        version.model,
        lookback_days=version.lookback_days,
        impression_lookback_days=version.impression_lookback_days,
        half_life_days=days if version.model == "time_decay" else None,
        weights=[weight / _UNIT for weight in version.parameters.weights]
        if version.model == "position_based"
        else None,
    )
    if own.text != version.text:
        raise InvalidParameterError(f"{version.model} has no such parameter; write {own.text}")
    return own


def requested(
    model: str,
    *,
    lookback_days: int | None = None,
    impression_lookback_days: int | None = None,
    half_life_days: float | None = None,
    weights: list[float] | None = None,
) -> ModelVersion:
    """The version with these parameters, each the default where it is None. Raises `InvalidParameterError`."""
    if half_life_days is not None and model != "time_decay":
        raise InvalidParameterError("half_life_days is a parameter of time_decay only")
    if weights is not None and model != "position_based":
        raise InvalidParameterError("weights are parameters of position_based only")
    lookback = LOOKBACK_DAYS if lookback_days is None else lookback_days
    if model in LEARNERS and lookback > MAX_LEARNER_LOOKBACK_DAYS:
        raise InvalidParameterError(f"{model} looks back at most {MAX_LEARNER_LOOKBACK_DAYS} days")
    default = Parameters()
    return ModelVersion(
        model=model,
        lookback_days=lookback,
        impression_lookback_days=IMPRESSION_LOOKBACK_DAYS
        if impression_lookback_days is None
        else impression_lookback_days,
        parameters=Parameters(
            half_life_seconds=default.half_life_seconds
            if half_life_days is None
            else round(half_life_days * DAY_SECONDS),
            weights=default.weights if weights is None else _exact(weights),
        ),
    )


def _exact(weights: list[float]) -> tuple[int, int, int]:
    """Weights in ten-thousandths. Raises `InvalidParameterError` unless they have at most four places and add up to 1."""
    parts = [Decimal(repr(weight)) * _UNIT for weight in weights]
    if any(part != part.to_integral_value() for part in parts) or sum(parts) != _UNIT:
        raise InvalidParameterError("the three weights must have at most four decimal places and add up to 1")
    first, middle, last = (int(part) for part in parts)
    return first, middle, last


def _half_life_text(seconds: int) -> str:
    if seconds == Parameters().half_life_seconds:
        return ""
    days, rest = divmod(seconds, DAY_SECONDS)
    return f"halflife{seconds}s" if rest else f"halflife{days}"


def _half_life_seconds(text: str | None) -> int:
    if text is None:
        return Parameters().half_life_seconds
    return int(text[:-1]) if text.endswith("s") else int(text) * DAY_SECONDS


def _weights_text(weights: tuple[int, int, int]) -> str:
    if weights == Parameters().weights:
        return ""
    return "weights" + "-".join(f"{Decimal(weight) / 100:f}" for weight in weights)


def _weights(text: str | None) -> tuple[int, int, int]:
    if text is None:
        return Parameters().weights
    first, middle, last = (int(Decimal(part) * 100) for part in text.split("-"))
    return first, middle, last
