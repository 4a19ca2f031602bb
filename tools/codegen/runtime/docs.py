"""Pages that show the contract without any other host: /openapi.json, /docs and /redoc."""

from __future__ import annotations

from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24 }}
code {{ font-size: .95em }} article {{ border-top: 1px solid #d8dee4; padding: .6rem 0 }}
b {{ display: inline-block; min-width: 4.5rem; font-family: monospace }} s {{ color: #6e7781 }}
</style>
<h1>{title}</h1><p>Version {version} · <a href="openapi.json">openapi.json</a></p>
{operations}
</html>
"""


def routes(document: bytes, contract: dict[str, Any]) -> list[Route]:
    """Routes that serve `contract`, whose JSON is `document`."""
    page = _page(contract)

    async def openapi(_: Request) -> Response:
        return Response(document, media_type="application/json")

    async def show(_: Request) -> Response:
        return HTMLResponse(page)

    return [
        Route("/openapi.json", openapi, name="openapi", include_in_schema=False),
        Route("/docs", show, name="docs", include_in_schema=False),
        Route("/redoc", show, name="redoc", include_in_schema=False),
    ]


def _page(contract: dict[str, Any]) -> str:
    info = contract.get("info", {})
    operations = [
        _article(method, path, item[method])
        for path, item in contract.get("paths", {}).items()
        for method in _METHODS
        if method in item
    ]
    title, version = escape(str(info.get("title", "API"))), escape(str(info.get("version", "")))
    return _PAGE.format(title=title, version=version, operations="\n".join(operations))


def _article(method: str, path: str, operation: dict[str, Any]) -> str:
    name = escape(f"{path}")
    title = f"<s>{name}</s>" if operation.get("deprecated") else name
    text = escape(str(operation.get("summary") or operation.get("description") or ""))
    return f"<article><b>{method.upper()}</b> <code>{title}</code><br>{text}</article>"
