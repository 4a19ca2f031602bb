"""Operations: which exist, what they are called, and everything inside those that stayed."""

from __future__ import annotations

from typing import Any

from tools.breaking.input.documents import At, Spec, at_of
from tools.breaking.rules import addresses, bodies, facts, lifecycle, oddities, parameters, security
from tools.breaking.rules.facts import Fact, OperationPair
from tools.breaking.rules.law import Effect
from tools.breaking.rules.pairing import Pairing
from tools.openapi import operations as reader

Json = Any
_REMOVE = "mark it deprecated with a sunset date first, and remove it after that date"


def compare_paths(pairing: Pairing) -> None:
    """Compare all paths; a path is the same when only the names of its parameters differ."""
    old, new = pairing.base.entries(pairing.base.root, "paths"), pairing.head.entries(pairing.head.root, "paths")
    names = addresses.matched(pairing, list(old), list(new))
    for path, item in old.items():
        other = names.get(path)
        if other is None:
            for method, operation in methods(pairing.base, item).items():
                _removed(pairing, f"{method.upper()} {path}", operation, pairing.head.at("/paths"), "api-path")
        else:
            compare_item(pairing, path, other, item, new[other])
    for path, item in new.items():
        if path not in names.values():
            for method, operation in methods(pairing.head, item).items():
                _added(pairing, f"{method.upper()} {path}", operation)
            addresses.shadowed(pairing, path, item, {known: old[known] for known in names})


def methods(spec: Spec, item: At) -> dict[str, At]:
    """Operations of a path item by method."""
    return {method: at_of(node) for method, node in reader.methods(spec.node(item))}


def compare_item(pairing: Pairing, path: str, head_path: str, old: At, new: At, *, outward: bool = False) -> None:
    """Compare the operations of one path, webhook or callback."""
    before, after = methods(pairing.base, old), methods(pairing.head, new)
    for method, at in before.items():
        key = f"{method.upper()} {path}"
        if method not in after:
            _removed(pairing, key, at, new, "api")
            continue
        _compare(pairing, OperationPair(key, at, after[method], old, new, outward), path, head_path)
    for method, at in after.items():
        if method not in before:
            _added(pairing, f"{method.upper()} {head_path}", at)


def _removed(pairing: Pairing, key: str, at: At, head: At, prefix: str) -> None:
    life = lifecycle.of(at.raw)
    operation = OperationPair(key, at, head, at, head)
    if life.is_unstable:
        return
    if life.stability is not None and life.stability not in lifecycle.LEVELS:
        step = lifecycle.stability(life, life)
        if step is not None:
            facts.report(
                pairing, Fact("api-invalid-stability-level", step.effect, f"{key} {step.text}", at, head), operation
            )
        return
    step = lifecycle.removal(life, pairing.options)
    name = "api-path-sunset-parse" if step.name == "sunset-parse" else f"{prefix}-removed-{step.name}"
    text = f"{key} was removed {step.text}"
    instead = _REMOVE if step.effect is Effect.VIOLATION else ""
    why = "Every client that calls it gets an error." if instead else ""
    fact = Fact(name, step.effect, text, at, head, subject=key, instead=instead, why=why, fine_print=step.is_announced)
    facts.report(pairing, fact, operation)


def _added(pairing: Pairing, key: str, at: At) -> None:
    base = pairing.base.at("/paths")
    facts.report(
        pairing,
        Fact("endpoint-added", Effect.NONE, f"{key} was added", base, at, subject=key),
        OperationPair(key, base, at, base, at),
    )


def _compare(pairing: Pairing, operation: OperationPair, path: str, head_path: str) -> None:
    pairing.compared += 1
    undecided = _undecided(pairing, operation)
    if undecided:
        pairing.undecided += undecided
        return
    lives = lifecycle.of(operation.base.raw), lifecycle.of(operation.head.raw)
    step = lifecycle.stability(*lives)
    if step is not None and (step.effect is Effect.VIOLATION or not lives[0].is_unstable):
        name = "api-invalid-stability-level" if step.name.startswith("invalid") else f"api-{step.name}"
        facts.report(
            pairing, Fact(name, step.effect, f"{operation.key} {step.text}", operation.base, operation.head), operation
        )
    if lives[0].is_unstable:
        return
    moved = lifecycle.transition(*lives, pairing.options)
    if moved is not None:
        name = _LIFE.get(moved.name, f"endpoint-{moved.name}")
        facts.report(
            pairing,
            Fact(name, moved.effect, f"{operation.key} {moved.text}", operation.base, operation.head, subject=name),
            operation,
        )
    _labels(pairing, operation)
    security.compare(pairing, operation)
    parameters.compare(pairing, operation, path, head_path)
    bodies.compare(pairing, operation)
    _callbacks(pairing, operation)


def _undecided(pairing: Pairing, operation: OperationPair) -> list[oddities.Undecided]:
    if not (pairing.base.odd or pairing.head.odd):
        return []
    sides = (
        (spec, [at, *spec.items(item, "parameters")])
        for spec, at, item in (
            (pairing.base, operation.base, operation.base_item),
            (pairing.head, operation.head, operation.head_item),
        )
    )
    return oddities.between(operation.key, *sides)


_LIFE = {
    "deprecated-sunset-missing": "api-deprecated-sunset-missing", "deprecated-sunset-parse": "api-deprecated-sunset-parse",
    "sunset-date-too-small": "api-sunset-date-too-small", "sunset-deleted": "sunset-deleted",
    "sunset-parse": "api-deprecated-sunset-parse", "sunset-date-changed-too-small": "api-sunset-date-changed-too-small",
}  # fmt: skip


def _labels(pairing: Pairing, operation: OperationPair) -> None:
    """OperationId and tags: they name what generated clients call."""
    old, new = operation.base.raw.get("operationId"), operation.head.raw.get("operationId")
    if old != new:
        action = "removed" if old else "added"
        text = (
            f"the operationId `{old}` became `{new}`" if old and new else f"the operationId `{old or new}` was {action}"
        )
        facts.report(
            pairing,
            Fact(
                f"api-operation-id-{action}", Effect.NONE, text, operation.base, operation.head, subject=f"{old}|{new}"
            ),
            operation,
        )
    before, after = (at.raw.get("tags") or [] for at in (operation.base, operation.head))
    for tag in dict.fromkeys([*before, *after]):
        if (tag in before) != (tag in after):
            action = "removed" if tag in before else "added"
            text = f"{operation.key}: the tag `{tag}` was {action}"
            fact = Fact(
                f"api-tag-{action}",
                Effect.NONE,
                text,
                operation.base,
                operation.head,
                subject=str(tag),
                documentation_only=True,
            )
            facts.report(pairing, fact, operation)


def _callbacks(pairing: Pairing, operation: OperationPair) -> None:
    old, new = pairing.base.entries(operation.base, "callbacks"), pairing.head.entries(operation.head, "callbacks")
    compare_outward(
        pairing,
        "callback",
        _flat(pairing.base, old),
        _flat(pairing.head, new),
        (operation.base, operation.head),
        operation,
    )


def _flat(spec: Spec, callbacks: dict[str, At]) -> dict[str, At]:
    return {
        f"{name} {expression}": item for name, at in callbacks.items() for expression, item in spec.entries(at).items()
    }


def compare_outward(
    pairing: Pairing,
    kind: str,
    old: dict[str, At],
    new: dict[str, At],
    holders: tuple[At, At],
    operation: OperationPair | None = None,
) -> None:
    """Requests that the API itself sends: its consumers wait for them."""
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name), new.get(name)
        if was is not None and now is not None:
            compare_item(pairing, name, name, was, now, outward=True)
            continue
        action, effect = ("removed", Effect.VIOLATION) if was is not None else ("added", Effect.NONE)
        text = f"the {kind} `{name}` was {action}"
        why = "Consumers wait for a message that no longer comes." if action == "removed" else ""
        fact = Fact(f"{kind}-{action}", effect, text, was or holders[0], now or holders[1], subject=name, why=why)
        facts.report(pairing, fact, operation)


def compare_webhooks(pairing: Pairing) -> None:
    """Compare the messages that the API sends by itself."""
    old, new = pairing.base.entries(pairing.base.root, "webhooks"), pairing.head.entries(pairing.head.root, "webhooks")
    compare_outward(pairing, "webhook", old, new, (pairing.base.at("/webhooks"), pairing.head.at("/webhooks")))
