"""Attribution models against their definitions: values worked out by hand, and oracles that share no code with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise, permutations
from math import isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impl.attribution.models import LEARNERS, RULES, markov, shapley, time_decay
from impl.attribution.models.journey import EmptyJourneyError, Journey, Touch, allocate, equal, shares
from impl.attribution.models.rules import Parameters
from impl.attribution.models.training import count

CHANNELS = ["direct", "email", "organic", "referral", "unknown"]
RULE = {rule.name: rule for rule in RULES}
HALF, THIRD = Fraction(1, 2), Fraction(1, 3)


def touches(*channels: str, hours: Sequence[int] = ()) -> list[Touch]:
    """Touches an hour apart, or at the hours given."""
    at = hours or range(len(channels))
    start = datetime(2026, 11, 1, tzinfo=UTC)
    return [Touch(channel, start + timedelta(hours=hour)) for channel, hour in zip(channels, at, strict=True)]


def journey(path: str, *, is_converted: bool = True) -> Journey:
    """Letters are channels: `ab` is a touch of a, then one of b."""
    return Journey(touches(*path), is_converted)


@pytest.mark.parametrize(
    ("model", "path", "expected"),
    [
        ("first_touch", ["email", "organic", "direct"], {"email": 1}),
        ("last_touch", ["email", "organic", "direct"], {"direct": 1}),
        ("last_non_direct", ["email", "organic", "direct"], {"organic": 1}),
        ("last_non_direct", ["email", "unknown", "direct"], {"unknown": 1}),  # a campaign nobody has mapped counts
        ("last_non_direct", ["direct", "direct"], {"direct": 1}),
        ("linear", ["email", "organic", "email"], {"email": Fraction(2, 3), "organic": THIRD}),
        ("position_based", ["email"], {"email": 1}),
        ("position_based", ["email", "organic"], {"email": HALF, "organic": HALF}),
        ("position_based", ["email", "organic", "referral", "direct"],
         {"email": Fraction(2, 5), "organic": Fraction(1, 10), "referral": Fraction(1, 10), "direct": Fraction(2, 5)}),
        ("time_decay", ["email"], {"email": 1}),
    ],
)  # fmt: skip
def test_a_rule_on_a_journey(model, path, expected):
    assert RULE[model].credit(touches(*path), Parameters()) == expected


@pytest.mark.parametrize(
    ("weights", "path", "expected"),
    [
        ((50, 30, 20), ["email", "organic"], {"email": Fraction(5, 7), "organic": Fraction(2, 7)}),
        ((0, 100, 0), ["email", "organic"], {"email": HALF, "organic": HALF}),  # in proportion would be 0/0
        ((0, 100, 0), ["email"], {"email": 1}),
        ((0, 100, 0), ["email", "organic", "direct"], {"organic": 1}),
        ((30, 40, 30), ["email", "organic", "referral", "tiktok_paid"],
         {"email": Fraction(3, 10), "organic": Fraction(1, 5), "referral": Fraction(1, 5), "tiktok_paid": Fraction(3, 10)}),
    ],
)  # fmt: skip
def test_position_based_with_weights_of_ones_own(weights, path, expected):
    assert RULE["position_based"].credit(touches(*path), Parameters(weights=weights)) == expected


def test_a_touch_one_half_life_older_counts_half():
    path = touches("email", "organic", hours=[0, 7 * 24])
    assert RULE["time_decay"].credit(path, Parameters()) == {"email": THIRD, "organic": 2 * THIRD}


def test_ages_run_from_the_newest_touch_so_that_an_old_journey_keeps_its_shares():
    """Sixty half-lives before the sale both weights would be next to nothing; from the newest touch they are 1 and 2."""
    half_day = Parameters(half_life_seconds=43_200)
    assert RULE["time_decay"].credit(touches("email", "organic", hours=[0, 12]), half_day) == {
        "email": THIRD,
        "organic": 2 * THIRD,
    }


def exact_weight(age: int, half_life: int) -> int:
    """⌊2⁶⁴ · 2^(−age/h)⌋ for h = 2ᵏ: the h-th root of 2^(64h − age) as k square roots of whole numbers, each rounded down."""
    power = 64 * half_life - age
    result = 1 << power if power >= 0 else 0
    for _ in range(half_life.bit_length() - 1):
        result = isqrt(result)
    return result


@given(age=st.integers(0, 70 * 1024), power=st.integers(0, 10))
def test_a_weight_is_exact(age, power):
    half_life = 1 << power
    assert time_decay.weight(age, half_life) == exact_weight(age, half_life)


paths = st.lists(st.sampled_from("abcd"), min_size=1, max_size=6).map("".join)
sets = st.lists(st.tuples(paths, st.booleans()), min_size=1, max_size=25).map(
    lambda drawn: [journey(path, is_converted=is_converted) for path, is_converted in drawn]
)


def conversion_chance(journeys: Sequence[Journey], removed: str | None) -> Fraction:
    """Chance to convert in the chain of `journeys`, by solving one linear system over rationals, with `removed` sent to null."""
    steps: dict[str, dict[str, int]] = {}
    for one in journeys:
        states = ["start", *(letter for letter in one.channels), "sale" if one.is_converted else "lost"]
        for state, following in pairwise(states):
            steps.setdefault(state, {}).setdefault(following, 0)
            steps[state][following] += 1
    states = sorted(steps)
    rows = []
    for state in states:
        total = sum(steps[state].values())
        row = [Fraction(-steps[state].get(other, 0), total) if other != removed else Fraction(0) for other in states]
        row[states.index(state)] += 1
        rows.append([*row, Fraction(steps[state].get("sale", 0), total)])
    for i in range(len(rows)):
        pivot = next(k for k in range(i, len(rows)) if rows[k][i])
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for k in range(len(rows)):
            if k != i:
                rows[k] = [x - rows[k][i] * y for x, y in zip(rows[k], rows[i], strict=True)]
    return rows[states.index("start")][-1]


@given(sets)
def test_a_removal_effect_is_what_the_chain_loses_without_the_channel(journeys):
    effects = markov.removal_effects(count(journeys))
    base = conversion_chance(journeys, None)
    for channel in {channel for one in journeys for channel in one.channels}:
        expected = 1 - conversion_chance(journeys, channel) / base if base else 0
        assert effects[channel] == expected


def test_markov_normalises_over_the_distinct_channels_of_a_journey():
    """Half of the journeys begin with a, all pass b: without a half of the conversions are lost, without b all."""
    effects = markov.removal_effects(count([journey("ab"), journey("b", is_converted=False)]))
    assert effects == {"a": HALF, "b": 1}
    assert markov.credit(touches("a", "b", "a"), effects) == {"a": THIRD, "b": 2 * THIRD}


def test_markov_shares_equally_when_nothing_was_learnt_of_a_journeys_channels():
    effects = markov.removal_effects(count([journey("a", is_converted=False)]))
    assert markov.credit(touches("x", "y", "x"), effects) == {"x": HALF, "y": HALF}


def shapley_by_permutations(channels: str, journeys: Sequence[Journey]) -> dict[str, Fraction]:
    """The definition: the mean of what a channel adds to the rate, over every order of the channels."""

    def rate(members: set[str]) -> Fraction:
        exact = [one for one in journeys if set(one.channels) == members]
        return Fraction(sum(one.is_converted for one in exact), len(exact)) if exact else Fraction(0)

    orders = list(permutations(channels))
    sums = dict.fromkeys(channels, Fraction(0))
    for order in orders:
        for i, channel in enumerate(order):
            sums[channel] += rate(set(order[: i + 1])) - rate(set(order[:i]))
    return {channel: total / len(orders) for channel, total in sums.items()}


@given(sets, st.sets(st.sampled_from("abcd"), min_size=1).map(sorted).map("".join))
def test_a_shapley_value_is_the_mean_over_all_orders(journeys, channels):
    expected = shapley_by_permutations(channels, journeys)
    assert shapley.values(frozenset(channels), shapley.rates(count(journeys))) == expected


def test_a_channel_that_lowers_the_rate_gets_nothing():
    """a alone always converts, a and b never: b is worth less than nothing, and that is floored at 0."""
    game = shapley.rates(count([journey("a"), journey("ab", is_converted=False), journey("ab", is_converted=False)]))
    assert shapley.values(frozenset("ab"), game) == {"a": HALF, "b": -HALF}
    assert shapley.credit(touches("a", "b"), game) == {"a": 1}


def test_shapley_shares_equally_when_no_value_is_positive():
    assert shapley.credit(touches("x", "y"), {}) == {"x": HALF, "y": HALF}


def test_shapley_refuses_a_journey_of_thirteen_channels():
    twelve = [f"c{i}" for i in range(12)]
    assert sum(shapley.credit(touches(*twelve), {}).values()) == 1
    with pytest.raises(shapley.TooManyChannelsError, match="13 channels; shapley takes at most 12"):
        shapley.credit(touches(*twelve, "c12"), {})


def test_counts_of_days_add_up_to_the_counts_of_both():
    first, second = [journey("ab"), journey("a", is_converted=False)], [journey("ba")]
    merged = count(first)
    merged.merge(count(second))
    assert merged == count([*first, *second])


def test_a_repeated_channel_is_no_step_of_the_chain():
    assert count([journey("aab")]).transitions == count([journey("ab")]).transitions


@given(st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=30), sets)
def test_every_model_gives_all_of_a_conversion_and_nothing_to_strangers(path, journeys):
    credited = [rule.credit(touches(*path), Parameters()) for rule in RULES]
    credited += [learner.credit(touches(*path), learner.train(count(journeys))) for learner in LEARNERS]
    for parts in credited:
        assert sum(parts.values()) == 1
        assert set(parts) <= set(path)
        assert all(part > 0 for part in parts.values())
        assert list(parts) == sorted(parts)


@given(st.integers(-(10**15), 10**15), st.lists(st.integers(1, 10**6), min_size=1, max_size=12))
def test_cents_add_up_and_none_is_a_whole_cent_off(amount, weights):
    parts = shares((f"c{i:02d}", weight) for i, weight in enumerate(weights))
    cents = allocate(amount, parts)
    assert sum(cents.values()) == amount
    assert all(abs(cents[channel] - amount * part) < 1 for channel, part in parts.items())
    assert allocate(-amount, parts) == {channel: -value for channel, value in cents.items()}


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (100, {"email": 34, "organic": 33, "referral": 33}),  # equal remainders: the lower code
        (-100, {"email": -34, "organic": -33, "referral": -33}),
        (1, {"email": 1, "organic": 0, "referral": 0}),
        (10**15, {"email": 333333333333334, "organic": 333333333333333, "referral": 333333333333333}),
        (0, {"email": 0, "organic": 0, "referral": 0}),
    ],
)
def test_cents_by_largest_remainder(amount, expected):
    assert allocate(amount, equal(["organic", "referral", "email"])) == expected


def test_a_journey_without_weight_is_refused():
    with pytest.raises(EmptyJourneyError):
        shares([])
