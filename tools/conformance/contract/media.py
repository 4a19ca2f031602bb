"""Media types: which declared content a `Content-Type` falls under, and what is JSON or a form."""

from __future__ import annotations

from tools.conformance.contract.compiled import Content

FORM = "application/x-www-form-urlencoded"


def match_content(contents: tuple[Content, ...], content_type: str) -> Content | None:
    """Declared content that a `Content-Type` of `sent` falls under: exact, then `application/*`, then `*/*`."""
    media_type = content_type.partition(";")[0].strip().lower()
    for content in contents:
        if content.media_type.partition(";")[0].strip() == media_type:
            return content
    main = media_type.partition("/")[0]
    for media_range in (f"{main}/*", "*/*"):
        for content in contents:
            if content.media_type == media_range:
                return content
    return None


def is_json(media_type: str) -> bool:
    """Whether `media_type` (lower case) is JSON by RFC 6839."""
    plain = media_type.partition(";")[0].strip()
    return plain == "application/json" or plain.endswith("+json")
