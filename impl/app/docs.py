"""The API documentation at /docs: the site that `contracts docs` writes, read from disk at each request."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from generated.governance import problems

_HERE = {"url": "/", "description": "The service that this document comes from."}
INDEX = "index.html"
METHOD_NOT_ALLOWED = 405

# The page can send requests with the reader's token, so it may reach only this service and mocks on this machine.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self' http://127.0.0.1:* http://localhost:*; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_MISSING = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Skeldir API</title><meta http-equiv="refresh" content="5">
<h1>The documentation is not available yet</h1>
<p>If you have just started the service with <code>make run</code>, it is still being generated; this page reloads every five
seconds. Otherwise run <code>make docs</code> in the folder where the service was started, or set
<code>SKELDIR_DOCS_DIR</code> to the folder of the documentation.</p>
<p>The contract itself is available as <a href="/openapi.json">openapi.json</a>.</p>
</html>
"""


def routes(folder: Path, unwritten: Collection[str] = ()) -> list[BaseRoute]:
    """Routes of the site in `folder`, which may not exist yet. They must come before FastAPI's own /docs.

    `unwritten` are the operations that still answer 501: the pages mark them.
    """
    marks = _json(sorted(unwritten))

    async def show_unwritten(_: Request) -> Response:
        return Response(marks, media_type="application/json", headers=HEADERS)

    return [
        Route("/", _to_folder, include_in_schema=False),
        Route("/docs", _to_folder, include_in_schema=False),
        Route("/redoc", _to_folder, include_in_schema=False),
        Route("/docs/unwritten.json", show_unwritten, include_in_schema=False),
        Route("/problems/{slug}", _ToProblem(), methods=["GET", "HEAD"], include_in_schema=False),
        Mount("/docs", _Site(folder)),
    ]


def contract_route(contract: Mapping[str, Any], unwritten: Collection[str]) -> BaseRoute:
    """`/openapi.json` as this service answers it: its own address first, and without the operations that still answer 501.

    With `?unwritten=true` those are in it too.
    """
    whole = {**contract, "servers": [_HERE, *contract.get("servers", ())]}
    documents = {False: _json(_without(whole, unwritten)), True: _json(whole)}

    async def serve(request: Request) -> Response:
        document = documents[request.query_params.get("unwritten") == "true"]
        return Response(document, media_type="application/json")

    return Route("/openapi.json", serve, include_in_schema=False)


def _without(contract: Mapping[str, Any], unwritten: Collection[str]) -> dict[str, Any]:
    paths = {}
    for path, item in contract["paths"].items():
        rest = {name: value for name, value in item.items() if _operation_id(value) not in unwritten}
        if any(_operation_id(value) is not None for value in rest.values()):
            paths[path] = rest
    return {**contract, "paths": paths}


def _operation_id(value: object) -> str | None:
    """None for the parts of a path item that are no operation."""
    return value.get("operationId") if isinstance(value, dict) else None


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


async def _to_folder(_: object) -> Response:
    """Redirect to the folder: the links of the site are relative to it."""
    return RedirectResponse("/docs/", headers=HEADERS)


class _ToProblem:
    """Redirects from the path of a problem's `type` to what the documentation says about it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        slug = scope["path_params"]["slug"]
        known = any(kind.slug == slug for kind in problems.PROBLEMS)
        target = RedirectResponse(f"/docs/problems.html#{slug}", headers=HEADERS)
        await (target if known else scope["app"].router.default)(scope, receive, send)


class _Site:
    """Files of one folder. A file that does not exist is answered like any other unknown path of the service."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = StaticFiles(directory=folder, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            path = self._files.get_path(scope)
            response = await self._files.get_response(INDEX if path == "." else path, scope)
        except HTTPException as error:
            if error.status_code == METHOD_NOT_ALLOWED:
                response = Response(status_code=METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
            elif not (self._folder / INDEX).exists():
                response = HTMLResponse(_MISSING, 503, {"Retry-After": "5"})
            else:
                await scope["app"].router.default(scope, receive, send)
                return
        response.headers.update(HEADERS)
        await response(scope, receive, send)
