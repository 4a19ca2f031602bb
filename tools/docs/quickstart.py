"""How to begin: log in, page through a list, repeat a write safely, understand an error. Made of the contract's examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from tools.docs import samples
from tools.docs.html import Markup, join, prose, tag
from tools.openapi import calls
from tools.openapi.operations import Operation

STEPS: Final = (
    (
        "Log in",
        "login",
        (
            "The reply has an `access_token`, which is valid for 15 minutes, and a `refresh_token` that can be exchanged once "
            "for a new pair. `make run` prints a demo login. After a login under Try it these pages use its token."
        ),
    ),
    ("Send the token", "getRealtimeRevenueV1", "Every other operation takes the access token as bearer token."),
    (
        "Page through a list",
        "listDeadEvents",
        (
            "A list answers with `page.next_cursor`. Send it back as `cursor`, with the other parameters unchanged, until "
            "`page.has_more` is false. A query parameter that an operation does not have is refused with 400."
        ),
    ),
    (
        "Repeat safely",
        "createRecompute",
        (
            "A write takes an `X-Idempotency-Key`, a new UUID for each intention. Sent again with the same key and body after a "
            "lost reply it changes nothing and gets the first reply again; with another body it is refused with 409."
        ),
    ),
)
"""Title, operation that is shown, and text."""

KEY: Final = "X-Idempotency-Key"

ERRORS: Final = (
    "Every error is an `application/problem+json` document. Decide by `status` and `code`, show `detail`, and quote "
    "`correlation_id` when you ask for help. `errors` names each wrong field with a JSON pointer. After 429 and 503 wait for the "
    "seconds in `Retry-After`, then send the same request again."
)


def section(operations: Iterable[Operation]) -> Markup:
    """The steps whose operations the contract has; nothing when it has none of them."""
    by_id = {one.id: one for one in operations}
    steps = list(_steps(by_id))
    if not steps:
        return join()
    errors = tag(
        "li", tag("h3", "Errors"), tag("p", prose(ERRORS), " ", tag("a", "All codes", href="problems.html"), ".")
    )
    return tag("section", tag("h2", "Quick start"), tag("ol", steps, errors, class_="steps"), id="quick-start")


def _steps(by_id: dict[str, Operation]) -> Iterator[Markup]:
    for title, operation, text in STEPS:
        if operation in by_id:
            sample = tag("div", tag("pre", samples.curl(_call(by_id[operation]))), class_="samples")
            yield tag("li", tag("h3", title), tag("p", prose(text)), sample)


def _call(one: Operation) -> calls.Call:
    """The example request, with the key that makes a write safe to repeat."""
    call = calls.example_call(one)
    keys = {item.name: calls.as_text(item.node.value["example"]) for item in one.parameters() if item.name == KEY}
    return replace(call, headers=call.headers | keys)
