"""Versions of OpenAPI: which are read here, and the one sentence that refuses the others, in every tool alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.openapi.pointers import Json
from tools.openapi.problems import Problem

if TYPE_CHECKING:
    from tools.openapi.source import Document

_READ = re.compile(r"3\.[01](\.\d+)?(-\w+)?\Z")


def is_description(value: Json) -> bool:
    """Whether a document says that it describes an API, in whatever version."""
    return isinstance(value, dict) and ("openapi" in value or "swagger" in value)


def is_30(value: Json) -> bool:
    """Whether a document says that it is OpenAPI 3.0."""
    version = value.get("openapi") if isinstance(value, dict) else None
    return isinstance(version, str) and version.startswith("3.0")


def problem_of(document: Document) -> Problem | None:
    """Why a document that describes an API is not read here; None when its version is known."""
    key = "openapi" if "openapi" in document.value else "swagger"
    version = document.value[key]
    if key == "openapi" and isinstance(version, str) and _READ.match(version):
        return None
    if key == "swagger":
        message, hint = f"Swagger {version} is not read here", "convert it to OpenAPI 3.0 or 3.1"
    elif isinstance(version, int | float):
        message, hint = f"the version {version} is a number", 'write it as text with both dots: `openapi: "3.1.0"`'
    else:
        message, hint = f"OpenAPI {version} is not read here, only 3.0 and 3.1", "write `openapi: 3.1.0`"
    return Problem("openapi-version", message, document.at(f"/{key}"), hint=hint)
