"""The same request as curl, Python and TypeScript, made of the contract's own examples."""

from __future__ import annotations

import json
import shlex
from typing import Any

from tools.openapi.calls import Call

BASE = "http://127.0.0.1:8000"
"""Where `make run` serves."""


JSON = "application/json"


def samples(call: Call, media_type: str = JSON, base: str = BASE) -> dict[str, str]:
    """Source text by language. `media_type` is what the answer to `call` is."""
    return {
        "curl": curl(call, base),
        "Python": python(call, media_type, base),
        "TypeScript": typescript(call, media_type, base),
    }


def curl(call: Call, base: str = BASE) -> str:
    """A command to paste into a shell."""
    parts = [f"curl -i {_method(call)}{shlex.quote(base + call.target)}"]
    parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in call.headers.items()]
    if call.body is not None:
        parts.append(f"--data-binary {shlex.quote(json.dumps(_json(call), indent=2, ensure_ascii=False))}")
    return " \\\n  ".join(parts)


def python(call: Call, media_type: str = JSON, base: str = BASE) -> str:
    """A script that needs httpx and nothing else."""
    lines = [
        "import httpx  # pip install httpx",
        "",
        "response = httpx.request(",
        f"    {call.method!r},",
        f"    {base + call.target!r},",
    ]
    if call.headers:
        lines += ["    headers={", *(f"        {name!r}: {value!r}," for name, value in call.headers.items()), "    },"]
    if call.body is not None:
        lines.append(f"    json={_as_python(_json(call), 4)},")
    return "\n".join([*lines, ")", "response.raise_for_status()", *_python_result(media_type)])


def _python_result(media_type: str) -> list[str]:
    if media_type == JSON:
        return ["print(response.json())"]
    if media_type.startswith("text/"):
        return ["print(response.text)"]
    return ['with open("skeldir-export.xlsx", "wb") as file:', "    file.write(response.content)"]


def typescript(call: Call, media_type: str = JSON, base: str = BASE) -> str:
    """A script for Node or a browser."""
    lines = [
        f"const response = await fetch({json.dumps(base + call.target)}, {{",
        f"  method: {json.dumps(call.method)},",
    ]
    if call.headers:
        headers = (f"    {json.dumps(name)}: {json.dumps(value)}," for name, value in call.headers.items())
        lines += ["  headers: {", *headers, "  },"]
    if call.body is not None:
        body = json.dumps(_json(call), indent=2, ensure_ascii=False).replace("\n", "\n  ")
        lines.append(f"  body: JSON.stringify({body}),")
    closing = ["});", "if (!response.ok) throw new Error((await response.json()).detail);"]
    return "\n".join([*lines, *closing, _typescript_result(media_type)])


def _typescript_result(media_type: str) -> str:
    if media_type == JSON:
        return "console.log(await response.json());"
    if media_type.startswith("text/"):
        return "console.log(await response.text());"
    return "const workbook = new Uint8Array(await response.arrayBuffer());"


def _method(call: Call) -> str:
    return "" if call.method == "GET" else f"-X {call.method} "


def _json(call: Call) -> Any:
    return json.loads(call.body or b"null")


def _as_python(value: Any, indent: int) -> str:
    """`value` as a Python literal over several lines."""
    inner, outer = " " * (indent + 4), " " * indent
    if isinstance(value, dict) and value:
        rows = (f"{inner}{key!r}: {_as_python(child, indent + 4)},\n" for key, child in value.items())
        return "{\n" + "".join(rows) + outer + "}"
    if isinstance(value, list) and value:
        return "[\n" + "".join(f"{inner}{_as_python(child, indent + 4)},\n" for child in value) + outer + "]"
    return repr(value)
