"""Rules for text that must never stand in a public file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.openapi.problems import Origin, Problem
from tools.rules.rule import finding, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.rules.contract import Contract, Node

# Each starts with plain characters, so that the search is as fast as one for a word.
_SECRETS = {
    name: re.compile(pattern)
    for name, pattern in {
        "a Stripe key": r"sk_(?:live|test)_[0-9A-Za-z]{8,}",
        "a restricted Stripe key": r"rk_(?:live|test)_[0-9A-Za-z]{8,}",
        "a Stripe webhook secret": r"whsec_[0-9A-Za-z]{8,}",
        "an AWS key": r"AKIA[0-9A-Z]{12,}",
        "a signed token": r"eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}",
        "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
        "a GitHub token": r"gh[pousr]_[0-9A-Za-z]{20,}",
        "a Slack token": r"xox[abprs]-[0-9A-Za-z-]{10,}",
        "a Shopify token": r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{16,}",
        "a Google key": r"AIza[0-9A-Za-z_-]{30,}",
        "a password in an address": r"://[^\s/:@]+:[^\s/@]+@",
    }.items()
}


def no_secret_in_text(contract: Contract) -> Iterator[Problem]:
    """Nothing in a contract looks like a real key or token: examples are copied, and scanners cannot tell which are real."""
    for document in contract.looked_at:
        for name, pattern in _SECRETS.items():
            for match in pattern.finditer(document.text):
                line = document.text.count("\n", 0, match.start()) + 1
                column = match.start() - document.text.rfind("\n", 0, match.start())
                origin = Origin(document.path, line, column)
                yield finding(origin, f"this looks like {name}", hint="write a word such as example-token")


_SHOWN_ONCE = ("access_token", "refresh_token", "tenant_key")


def secret_is_not_kept(contract: Contract) -> Iterator[Problem]:
    """A response that contains a token or key declares `Cache-Control: no-store`: a cache must not serve it to another caller."""
    for operation in contract.operations:
        for status, reference in operation.successes.items():
            response = contract.follow(reference)
            secret = None if response is None else _secret_in(contract, response)
            if response is not None and secret and not _forbids_keeping(contract, response):
                hint = "refer to CacheNoStore in _common/headers.yaml"
                yield finding(
                    reference.at(), f"the {status} of {operation.id} contains {secret!r} and may be cached", hint=hint
                )


def _secret_in(contract: Contract, response: Node) -> str | None:
    """The first property of a body that is shown once."""
    for media_type, media in response.mapping("content").items():
        if isinstance(media, dict) and "schema" in media:
            schema = contract.follow(response.child("schema", "content", media_type, "schema"))
            names = schema.mapping("properties") if schema is not None else {}
            if secret := next((name for name in _SHOWN_ONCE if name in names), None):
                return secret
    return None


def _forbids_keeping(contract: Contract, response: Node) -> bool:
    if "Cache-Control" not in response.mapping("headers"):
        return False
    header = contract.follow(response.child("header", "headers", "Cache-Control"))
    return header is not None and header.mapping("schema").get("const") == "no-store"


RULES = rules_of("hygiene", (no_secret_in_text, secret_is_not_kept))
