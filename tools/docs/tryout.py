"""The form that tries an operation out: a field for each parameter, required or not. `tryout.js` gives it life."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

from tools.docs.html import Markup, tag
from tools.openapi import calls
from tools.openapi.operations import Operation, Parameter
from tools.openapi.source import Json


def form(one: Operation, call: calls.Call) -> Markup:
    """A form that sends the example request, changed at will."""
    fields = [
        _field(one.document, item, call) for item in one.parameters() if item.location in {"path", "query", "header"}
    ]
    shown = {f"{item.location}:{item.name}" for item in one.parameters()}
    sent = {f"query:{name}": value for name, value in _query(call).items()}
    sent |= {f"header:{name}": value for name, value in call.headers.items()}
    fields += [_input(name, value) for name, value in sent.items() if name not in shown]
    if call.body is not None:
        text = json.dumps(json.loads(call.body), indent=2, ensure_ascii=False)
        fields.append(tag("label", "Body", tag("textarea", text, name="body", rows="8", spellcheck="false")))
    path = tag("p", tag("code", f"{call.method} {one.path}"), class_="path")
    button = tag("button", "Send", type="submit")
    return tag(
        "details",
        tag("summary", "Try it"),
        tag("form", path, fields, button, tag("output"), data_method=call.method, data_path=one.path, data_form=one.id),
        class_="try",
    )


def _query(call: calls.Call) -> dict[str, str]:
    return dict(parse_qsl(call.target.partition("?")[2], keep_blank_values=True))


def _field(document: Json, item: Parameter, call: calls.Call) -> Markup:
    """The field of one parameter: with its example where the request needs it, else empty with the example as a hint."""
    parameter, name = item.node.value, f"{item.location}:{item.name}"
    example = calls.as_text(parameter.get("example", ""))
    sent = {"path": {item.name: example}, "query": _query(call), "header": call.headers}[item.location]
    choices = calls.follow(document, parameter.get("schema", {})).get("enum")
    if choices and item.location == "query":
        return _choice(name, choices, sent.get(item.name, ""))
    return _input(name, sent.get(item.name, ""), hint=example if item.name not in sent else None)


def _input(name: str, value: str, hint: str | None = None) -> Markup:
    location, _, label = name.partition(":")
    optional = tag("small", " optional") if hint is not None else ""
    field = tag("input", name=name, value=value, placeholder=hint, spellcheck="false")
    return tag("label", f"{label} ({location})" if location != "header" else label, optional, field)


def _choice(name: str, choices: list[Json], value: str) -> Markup:
    texts = ["", *map(calls.as_text, choices)]
    options = [tag("option", text, value=text, selected=text == value) for text in texts]
    return tag("label", f"{name.partition(':')[2]} (query)", tag("select", options, name=name))
