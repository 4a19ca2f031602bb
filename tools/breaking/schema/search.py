"""Find a value that some schemas accept and others refuse, or prove that there is none.

A tableau: the conjunction is split by JSON type and by the disjunctions in it until only atoms are left, which the leaf solvers
decide exactly. At every step the atoms found so far are solved first, disregarding what is pending: when they have no solution
the branch is closed, and when their solution happens to satisfy everything the search is over. Meeting a goal again inside
itself closes the inner one, because a smallest solution never contains another solution of the same goal.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from tools.breaking.schema import accept, atoms, leaf_arrays, leaf_objects, leaf_scalars, outcome, values
from tools.breaking.schema.atoms import Choice
from tools.breaking.schema.canon import Numbers
from tools.breaking.schema.nodes import Atom, Body, Node, declared
from tools.breaking.schema.outcome import NONE, UNKNOWN, Outcome
from tools.breaking.schema.values import Json, Key

# Deeper than any goal can be open: nothing was assumed.
_NEVER = 1 << 30
# When several kinds break, the first one is the witness that people read. Texts and numbers say more than null.
KIND_ORDER = ("string", "number", "boolean", "object", "array", "null")
_NUMERAL = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"
_INTEGER = r"^-?(0|[1-9][0-9]*)$"


class ExhaustedError(Exception):
    """The budget of steps is used up."""


@dataclass(slots=True)
class Goal:
    """A value is sought that every `pos` accepts and every `neg` refuses."""

    pos: tuple[Node, ...]
    neg: tuple[Node, ...]
    reader: accept.Reader
    """How the receiver reads."""
    absent: frozenset[str] = frozenset()

    def is_met(self, value: Json) -> bool:
        """Whether `value` is a solution. Raises `accept.OpaqueError`."""
        if not all(accept.accepts(node, value) for node in self.pos):
            return False
        plain = accept.PLAIN
        return not any((self.reader if node.role == "receiver" else plain).accepts(node, value) for node in self.neg)


@dataclass(slots=True)
class State:
    """One branch: what is decided (atoms, values) and what is pending."""

    kind: str
    atoms: list[Atom] = field(default_factory=list)
    excluded: dict[Key, Json] = field(default_factory=dict)
    values: dict[Key, Json] | None = None
    pending: list[list[Choice]] = field(default_factory=list)
    yes: dict[tuple[int, str], Node] = field(default_factory=dict)
    no: dict[tuple[int, str], Node] = field(default_factory=dict)
    opaque: bool = False

    def copy(self) -> State:
        """An independent copy."""
        return State(
            self.kind, list(self.atoms), dict(self.excluded), self.values, list(self.pending), dict(self.yes), dict(self.no),
            self.opaque,
        )  # fmt: skip


def clash(pos: Node, neg: Node) -> bool:
    """Whether nothing satisfies `pos` and fails `neg`: they are the same schema (what is sent is received)."""
    return pos.canon == neg.canon and not (pos.role == "receiver" and neg.role == "sender")


class Search:
    """Solves goals; remembers every decided one."""

    def __init__(self, constants: ConstantMaker, *, literal: bool, wire: str, steps: int) -> None:
        self.literal = literal
        self.wire = wire
        self.reader = accept.Reader(wire, typed=not literal)
        self.steps = steps
        self.spent = 0
        self._constants = constants
        self._memo: dict[object, Outcome] = {}
        self._open: dict[object, int] = {}
        self._assumed: dict[object, int] = {}
        """Goals closed under the assumption that an open goal (at this depth) will be."""
        self._low = _NEVER

    def run(self, pos: tuple[Node, ...], neg: tuple[Node, ...]) -> Outcome:
        """Solve within a fresh budget."""
        self.spent = 0
        try:
            return self.solve(pos, neg)
        except (ExhaustedError, RecursionError):
            return UNKNOWN
        finally:
            # Assumptions hold only while their goals are open. Kept for the next question they would prove anything.
            self._open.clear()
            self._assumed.clear()
            self._low = _NEVER

    def constant(self, value: Json) -> Node:
        """The schema that accepts `value` only."""
        return self._constants(value)

    def solve(self, pos: tuple[Node, ...], neg: tuple[Node, ...]) -> Outcome:
        """A value that every `pos` accepts and every `neg` refuses."""
        if any(clash(first, second) for first in pos for second in neg):
            return NONE
        # The order and repetition of schemas do not change a conjunction, so sets let more goals share one memo entry.
        key = (frozenset((node.canon, node.role) for node in pos), frozenset((node.canon, node.role) for node in neg))
        if key in self._memo:
            return self._memo[key]
        if key in self._open or key in self._assumed:
            self._low = min(self._low, self._open.get(key, self._assumed.get(key, 0)))
            return NONE
        depth = len(self._open) + 1
        # `_low` is the shallowest open goal that a proof below leaned on. Each goal starts its own, so that one that leaned on
        # nothing outside itself is kept for good.
        outer, self._low = self._low, _NEVER
        mark = len(self._assumed)
        self._open[key] = depth
        result = self._decide(pos, neg)
        del self._open[key]
        self._remember(key, result, depth, mark)
        self._low = min(outer, self._low) if self._low < depth else outer
        return result

    def _remember(self, key: object, result: Outcome, depth: int, mark: int) -> None:
        """Keep what is proved. A proof that assumed an open goal holds while it is open, and for good once it is closed."""
        # Dictionaries keep the order of insertion, so what was assumed since `mark` is the tail.
        younger = list(itertools.islice(self._assumed, mark, None)) if len(self._assumed) > mark else []
        if result is NONE and self._low < depth:
            self._assumed[key] = self._low
            return
        for other in younger:
            del self._assumed[other]
            if result is NONE:
                self._memo[other] = NONE
        if result.is_found or self._low >= depth:
            self._memo[key] = result

    def _decide(self, pos: tuple[Node, ...], neg: tuple[Node, ...]) -> Outcome:
        goal = Goal(pos, neg, self.reader, frozenset() if self.literal else _unsent(pos, neg))
        unknown = False
        for kind in KIND_ORDER:
            if not all(kind in node.body.kinds for node in pos):
                continue
            result = self._typed(goal, kind)
            if result.is_found:
                return result
            unknown = unknown or result is UNKNOWN
        return UNKNOWN if unknown else NONE

    def _typed(self, goal: Goal, kind: str) -> Outcome:
        state = _extend(State(kind), Choice(goal.pos, goal.neg), literal=self.literal)
        if state is None:
            return NONE
        result = self._branch(goal, state)
        if not self.wire or result is NONE or result.is_found:
            return result
        return self._on_wire(goal, kind, result)

    def _branch(self, goal: Goal, state: State) -> Outcome:
        # Branches are counted, not seconds, so that a verdict does not depend on the machine.
        self.spent += 1
        if self.spent > self.steps:
            raise ExhaustedError
        if state.values is not None:
            # A finite list of values decides at once, whatever else is pending.
            return self._listed(goal, state.values)
        # The atoms are solved before the split: pending choices can only demand more, so closing a branch whose atoms have no
        # solution is sound.
        guess = self._leaf(goal, state)
        exact = not (state.pending or state.opaque or self.wire) and state.kind in {"object", "array"}
        if guess is NONE or (guess.is_found and (exact or _met(goal, guess.value))):
            return guess
        open_ones = [choices for choices in state.pending if not (guess.is_found and _holds_any(choices, guess.value))]
        if not open_ones:
            # Nothing is left to split and the leaf solver found neither a solution nor a proof that there is none.
            return UNKNOWN
        # The disjunction with the fewest branches goes first: every later split is repeated in each of them.
        smallest = min(open_ones, key=len)
        rest = state.copy()
        rest.pending = [choices for choices in state.pending if choices is not smallest]
        unknown = False
        for choice in smallest:
            following = _extend(rest.copy(), choice, literal=self.literal)
            result = NONE if following is None else self._branch(goal, following)
            if result.is_found:
                return result
            unknown = unknown or result is UNKNOWN
        return UNKNOWN if unknown else NONE

    @staticmethod
    def _listed(goal: Goal, candidates: dict[Key, Json]) -> Outcome:
        try:
            return next((outcome.success(value) for value in candidates.values() if goal.is_met(value)), NONE)
        except accept.OpaqueError:
            return UNKNOWN

    def _leaf(self, goal: Goal, state: State) -> Outcome:
        match state.kind:
            case "string":
                return leaf_scalars.string(state.atoms, state.excluded)
            case "number":
                return leaf_scalars.number(state.atoms, state.excluded)
            case "array":
                return leaf_arrays.array(self, state.atoms, state.excluded)
            case "object":
                try:
                    return leaf_objects.object_(self, state.atoms, state.excluded, goal.absent)
                except accept.OpaqueError:
                    return UNKNOWN
            case "boolean":
                return leaf_scalars.simple(state.atoms, state.excluded, [True, False])
            case _:
                return leaf_scalars.simple(state.atoms, state.excluded, [None])

    def name(self, names: list[Node], refused_by: Node, used_names: tuple[str, ...]) -> Outcome:
        """A property name that `names` accept and `refused_by` refuses."""
        return self._string(tuple(names), (refused_by,), (), used_names)

    def fresh_name(self, names: list[Node], extra: tuple[Atom, ...], used_names: tuple[str, ...]) -> Outcome:
        """A property name that is not `taken`, that `names` accept and `extra` string atoms allow."""
        return self._string(tuple(names), (), extra, used_names)

    def _string(
        self, pos: tuple[Node, ...], neg: tuple[Node, ...], extra: tuple[Atom, ...], used_names: tuple[str, ...]
    ) -> Outcome:
        excluded = {values.key(name): name for name in used_names}
        state = _extend(State("string"), Choice(pos, neg, extra, excluded), literal=self.literal)
        if state is None:
            return NONE
        if state.values is not None:
            state.values = {key: value for key, value in state.values.items() if key not in excluded}
        return self._branch(Goal(pos, neg, accept.Reader(typed=not self.literal)), state)

    def _on_wire(self, goal: Goal, kind: str, result: Outcome) -> Outcome:
        """Scalars travel as text, so a receiver accepts what it can read as one of its types."""
        readers = tuple(node for node in goal.neg if node.role == "receiver")
        others = tuple(node for node in goal.neg if node.role != "receiver")
        if kind == "boolean":
            return self._listed(goal, {values.key(value): value for value in (True, False)})
        if kind == "number":
            whole = all(any(atom[0] == "int" for atom in node.body.atoms.get("number", ())) for node in goal.pos[:1])
            shape = ("pat", _INTEGER if whole else _NUMERAL)
            texts = self._string((), readers, (shape,), ())
            if texts is NONE and len(readers) == 1:
                return NONE
            samples = values.parsed(texts.value) if texts.is_found else []
            tried = self._listed(goal, {values.key(value): value for value in [*samples, *_SAMPLES]})
            return tried if tried.is_found else UNKNOWN
        if kind == "string":
            if len(readers) == 1 and self._read_as_number(goal, readers[0]):
                return NONE
            plain = (("npat", _NUMERAL), ("npat", "^(true|false)$"))
            tried = self._string(goal.pos, (*readers, *others), plain, ())
            return tried if tried.is_found and _met(goal, tried.value) else UNKNOWN
        if (
            self.wire == "document"
            and len(readers) == 1
            and _extend(State("string"), Choice(neg=readers), literal=True) is None
        ):
            return NONE
        return result

    def _read_as_number(self, goal: Goal, reader: Node) -> bool:
        """Whether all that are sent are numerals (or integers) and `reader` takes every one of them."""
        kinds: tuple[tuple[str, tuple[Atom, ...]], ...] = ((_NUMERAL, ()), (_INTEGER, (("int",),)))
        for shape, kind in kinds:
            if self._string(goal.pos, (reader,), (("npat", shape),), ()) is NONE:
                state = _extend(State("number"), Choice(neg=(reader,), atoms=kind), literal=True)
                if state is None or (not state.pending and self._leaf(goal, state) is NONE):
                    return True
        return False


_SAMPLES: tuple[Json, ...] = (0, 1, -1, 10, 100, 12345, 10**9, -(10**9), 0.5, -0.5, 1.25, 123456.75)


class ConstantMaker:
    """Makes the schema that accepts one value."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._known: dict[Key, Node] = {}

    def __call__(self, value: Json) -> Node:
        key = values.key(value)
        if key not in self._known:
            body = Body(frozenset({values.kind_of(value)}), ({key: value},))
            self._known[key] = Node(self._numbers.of(("constant", key)), "constant", {"const": value}, lambda: body)
        return self._known[key]


def _met(goal: Goal, value: Json) -> bool:
    try:
        return goal.is_met(value)
    except accept.OpaqueError:
        return False


def _unsent(pos: tuple[Node, ...], neg: tuple[Node, ...]) -> frozenset[str]:
    """Names that only the receiver declares. An open sender is read as not sending them, or every new property would break."""
    senders = [declared(node) for node in (*pos, *neg) if node.role == "sender"]
    if not senders or any(sender.is_map for sender in senders):
        return frozenset()
    known_names = frozenset().union(*(sender.names for sender in senders))
    receivers = [node for node in (*pos, *neg) if node.role == "receiver"]
    # What must be violated is asked for as a negation, and speaks of the same names.
    receivers += [inner for node in pos if node.role == "receiver" for inner in node.body.nots]
    received = frozenset().union(*(declared(node).offered for node in receivers))
    return received - known_names


def _holds_any(choices: list[Choice], value: Json) -> bool:
    try:
        return any(_holds(choice, value) for choice in choices)
    except accept.OpaqueError:
        return False


def _holds(choice: Choice, value: Json) -> bool:
    return (
        values.key(value) not in choice.excluded
        and all(accept.holds(atom, value) for atom in choice.atoms)
        and all(accept.accepts(node, value) for node in choice.pos)
        and not any(accept.accepts(node, value) for node in choice.neg)
    )


def _extend(state: State, choice: Choice, *, literal: bool) -> State | None:
    """`state` with everything that follows from `choice` without guessing; None when that contradicts itself."""
    waiting = [choice]
    while waiting:
        current = waiting.pop()
        state.atoms.extend(current.atoms)
        state.excluded.update(current.excluded)
        for node in current.pos:
            if not _affirm(state, node, waiting):
                return None
        for node in current.neg:
            if not _deny(state, node, waiting, literal=literal):
                return None
    return state


def _affirm(state: State, node: Node, waiting: list[Choice]) -> bool:
    name = (node.canon, node.role)
    if name in state.yes:
        return True
    body = node.body
    if state.kind not in body.kinds or any(
        clash(node, other) for other in state.no.values() if other.canon == node.canon
    ):
        return False
    state.yes[name] = node
    state.opaque = state.opaque or bool(body.opaque)
    for allowed in body.values:
        candidates = (
            allowed if state.values is None else {key: value for key, value in state.values.items() if key in allowed}
        )
        state.values = {key: value for key, value in candidates.items() if key[0] == state.kind}
    certain, choices = atoms.demands(body, state.kind)
    state.atoms.extend(certain)
    state.pending.extend(choices)
    if body.every or body.nots:
        waiting.append(Choice(pos=body.every, neg=body.nots))
    return state.values is None or bool(state.values)


def _deny(state: State, node: Node, waiting: list[Choice], *, literal: bool) -> bool:
    name = (node.canon, node.role)
    if name in state.no:
        return True
    if any(clash(other, node) for other in state.yes.values() if other.canon == node.canon):
        return False
    state.no[name] = node
    if node.body.opaque:
        state.opaque = True
        state.pending.append([Choice(neg=())])
        return True
    choices = atoms.failures(node, state.kind, literal=literal)
    if any(choice.is_free for choice in choices):
        return True
    if len(choices) == 1:
        waiting.append(choices[0])
    elif choices:
        state.pending.append(choices)
    return bool(choices)
