"""Intervals against the same resamples in exact fractions by the models themselves."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from math import floor

import pytest

from impl.attribution import models
from impl.attribution.models import resampling
from impl.attribution.models.journey import Journey, Touch
from impl.attribution.models.resampling import Sample
from impl.attribution.models.training import Counts, count
from tests.attribution.shop import NOW

LEARNERS = {learner.name: learner for learner in models.LEARNERS}
DAYS = [date(2026, 11, 1) + timedelta(days=number) for number in range(9)]


def random_samples(seed):
    chance = random.Random(seed)
    paths = {
        day: count(
            Journey([Touch(chance.choice("abcd"), NOW) for _ in range(chance.randrange(1, 5))], chance.random() < 0.4)
            for _ in range(12)
        )
        for day in DAYS
    }
    sets = [frozenset("ab"), frozenset("abc"), frozenset("bcd")]
    return [
        Sample(
            {key: chance.randrange(-500, 5000) for key in sets}, {day: paths[day] for day in DAYS[start : start + 6]}
        )
        for start in range(4)
    ]


def exact(model, sample, times):
    """Cents by channel as fractions."""
    counts = Counts()
    for day, one in sample.training.items():
        for _ in range(times[day]):
            counts.merge(one)
    learner = LEARNERS[model]
    trained = learner.train(counts)
    result = Counter()
    for channels, cents in sample.amounts.items():
        for channel, share in learner.credit([Touch(channel, NOW) for channel in channels], trained).items():
            result[channel] += cents * share
    return result


@pytest.mark.parametrize("model", sorted(LEARNERS))
def test_intervals_are_those_of_exact_models_on_the_same_days(model):
    samples = random_samples(7)
    ranges = resampling.draw(model, samples, seed=11)
    chance = random.Random(11)
    totals = {channel: [] for channel in "abcd"}
    for _ in range(200):
        times = Counter(chance.choices(DAYS, k=len(DAYS)))
        drawn = {channel: sum(exact(model, sample, times)[channel] for sample in samples) for channel in "abcd"}
        for channel, cents in drawn.items():
            totals[channel].append(cents)
    usual = Counter(dict.fromkeys(DAYS, 1))
    for channel, values in totals.items():
        point = sum(exact(model, sample, usual)[channel] for sample in samples)
        ordered = sorted(values)
        low, high = ranges.interval([channel], round(point))
        assert abs(low - floor(ordered[10])) <= 1
        assert abs(high - floor(ordered[189])) <= 1
        assert sum(low - 1 <= value <= high + 1 for value in values) >= 180
    low, high = ranges.interval(list("abcd"), 1000)
    assert (low, high) == (1000, 1000), "all channels together have the whole amount in every resample"


@pytest.mark.parametrize("model", sorted(LEARNERS))
def test_days_that_are_alike_leave_nothing_open(model):
    """When every day teaches the same, no choice of days changes a credit."""
    (sample, *_) = random_samples(3)
    counts = next(iter(sample.training.values()))
    alike = Sample(sample.amounts, dict.fromkeys(DAYS, counts))
    ranges = resampling.draw(model, [alike], seed=5)
    for channel in "abcd":
        assert ranges.interval([channel], 77) == (77, 77)


def test_nothing_learnt_is_an_equal_split_without_a_range():
    ranges = resampling.draw("markov", [Sample({frozenset("ab"): 100}, {})], seed=1)
    assert ranges.interval(["a"], 50) == (50, 50)
    assert ranges.interval(["unknown"], 9) == (9, 9)
