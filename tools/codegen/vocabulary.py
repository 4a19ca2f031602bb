"""The names that generated text uses itself, so that no name made from a contract is ever one of them.

`emit.module.Module.use` imports nothing that is not listed here, so the table cannot fall behind the emitters.
"""

from __future__ import annotations

from collections.abc import Mapping

IMPORTED: Mapping[str, frozenset[str]] = {
    module: frozenset(names.split())
    for module, names in {
        "typing": "Annotated Any ClassVar Final Literal Never Protocol TypeAlias TypeVar final",
        "typing_extensions": "TypeAliasType",
        "collections.abc": "AsyncIterable Callable Mapping",
        "dataclasses": "dataclass",
        "enum": "StrEnum",
        "fastapi": "FastAPI",
        "pathlib": "Path",
        "pydantic": "ConfigDict Field",
        "_runtime.bodies": "Bodies BytesBody Invalid JsonBody TextBody",
        "_runtime.conforms": "Conforms",
        "_runtime.deprecation": "CallCounts CallerCounter",
        "_runtime.errors": "ErrorMap ErrorShape ProblemDetails",
        "_runtime.events": "ServerEvent",
        "_runtime.exchange": "Plugins Wrapper",
        "_runtime.forms": "FormBody MultipartBody",
        "_runtime.limits": "Limiter",
        "_runtime.models": "ContractModel Maybe Omittable UNSET wire",
        "_runtime.observers": "LoggingObserver Observer",
        "_runtime.operations": "Operation",
        "_runtime.params": "Accept Cookie Header Params Path Query",
        "_runtime.problems": "NotWrittenError",
        "_runtime.replies": "BytesReply EmptyReply EventReply JsonReply ProblemReply TextReply",
        "_runtime.requests": "Call Grant RawRequest",
        "_runtime.security": "Need Scheme",
        "_runtime.server": "Binding install",
        "_runtime.types": "Base64 Binary Date DecimalText Exact Int Integer Nothing Number Real Text Time Timestamp Uuid",
        "_runtime.unions": "Tagged",
    }.items()
}
"""What a generated module may import, by where it comes from."""

BUILTINS = frozenset("None True False bool bytes dict float frozenset int list range str tuple".split())
"""Names of Python itself that stand in generated text."""

OWN = frozenset("DOCUMENT OPERATIONS OWN_OPERATIONS Authenticator".split())
"""Names that generated modules give to what is no part of a contract."""

USED = frozenset[str]().union(*IMPORTED.values(), BUILTINS, OWN)
"""All of them."""

ARGUMENTS = (
    "authenticator",
    "limiter",
    "error_shape",
    "observer",
    "callers",
    "error_map",
    "wrapper",
    "closed_query",
    "prefix",
)
"""Arguments of `mount` beside the application and its APIs."""

MOUNTING = frozenset({"app", "bindings", "install", "plugins", *ARGUMENTS})
"""Names inside `mount`."""

MODULES = frozenset({"app", "common", "handlers", "models", "security"})
"""Modules of every generated server."""

OF_MODELS = frozenset(
    "construct copy dict from_orm json mro parse_file parse_obj parse_raw register schema schema_json update_forward_refs "
    "validate".split()
)
"""Attributes of Pydantic's models and of their class that a field would hide, beside those that begin with `model_`."""
