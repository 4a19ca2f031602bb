"""One module for each API: parameters, replies, the Protocol to fill, stubs, and the table of operations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tools.codegen import ir, names
from tools.codegen.emit.module import Module
from tools.codegen.emit.python_server import replies, security
from tools.codegen.emit.python_server.types import Types, readable
from tools.codegen.plan import SHARED, Plan

_MARKS = {"path": "Path", "query": "Query", "header": "Header", "cookie": "Cookie"}
_STYLES = {"path": ("simple", False), "query": ("form", True), "header": ("simple", False), "cookie": ("form", True)}


def emit(plan: Plan, api: ir.Api) -> Module:
    """The module of `api`."""
    name = plan.modules[api.file]
    summary = f"{api.title.removesuffix('.')}. {api.summary}".strip()
    module = Module(f"server/{name}.py", summary, api.file)
    types = Types(module, plan, package=".", is_models=False)
    emitted: set[str] = set()
    for operation in api.operations:
        _section(module, types, plan, api, operation, emitted)
    own = [operation for operation in api.operations if operation.handler is None]
    _protocol(module, types, plan, api, own)
    _stub(module, types, plan, api, own)
    _table(module, types, plan, api)
    return module


def class_prefix(module_name: str) -> str:
    """`WebhooksStripe` for `webhooks_stripe`: the Protocol is `WebhooksStripeApi`."""
    return names.class_name(module_name)


def offers(operation: ir.Endpoint) -> tuple[str, ...]:
    """Media types of a successful reply that the caller may choose from; empty when there is no choice."""
    by_status: dict[str, list[str]] = {}
    for response in operation.responses:
        if response.status.startswith("2") and response.media is not None:
            by_status.setdefault(response.status, []).append(response.media.media_type)
    several = [tuple(types) for types in by_status.values() if len(types) > 1]
    return several[0] if several else ()


def has_params(operation: ir.Endpoint) -> bool:
    """Whether the operation gets a params object."""
    return bool(operation.parameters or offers(operation))


def params_class(operation: ir.Endpoint) -> str:
    """Name of the class of the params object."""
    return f"{operation.class_name}Params"


def _section(module: Module, types: Types, plan: Plan, api: ir.Api, operation: ir.Endpoint, emitted: set[str]) -> None:
    """Parameters and replies of one operation."""
    if has_params(operation):
        _params(module, types, operation)
    for response in operation.responses:
        home = plan.reply(response)
        if home.module == plan.modules[api.file] and home.name not in emitted:
            emitted.add(home.name)
            replies.emit(module, types, plan, response)
    if operation.handler is not None:
        return
    reply_names = " | ".join(reply_name(module, plan, api, response) for response in operation.responses)
    module.lines(["", f"{reply_union(operation)}: {types.typing('TypeAlias')} = {reply_names}"])
    module.symbol(reply_union(operation), operation.origin)
    if operation.is_raw and operation.body is not None:
        _decoder(module, types, operation)


def reply_union(operation: ir.Endpoint) -> str:
    """Name of the union of an operation's replies."""
    return f"{operation.class_name}Reply"


def reply_name(module: Module, plan: Plan, api: ir.Api, response: ir.Response) -> str:
    """How `module`, which is that of `api`, says the class of `response`."""
    home = plan.reply(response)
    if home.module == plan.modules[api.file]:
        return home.name
    return f"{module.use('.', home.module)}.{home.name}"


def _params(module: Module, types: Types, operation: ir.Endpoint) -> None:
    name = params_class(operation)
    module.symbol(name, operation.origin)
    module.lines(["", "", f"@{module.use('dataclasses', 'dataclass')}(frozen=True, slots=True, kw_only=True)"])
    with module.block(f"class {name}:"):
        module.docstring(f"Parameters of `{operation.id}`.")
        module.line()
        attributes: set[str] = set()
        for parameter in operation.parameters:
            to_name = names.header_name if parameter.location == "header" else names.parameter_name
            attribute: str = to_name(parameter.name)
            while attribute in attributes:
                attribute += f"_{parameter.location}"
            attributes.add(attribute)
            _parameter(module, types, attribute, parameter)
        if offers(operation):
            attribute = "accept"
            while attribute in attributes:
                attribute += "_"
            _accept(module, types, operation, attribute)


def _accept(module: Module, types: Types, operation: ir.Endpoint, attribute: str) -> None:
    """The field that says which of several media types the caller likes best."""
    media_types = offers(operation)
    is_strict = any(response.status == "406" for response in operation.responses)
    mark = f"{types.runtime('params', 'Accept')}({media_types!r}{', is_strict=True' if is_strict else ''})"
    module.line(
        f"{attribute}: {types.annotated(f'Literal[{str(list(media_types))[1:-1]}]', mark)} = {media_types[0]!r}"
    )
    types.typing("Literal")
    module.docstring("The media type that the caller likes best, of those that the reply can have.")


def _parameter(module: Module, types: Types, attribute: str, parameter: ir.Parameter) -> None:
    expression = types.expression(parameter.type)
    default = ""
    if parameter.has_default and not parameter.is_required:
        default = f" = {readable(parameter.default)}"
    elif not parameter.is_required:
        expression, default = f"{expression} | None", " = None"
    module.line(f"{attribute}: {types.annotated(expression, _mark(types, parameter))}{default}")
    module.docstring(parameter.description)


def _mark(types: Types, parameter: ir.Parameter) -> str:
    arguments = [repr(parameter.name)]
    if parameter.shape != "string":
        arguments.append(repr(parameter.shape))
    style, is_exploded = _STYLES[parameter.location]
    if parameter.style != style:
        arguments.append(f"style={parameter.style!r}")
    if parameter.is_exploded != is_exploded and not isinstance(parameter.shape, str):
        arguments.append(f"is_exploded={parameter.is_exploded}")
    if parameter.is_json:
        arguments.append("is_json=True")
    return f"{types.runtime('params', _MARKS[parameter.location])}({', '.join(arguments)})"


def _decoder(module: Module, types: Types, operation: ir.Endpoint) -> None:
    """A function from bytes to the body, for operations that get the bytes."""
    media = next((one for one in operation.body.media if one.kind == "json"), None) if operation.body else None
    if media is None:
        return
    name = names.method_name(operation.id)
    body, invalid = types.expression(media.type), types.runtime("bodies", "Invalid")
    reader = types.runtime("bodies", "JsonBody")
    module.lines(["", f"_{name}_body: {reader}[{body}] = {reader}({body})", "", ""])
    module.symbol(f"decode_{name}", operation.origin)
    with module.block(f"def decode_{name}(raw: bytes) -> {body} | {invalid}:"):
        module.docstring(f"The body of `{operation.id}`, or what is wrong with it.")
        module.line(f"return _{name}_body.decode(raw)")


def _signature(types: Types, operation: ir.Endpoint, principal: str) -> str:
    arguments = ["self"]
    if has_params(operation):
        arguments.append(f"params: {params_class(operation)}")
    if operation.body is not None and not operation.is_raw:
        arguments.append(f"body: {' | '.join(body_types(types, operation.body))}")
    call = f"{types.runtime('requests', 'Call')}[{principal}]"
    head = f"async def {names.method_name(operation.id)}({', '.join(arguments)}, *, call: {call})"
    return f"{head} -> {reply_union(operation)}:"


def body_types(types: Types, body: ir.Body) -> list[str]:
    """Types that a decoded body can have."""
    kinds = list(dict.fromkeys(_body_type(types, media) for media in body.media))
    return kinds if body.is_required else [*kinds, "None"]


def _body_type(types: Types, media: ir.Media) -> str:
    return "bytes" if media.kind == "bytes" else types.expression(media.type)


def _protocol(module: Module, types: Types, plan: Plan, api: ir.Api, operations: Sequence[ir.Endpoint]) -> None:
    if not operations:
        return
    name = f"{class_prefix(plan.modules[api.file])}Api"
    module.symbol(name, operations[0].origin)
    schemes = security.schemes_of(operations)
    variables = [module.use(".security", f"{plan.schemes[one].principal}_contra") for one in schemes]
    generic = f"[{', '.join(variables)}]" if variables else ""
    module.lines(["", ""])
    with module.block(f"class {name}({types.typing('Protocol')}{generic}):"):
        module.docstring(f"Operations of {plan.modules[api.file]}, to be implemented.")
        for operation in operations:
            module.line()
            with module.block(_signature(types, operation, security.principal_type(plan, operation, "_contra"))):
                module.docstring(_docstring(operation))
                module.line("...")


def _docstring(operation: ir.Endpoint) -> str:
    summary = operation.summary.removesuffix(".")
    where = f"{operation.method} {operation.path}"
    head = f"{summary} ({where})." if summary else f"{where}."
    return f"{head}\n\n{operation.description}"


def _stub(module: Module, types: Types, plan: Plan, api: ir.Api, operations: Sequence[ir.Endpoint]) -> None:
    if not operations:
        return
    name = f"{class_prefix(plan.modules[api.file])}Stub"
    error = types.runtime("problems", "NotWrittenError")
    module.lines(["", ""])
    with module.block(f"class {name}:"):
        module.docstring(
            f"Answers 501 to every operation of {plan.modules[api.file]}; derive from it to write them one by one."
        )
        for operation in operations:
            module.line()
            with module.block(_signature(types, operation, types.typing("Any"))):
                module.line(f"raise {error}")


def _table(module: Module, types: Types, plan: Plan, api: ir.Api) -> None:
    kind = types.runtime("operations", "Operation")
    final = types.typing("Final")
    constants: list[str] = []
    for operation in api.operations:
        name = names.constant_name(operation.id)
        constants.append(name)
        module.symbol(name, operation.origin)
        module.lines(["", f"{name}: {final} = {kind}("])
        module.lines(f"    {line}," for line in _entry(module, types, plan, api, operation))
        module.line(")")
    module.lines(["", f"OPERATIONS: {final}[tuple[{kind}, ...]] = {_tuple(constants)}"])
    own = [names.constant_name(operation.id) for operation in api.operations if operation.handler is None]
    if own and own != constants:
        module.lines(["", f"OWN_OPERATIONS: {final}[tuple[{kind}, ...]] = {_tuple(own)}"])
        module.docstring("Those that have a method of their own; a handler answers the others.")


def _tuple(elements: Sequence[str]) -> str:
    return f"({', '.join(elements)}{',' if elements else ''})"


def _entry(module: Module, types: Types, plan: Plan, api: ir.Api, operation: ir.Endpoint) -> list[str]:
    replies_ = sorted({reply_name(module, plan, api, response) for response in operation.responses})
    lines = [
        f"id={operation.id!r}",
        f"method={operation.method!r}",
        f"path={operation.path!r}",
        f"handler={('__call__' if operation.handler else names.method_name(operation.id))!r}",
        f"replies=frozenset({{{', '.join(replies_)}}})",
        f'origin="{operation.origin.file}:{operation.origin.line}"',
    ]
    if operation.security:
        lines.append(f"security={_security(module, types, plan, operation)}")
    if has_params(operation):
        lines.append(f"params={types.runtime('params', 'Params')}({params_class(operation)})")
    if operation.body is not None:
        lines.append(f"bodies={_bodies(types, operation)}")
    return lines + list(_extras(operation))


def _extras(operation: ir.Endpoint) -> Iterator[str]:
    """Arguments that only some operations have."""
    if operation.base_path:
        yield f"base_path={operation.base_path!r}"
    if operation.is_raw:
        yield "is_raw=True"
    if operation.max_body_bytes is not None:
        yield f"max_body_bytes={operation.max_body_bytes:_}"
    if operation.rate_limit:
        yield f"rate_limit={operation.rate_limit!r}"
    if _is_conditional(operation):
        yield "is_conditional=True"
    if operation.is_deprecated:
        yield "is_deprecated=True"
    if operation.notices:
        yield f"notices={operation.notices!r}"
    if operation.extensions:
        yield f"extensions={dict(operation.extensions)!r}"


def _is_conditional(operation: ir.Endpoint) -> bool:
    asks = any(one.location == "header" and one.name.lower() == "if-none-match" for one in operation.parameters)
    tags = any(
        one.status == "200" and any(h.name.lower() == "etag" for h in one.headers) for one in operation.responses
    )
    return asks and tags and any(one.status == "304" for one in operation.responses)


def _security(module: Module, types: Types, plan: Plan, operation: ir.Endpoint) -> str:
    need = types.runtime("security", "Need")
    alternatives: list[str] = []
    for requirement in operation.security:
        needs: list[str] = []
        for scheme, scopes in requirement:
            constant = f"{module.use('.', 'security')}.{plan.schemes[scheme].constant}"
            listed = f", frozenset({{{', '.join(map(repr, sorted(scopes)))}}})" if scopes else ""
            needs.append(f"{need}({constant}{listed})")
        alternatives.append(f"({', '.join(needs)}{',' if needs else ''})")
    return f"({', '.join(alternatives)},)"


def _bodies(types: Types, operation: ir.Endpoint) -> str:
    assert operation.body is not None
    readers: list[str] = []
    for media in operation.body.media:
        if media.kind == "json":
            is_decoded = (
                operation.is_raw
                and operation.handler is None
                and media is next(one for one in operation.body.media if one.kind == "json")
            )
            expression = types.expression(media.type)
            reader = (
                f"_{names.method_name(operation.id)}_body"
                if is_decoded
                else f"{types.runtime('bodies', 'JsonBody')}({expression})"
            )
        elif media.kind in {"form", "multipart"}:
            kind = "FormBody" if media.kind == "form" else "MultipartBody"
            encoding = f", {dict(media.encoding)!r}" if media.encoding else ""
            reader = f"{types.runtime('forms', kind)}({types.expression(media.type)}, {media.shape!r}{encoding})"
        elif media.kind == "text":
            expression = types.expression(media.type)
            arguments = "" if expression == "str" else f"{expression}, {media.shape!r}"
            reader = f"{types.runtime('bodies', 'TextBody')}({arguments or 'str'})"
        else:
            reader = f"{types.runtime('bodies', 'BytesBody')}()"
        readers.append(f"{media.media_type.partition(';')[0]!r}: {reader}")
    return f"{types.runtime('bodies', 'Bodies')}({{{', '.join(readers)}}}, is_required={operation.body.is_required})"


def emit_shared(plan: Plan, responses: Iterable[ir.Response]) -> Module:
    """The module of replies that several APIs share."""
    module = Module(f"server/{SHARED}.py", "Replies that several APIs share.", "the contracts")
    types = Types(module, plan, package=".", is_models=False)
    for response in sorted(responses, key=lambda one: (one.origin, one.status)):
        replies.emit(module, types, plan, response)
    return module
