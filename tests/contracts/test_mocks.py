"""Mocks answer every documented status of every operation with the example of the contract, and survive what kills Prism."""

from __future__ import annotations

import copy
import dataclasses
import http.client
import json
import time
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from tests.bench import processes
from tests.contracts.conftest import Mocks
from tools.mocks import service as mocks
from tools.openapi import calls

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / "contracts" / "openapi" / "v1"
PROMISED_PORTS = {
    "auth": 4010,
    "attribution": 4011,
    "reconciliation": 4012,
    "export": 4013,
    "health": 4014,
    "webhooks/shopify": 4015,
    "webhooks/woocommerce": 4016,
    "webhooks/stripe": 4017,
    "webhooks/paypal": 4018,
    "revenue": 4019,
}
APIS = {
    str(path.relative_to(CONTRACTS).with_suffix(""))
    for path in CONTRACTS.rglob("*.yaml")
    if yaml.safe_load(path.read_text("utf-8")).get("paths")
}


# One worker starts the mocks for all.
pytestmark = pytest.mark.xdist_group("mocks")


@pytest.fixture
def served(all_mocks: Mocks) -> dict[str, mocks.Mock]:
    return all_mocks.by_name


def send(mock: mocks.Mock, call: calls.Call, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection(mocks.HOST, mock.port, timeout=120)
    try:
        connection.request(call.method, call.target, body=call.body, headers={**call.headers, **headers})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


NAMES = [mock.name for mock in mocks.plan(CONTRACTS)]


@pytest.mark.promise("P049", "P052")
@pytest.mark.parametrize("name", NAMES)
def test_every_documented_answer_is_served_and_fits_its_schema(served: dict[str, mocks.Mock], name: str) -> None:
    mock = served[name]
    for operation in calls.operations(mock.document):
        call = calls.example_call(operation)
        for reply in calls.replies(operation):
            what = (operation.id, reply.status, reply.media_type, reply.example)
            prefer = f"code={reply.status}" + (f", example={reply.example}" if reply.example else "")
            status, headers, body = send(mock, call, Prefer=prefer, Accept=reply.media_type or "*/*")
            assert status == reply.status, (what, body[:300])
            missing = {n for n, header in reply.headers.items() if header.get("required")} - set(headers.keys())
            assert {n for n in missing if n.lower() not in map(str.lower, headers.keys())} == set(), what
            check_body(mock, reply, headers, body, what)


def check_body(
    mock: mocks.Mock, reply: calls.Reply, headers: http.client.HTTPMessage, body: bytes, what: object
) -> None:
    if reply.media_type is None:
        assert body == b"", what
        return
    assert headers.get_content_type() == reply.media_type, what
    value = json.loads(body) if reply.media_type.endswith("json") else body.decode()
    assert value == reply.value, what
    schema = {**reply.schema, "components": mock.document["components"]}
    assert list(jsonschema_rs.Draft202012Validator(schema, validate_formats=True).iter_errors(value)) == [], what


@pytest.mark.promise("P050")
@pytest.mark.parametrize("name", NAMES)
def test_every_mock_is_healthy(served: dict[str, mocks.Mock], name: str) -> None:
    assert mocks.is_healthy(served[name], timeout_seconds=120)


@pytest.mark.promise("P050")
def test_health_is_asked_from_the_command_line(
    served: dict[str, mocks.Mock], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = {name: mock.port for name, mock in served.items()}
    monkeypatch.setattr(mocks, "_ports", lambda *_: ports)
    assert mocks.health(CONTRACTS, []) == 0
    assert capsys.readouterr().out.count("  healthy    ") == len(APIS)
    ports["health"] = 9  # nothing answers on the port of RFC 863
    assert mocks.health(CONTRACTS, ["health"]) == 1
    assert "http://127.0.0.1:9  no reply   health" in capsys.readouterr().out


@pytest.mark.promise("P049")
def test_the_registry_keeps_the_promised_ports_and_leaves_4023_free() -> None:
    ports = {mock.name: mock.port for mock in mocks.plan(CONTRACTS)}
    assert {name: ports[name] for name in PROMISED_PORTS} == PROMISED_PORTS
    assert set(ports) == APIS
    assert len(set(ports.values())) == len(ports) >= 16
    assert 4023 not in ports.values()


def test_a_request_without_credentials_gets_the_declared_401(served: dict[str, mocks.Mock]) -> None:
    mock = served["revenue"]
    call = calls.example_call(next(calls.operations(mock.document)))
    del call.headers["Authorization"]
    status, headers, body = send(mock, call)
    assert (status, json.loads(body)["code"]) == (401, "AUTH_UNAUTHORIZED")
    assert headers.get_content_type() == "application/problem+json"


def login(body: bytes) -> calls.Call:
    headers = {"Content-Type": "application/json", "X-Correlation-ID": "0f8fad5b-d9cb-469f-a165-70867728950e"}
    return calls.Call("login", "POST", "/api/auth/login", headers, body)


def test_an_unknown_property_in_another_script_is_a_400_and_the_mock_lives_on(served: dict[str, mocks.Mock]) -> None:
    status, headers, _ = send(served["auth"], login('{"日本": 1}'.encode()))
    assert status == 400
    assert "\\u65e5\\u672c" in headers["sl-violations"]
    assert mocks.is_healthy(served["auth"], timeout_seconds=120)


@pytest.mark.parametrize("body", [b'{"email":', b"\xff\xfe", b"no json", b"{}}"])
def test_a_body_that_is_no_json_is_refused_as_the_contract_says(served: dict[str, mocks.Mock], body: bytes) -> None:
    status, headers, reply = send(served["auth"], login(body))
    assert (status, headers.get_content_type()) == (400, "application/problem+json")
    assert json.loads(reply)["code"] == "REQUEST_VALIDATION_FAILED"
    assert mocks.is_healthy(served["auth"], timeout_seconds=120)


def test_a_body_that_may_be_left_out_is_refused_too_when_it_cannot_be_read(served: dict[str, mocks.Mock]) -> None:
    mock = served["events"]
    (retry,) = [one for one in calls.operations(mock.document) if one.id == "retryDeadEvent"]
    call = dataclasses.replace(calls.example_call(retry), body=b"[")
    assert send(mock, call)[0] == 400


def test_a_port_in_use_is_one_clear_line(served: dict[str, mocks.Mock]) -> None:
    second = mocks.Mock("health", served["health"].port, served["health"].document)
    with pytest.raises(mocks.MockError, match="a port of the mocks is in use"), mocks.running([second]):
        pass


def test_an_unknown_api_names_the_nearest() -> None:
    with pytest.raises(mocks.MockError, match="there is no API 'revenu'; did you mean 'revenue'"):
        mocks.plan(CONTRACTS, ["revenu"])


@pytest.mark.promise("P051")
def test_an_answer_that_breaks_its_own_contract_is_a_500_and_never_a_lie() -> None:
    (healthy,) = mocks.plan(CONTRACTS, ["health"], any_port=True)
    document = copy.deepcopy(healthy.document)
    document["components"]["schemas"]["Liveness"]["required"] = ["alive", "since"]
    with mocks.running([mocks.Mock("health", 0, document)]) as (mock,):
        status, _, body = send(mock, calls.Call("livenessProbe", "GET", "/api/health/live"))
    assert status == 500
    assert "since" in body.decode()


@pytest.mark.promise("P051")
def test_mocks_get_documents_and_no_path_into_the_contract_tree() -> None:
    script = mocks.SCRIPT.read_text("utf-8")
    assert "node:fs" not in script
    assert "readFile" not in script


@pytest.mark.promise("Q15")
def test_ninety_five_of_a_hundred_answers_take_less_than_half_a_second(all_mocks: Mocks) -> None:
    """And less than a tenth of a second of a processor on average, which a busy machine does not change."""
    mock = all_mocks.by_name["attribution"]
    call = calls.example_call(next(calls.operations(mock.document)))
    before, seconds = processes.cpu_seconds(all_mocks.process_id), []
    for _ in range(100):
        began = time.perf_counter()
        assert send(mock, call)[0] == 200
        seconds.append(time.perf_counter() - began)
    assert sorted(seconds)[94] < 0.5
    assert (processes.cpu_seconds(all_mocks.process_id) - before) / 100 < 0.1
