"""Replies of the runtime itself are declared: each operation of this project lists every status that it can get without the
implementation. The rule `default-responses` rejects a contract that forgets one; these tests keep rule and runtime together."""

import pytest

from generated.server.app import OPERATIONS
from tools.cli import checking
from tools.openapi import link


def can_be_sent(operation):
    """Statuses that `_runtime.exchange` answers with before the operation is called, or when it fails."""
    takes_body = operation.bodies is not None or operation.is_raw
    return {
        500,
        *([400] if operation.params is not None or takes_body else []),
        *([413, 415] if takes_body else []),
        *([401] if operation.security else []),
        *([403] if any(need.scopes for option in operation.security for need in option) else []),
        *([429] if operation.rate_limit else []),
    }


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)
def test_every_status_that_the_runtime_can_send_is_declared(operation):
    assert can_be_sent(operation) <= set(operation.problems), operation.origin


def test_an_operation_that_forgets_one_is_refused_at_its_place(tmp_path):
    contract = """
        openapi: 3.1.0
        info: {title: T, version: 1.0.0}
        paths:
          /a:
            post:
              operationId: createThing
              requestBody: {content: {application/json: {schema: {type: object}}}}
              responses: {'201': {description: ok}, '500': {description: no}}
    """
    path = tmp_path / "api.yaml"
    path.write_text(contract.replace("\n        ", "\n").lstrip())
    problems_ = checking.judge(link.read(tmp_path, display_root="contracts"), tmp_path)
    lines = [str(one) for one in problems_ if one.rule == "default-responses"]
    assert [line.partition(";")[0] for line in lines] == [
        f"contracts/api.yaml:8:7: error[default-responses]: createThing does not declare {status}"
        for status in (400, 413, 415)
    ]
