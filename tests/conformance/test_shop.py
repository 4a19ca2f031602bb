"""The harness against the fixture shop: green when the shop keeps its contract, red for every way it is told to break it.

Here stands what a gate can afford; `make conformance-nightly` plants every defect.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance import plants
from tools.conformance import recording, run
from tools.conformance.drive import target as targets
from tools.conformance.mutate import mutation
from tools.conformance.probe import links

pytestmark = pytest.mark.xdist_group("conformance-shop")
HERE = Path(__file__).parent
CONFIG = HERE / "fixture_app" / "shop.toml"


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Iterator[run.Result]:
    work = tmp_path_factory.mktemp("clean")
    with plants.shop() as url:
        yield run.run(targets.read(CONFIG, url=url), recording.Options(work, phases=("examples", "coverage")))


def test_the_clean_shop_is_green(clean: run.Result) -> None:
    """No false red: neither verdict, no probe, no convention checks and no warning complains."""
    assert [item.message for item in clean.findings] == []
    assert [item.message for item in clean.failures] == []
    assert [item.message for item in clean.disagreements] == []
    assert clean.problems == []
    assert clean.unimplemented == []
    assert clean.is_green


def test_every_operation_was_accepted_and_refused(clean: run.Result) -> None:
    statuses: dict[str, set[int]] = {}
    for exchange in clean.exchanges:
        statuses.setdefault(exchange.operation, set()).add(exchange.status)
    for key, operation in clean.contract.operations.items():
        assert min(statuses[key]) < 400, key
        assert operation.is_public or max(statuses[key]) >= 400, key


def test_every_link_was_followed(clean: run.Result) -> None:
    """With what the reply gave: its body, its header, and the path it was asked at."""
    declared = {link.label for link in links.links_of(clean.contract, clean.contract.operations.values())}
    followed = {item.purpose for item in clean.exchanges if item.source == links.SOURCE and item.status < 400}
    assert declared == followed
    assert "startJob 202 poll" in declared


def test_the_contract_mutation_score_and_its_waivers(clean: run.Result) -> None:
    waivers = mutation.read_waivers(HERE / "waivers-shop.toml")
    score = mutation.score(clean.contract, clean.exchanges, clean.policy, waivers, known=clean.known)
    operators = {mutant.operator for mutant, _ in score.killed} | {mutant.operator for mutant in score.survived}
    assert [(mutant.operator, mutant.place) for mutant in score.survived] == []
    assert score.value >= 0.98
    assert score.raw >= 0.94
    assert len(score.killed) > 400
    assert len(operators) >= 37
    assert all(waiver.uses for waiver in waivers)


def test_the_score_sees_what_was_not_tested(clean: run.Result) -> None:
    """Without the exchanges of one operation, the sentences about it survive and are named with their place."""
    fewer = [exchange for exchange in clean.exchanges if exchange.operation != "PUT /api/settings"]
    score = mutation.score(clean.contract, fewer, clean.policy, [], {"PUT /api/settings"}, known=clean.known)
    assert score.value < 0.6
    assert "/paths/~1api~1settings/put" in {mutant.pointer for mutant in score.survived}


@pytest.mark.parametrize(
    "plant", ["P2-header-type", "D9-500-in-a-corner", "D8-signature-unchecked", "other-tenant-deletes", "extra-route"]
)
def test_a_planted_violation_is_found(plant: str, tmp_path: Path) -> None:
    findings, _ = plants.verdict_on(plant, tmp_path, phases=("examples", "coverage"))
    assert findings


def test_more_than_thirty_kinds_are_planted() -> None:
    assert len(plants.PLANTS) >= 51


REFUSED = {
    "service down": ("http://127.0.0.1:9", "http://127.0.0.1:9 does not answer"),
    "no address": ("localhost", "'localhost' is no http(s) address"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_run_that_cannot_test_says_so_in_one_line(name: str, tmp_path: Path) -> None:
    url, message = REFUSED[name]
    with pytest.raises(targets.BadTarget) as caught:
        run.run(targets.read(CONFIG, url=url), recording.Options(tmp_path))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_refused_login_says_so(tmp_path: Path) -> None:
    text = (
        CONFIG.read_text()
        .replace('password="open sesame"', 'password="wrong"')
        .replace("shop.yaml", str(HERE / "fixture_app/shop.yaml"))
    )
    (tmp_path / "shop.toml").write_text(text)
    with (
        plants.shop() as url,
        pytest.raises(targets.BadTarget, match=r"the login owner was refused: POST /api/login answers 401"),
    ):
        run.run(targets.read(tmp_path / "shop.toml", url=url), recording.Options(tmp_path))
