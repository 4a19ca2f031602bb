import asyncio

import pytest
import structlog

from impl.health.checkup import Checkup
from impl.health.probes import ProbeError


class Probe:
    """Counts its runs, and how many ran at once."""

    def __init__(self, error=None, delay=0.0):
        self.error, self.delay, self.runs, self.now, self.most = error, delay, 0, 0, 0

    async def __call__(self):
        self.runs += 1
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self.delay)
            if self.error:
                raise self.error
        finally:
            self.now -= 1


async def test_all_passed(clock):
    result = await Checkup({"a": Probe(), "b": Probe()}, clock).result()
    assert result.failed is None
    assert set(result.seconds) == {"a", "b"}


@pytest.mark.parametrize("error", [ProbeError("no"), ConnectionRefusedError("no"), TimeoutError("no")])
async def test_the_first_failure_is_named_and_logged_and_the_rest_is_not_asked(clock, error):
    last = Probe()
    with structlog.testing.capture_logs() as lines:
        result = await Checkup({"a": Probe(), "b": Probe(error), "c": last}, clock).result()
    assert (result.failed, last.runs) == ("b", 0)
    assert [(line["event"], line["probe"]) for line in lines] == [("probe_failed", "b")]


async def test_a_finding_good_or_bad_is_kept_for_ten_seconds(clock):
    for error in (None, ProbeError("no")):
        probe = Probe(error)
        checkup = Checkup({"a": probe}, clock)
        for _ in range(100):
            await checkup.result()
        clock.advance(9.9)
        await checkup.result()
        assert probe.runs == 1
        clock.advance(0.1)
        await checkup.result()
        assert probe.runs == 2


async def test_however_many_ask_at_once_the_probe_runs_once(clock):
    probe = Probe(delay=0.02)
    checkup = Checkup({"a": probe}, clock)
    result = await asyncio.gather(*(checkup.result() for _ in range(50)))
    assert (probe.runs, probe.most) == (1, 1)
    assert {one.failed for one in result} == {None}


async def test_a_probe_that_hangs_is_ended_and_named(clock):
    async def passes_at_once():
        pass

    checkup = Checkup({"a": passes_at_once, "b": Probe(delay=60)}, clock, limit_seconds=0.05)
    assert (await checkup.result()).failed == "b"


async def test_a_caller_who_goes_away_does_not_spoil_the_next_one(clock):
    probe = Probe(delay=0.05)
    checkup = Checkup({"a": probe}, clock)
    first = asyncio.create_task(checkup.result())
    await asyncio.sleep(0.01)
    first.cancel()
    assert (await checkup.result()).failed is None


async def test_a_mistake_of_ours_is_not_taken_for_a_failed_probe(clock):
    with pytest.raises(ZeroDivisionError):
        await Checkup({"a": Probe(ZeroDivisionError())}, clock).result()
