"""The contract against the data files beside it, and these by themselves: problem registry, maps, ports, channels, keys."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from tools.openapi import directives, source
from tools.openapi.problems import Problem
from tools.rules import examples, shapes
from tools.rules.responses import PROBLEM_MEDIA_TYPE
from tools.rules.rule import finding, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tools.openapi.source import Document
    from tools.rules.contract import Contract, Node

CODE_SCHEMAS = ("ProblemCode", "ProviderLifecycleCode")
_BOUNDS: dict[str, dict[str, tuple[str, ...]]] = {
    "minimum": {"number": (), "integer": ()},
    "maximum": {"number": (), "integer": ()},
    "format": {"string": ("uuid", "date-time"), "integer": ("int64",)},
}
"""Keywords that an invariant can demand of a schema, with the types they fit and the values that make sense there."""


def governance_data(contract: Contract) -> Iterator[Problem]:
    """The governance data files have the structure that their readers expect."""
    for name in shapes.SHAPES:
        document = contract.governance.get(name)
        if document is None:
            continue
        for error in shapes.validator(name).iter_errors(document.value):
            pointer = source.join("", *error.instance_path)
            yield finding(document.at(pointer, value=True), examples.in_words(error).removeprefix("the example "))


def governance_code(contract: Contract) -> Iterator[Problem]:
    """Every `generate` directive of a data file can be carried out: its data exists in the right form and its names are legal."""
    for document in contract.governance.values():
        for problem in directives.read(document)[1]:
            yield finding(problem.origin, problem.message, hint=problem.hint)


def channel_code(contract: Contract) -> Iterator[Problem]:
    """Every channel that a keyword, rule or click id maps to is in the taxonomy, and channel codes are unique."""
    document = _well_formed(contract, "channels")
    if document is None:
        return
    codes = [channel["code"] for channel in document.value["channels"]]
    for index, code in enumerate(codes):
        if code in codes[:index]:
            yield finding(document.at(f"/channels/{index}/code", value=True), f"the channel {code!r} is already listed")
    for pointer, code in _mapped_channels(document):
        if code not in codes:
            hint = f"write one of {', '.join(dict.fromkeys(codes))}"
            yield finding(document.at(pointer, value=True), f"there is no channel {code!r}", hint=hint)


def personal_key(contract: Contract) -> Iterator[Problem]:
    """Every personal key is listed once after normalisation, and none of them is a key that payloads may contain."""
    document = _well_formed(contract, "personal_keys")
    if document is None:
        return
    first: dict[str, str] = {}
    for name in ("stripped", "forbidden_in_json", "payload"):
        for index, key in enumerate(document.value[name]):
            pointer, plain = f"/{name}/{index}", key.replace("_", "")
            if plain in first:
                message = f"{key!r} is the same key as the one at #{first[plain]}"
                yield finding(document.at(pointer, value=True), message, hint="remove one of them")
            first.setdefault(plain, pointer)


def problem_registry(contract: Contract) -> Iterator[Problem]:
    """The contract lists the codes of `governance/problems.yaml`, except those with `is_declared: false`, which only replies that
    no operation declares carry.
    """
    registry = _problems(contract)
    schemas = [node for node in contract.written("schema") if node.name in CODE_SCHEMAS and "enum" in node.value]
    if not registry or not schemas:
        return
    for node in schemas:
        for index, code in enumerate(node.listed("enum")):
            if str(code) not in registry:
                yield finding(node.value_at("enum", index), f"{code} is not in governance/problems.yaml")
            elif registry[str(code)][1].get("is_declared") is False:
                hint = "remove is_declared: false from governance/problems.yaml"
                yield finding(node.value_at("enum", index), f"{code} is declared here", hint=hint)
    known = {str(code) for node in schemas for code in node.listed("enum")}
    document = contract.governance["problems"]
    for code, (index, entry) in registry.items():
        if code not in known and entry.get("is_declared") is not False:
            yield finding(document.at(f"/problems/{index}/code", value=True), f"{code} is not in the contract")


def problem_example(contract: Contract) -> Iterator[Problem]:
    """Examples of problems match the registry in code, status, type and title, and appear under that status."""
    registry = _problems(contract)
    base = _governed(contract, "problems").get("base", "")
    for node in contract.written("media-type"):
        if node.name != PROBLEM_MEDIA_TYPE or not registry:
            continue
        for name, example in node.mapping("examples").items():
            value = example.get("value") if isinstance(example, dict) else None
            if not isinstance(value, dict):
                continue
            place = ("examples", name, "value")
            if str(value.get("code")) not in registry:
                yield finding(node.value_at(*place, "code"), f"{value.get('code')} is not in governance/problems.yaml")
                continue
            entry = registry[value["code"]][1]
            yield from _against(node, place, value, entry, base)


def webhook_mapping(contract: Contract) -> Iterator[Problem]:
    """Every webhook operation names its integration map in `x-mapping`; the map contains its topic with that event."""
    for operation in contract.operations:
        if not operation.is_webhook:
            continue
        mapping = {name: str(value) for name, value in operation.node.mapping("x-mapping").items()}
        if "map" not in mapping or not {"topic", "by"} & set(mapping):
            hint = "add x-mapping: {map: stripe, topic: charge.succeeded, event: PaymentCaptured}"
            yield finding(operation.node.at("x-mapping"), f"{operation.id} has no complete x-mapping", hint=hint)
            continue
        maps = _governed(contract, "mappings").get("maps", {})
        if not maps or "topic" not in mapping:
            continue
        objects = maps.get(mapping["map"], {}).get("read", {}).values()
        shows = next((one["shows"] for one in objects if mapping["topic"] in one["topics"]), None)
        if shows is None:
            origin = operation.node.value_at("x-mapping", "topic")
            yield finding(origin, f"the map {mapping['map']!r} has no topic {mapping['topic']!r}")
        elif mapping.get("event", shows[0]) not in shows:
            origin = operation.node.value_at("x-mapping", "event")
            yield finding(origin, f"the map has the events {', '.join(shows)}")


def mapped_event(contract: Contract) -> Iterator[Problem]:
    """Every object of an integration map shows canonical events, and some object shows every event that is not derived."""
    document = _well_formed(contract, "mappings")
    if document is None:
        return
    events = document.value["events"]
    listed: set[str] = set()
    for name, entry in document.value["maps"].items():
        for kind, how in entry["read"].items():
            listed |= set(how["shows"])
            for index, event in enumerate(how["shows"]):
                if event not in events:
                    origin = document.at(f"/maps/{name}/read/{kind}/shows/{index}", value=True)
                    yield finding(origin, f"there is no canonical event {event!r}")
    for event, entry in events.items():
        if event not in listed and not entry.get("is_derived"):
            yield finding(document.at(f"/events/{event}"), f"no object shows {event}")


def mock_port(contract: Contract) -> Iterator[Problem]:
    """Every API with operations has one mock port of its own in `governance/mocks.yaml`."""
    document = _well_formed(contract, "mocks")
    if document is None:
        return
    ports = {mock["api"]: mock["port"] for mock in document.value["mocks"]}
    if len(set(ports.values())) != len(ports):
        yield finding(document.at("/mocks"), "two mocks share a port")
    apis = {_api(node.document): node for node in contract.all("openapi") if node.get("paths")}
    for name, node in apis.items():
        if name not in ports:
            yield finding(node.at("info"), f"the API {name!r} has no mock port", hint="add it to governance/mocks.yaml")
    for index, mock in enumerate(document.value["mocks"]):
        if mock["api"] not in apis:
            yield finding(document.at(f"/mocks/{index}/api", value=True), f"there is no API {mock['api']!r}")


def invariant_holds(contract: Contract) -> Iterator[Problem]:
    """Every property named in `governance/invariants.yaml` satisfies the invariants that are enforced in the contract."""
    for invariant in _governed(contract, "invariants").get("invariants", []):
        if "contract" not in invariant["enforced"]:
            continue
        for node in contract.properties:
            if _is_meant(node, invariant):
                yield from _breaks(contract, node, invariant)


RULES = rules_of(
    "governance",
    (
        governance_data,
        governance_code,
        channel_code,
        personal_key,
        problem_registry,
        problem_example,
        webhook_mapping,
        mapped_event,
        mock_port,
        invariant_holds,
    ),
)


def _mapped_channels(document: Document) -> Iterator[tuple[str, str]]:
    """Pointer and code of every place that names a channel, but for the taxonomy itself."""
    for platform, words in document.value["platforms"].items():
        yield from ((source.join("/platforms", platform, word), code) for word, code in words.items())
    yield from ((f"/utm/{index}/channel", rule["channel"]) for index, rule in enumerate(document.value["utm"]))
    yield from ((source.join("/click_ids", name), code) for name, code in document.value["click_ids"].items())
    yield from ((f"/{name}", document.value[name]) for name in ("nothing", "unmapped"))


def _is_meant(node: Node, invariant: Mapping[str, Any]) -> bool:
    """Whether `invariant` speaks of the property `node`."""
    if not any(fnmatchcase(node.name, pattern) for pattern in invariant.get("fields", [])):
        return False
    schemas, elsewhere = invariant.get("schemas"), invariant.get("not_in", [])
    owner = source.split(node.pointer)[-3]
    return (not schemas or owner in schemas) and not any(part in node.document.path for part in elsewhere)


def _breaks(contract: Contract, node: Node, invariant: Mapping[str, Any]) -> Iterator[Problem]:
    target = contract.follow(node)
    kind = target.types[0] if target is not None and target.types else ""
    for name, by_type in _BOUNDS.items():
        known = by_type.get(kind)
        if target is None or name not in invariant or known is None:
            continue
        if target.get(name) != invariant[name] and (not known or invariant[name] in known):
            hint = f"add {name}: {invariant[name]}"
            yield finding(node.at(), f"{node.name!r} violates the invariant {invariant['name']!r}", hint=hint)


def _well_formed(contract: Contract, name: str) -> Document | None:
    """The data file `name`, when it can be relied upon."""
    document = contract.governance.get(name)
    return document if document is not None and shapes.validator(name).is_valid(document.value) else None


def _governed(contract: Contract, name: str) -> Mapping[str, Any]:
    document = _well_formed(contract, name)
    return document.value if document is not None else {}


def _problems(contract: Contract) -> dict[str, tuple[int, Mapping[str, Any]]]:
    listed = _governed(contract, "problems").get("problems", [])
    return {entry["code"]: (index, entry) for index, entry in enumerate(listed)}


def _against(
    node: Node, place: tuple[str, ...], value: Mapping[str, Any], entry: Mapping[str, Any], base: str
) -> Iterator[Problem]:
    """Where the example `value` differs from its `entry` in the registry."""
    statuses = [entry["status"], *entry.get("also_status", [])]
    expected = {"status": statuses, "type": [base + entry["slug"]], "title": [entry["title"]]}
    for name, allowed in expected.items():
        if value.get(name) not in allowed:
            message = f"{entry['code']} has {name} {' or '.join(map(str, allowed))}"
            yield finding(node.value_at(*place, name), message)


def _api(document: Document) -> str:
    """Name of the API in a file: its path below `v1` without its ending."""
    path = document.path.rpartition("/v1/")[2] or document.path
    return path.rpartition(".")[0]
