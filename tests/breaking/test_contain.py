"""The core: every answer is a proof or a counter-example."""

import pytest

from tests.bench.breaking import crosscheck, proofs
from tools.breaking.schema import contain
from tools.breaking.schema.contain import Session, Spot


class Library:
    """The definitions of one document."""

    def __init__(self, **definitions):
        self.is_30 = False
        self.definitions = definitions

    def shared(self):
        return [(schema, "", f"/$defs/{name}") for name, schema in self.definitions.items()]

    def uses(self, word):
        return False

    def target(self, reference, file):
        name = reference.rpartition("/")[2]
        return self.definitions[name], file, f"/$defs/{name}"


def ask(sent, received, *, literal=True, wire="", base=None, head=None):
    session = Session(base or Library(), head or Library(), literal=literal)
    return session.ask(contain.REQUEST, Spot(sent, ""), Spot(received, ""), wire=wire)


STRING, INTEGER = proofs.STRING, proofs.INTEGER


@pytest.mark.parametrize(("sent", "received"), proofs.CONTAINED)
def test_what_is_contained_is_proved(sent, received):
    assert ask(sent, received).status == "safe"


@pytest.mark.parametrize(("sent", "received"), proofs.NOT_CONTAINED)
def test_what_is_not_contained_has_a_witness(sent, received):
    assert ask(sent, received).status == "broken"


TREE = {
    "type": "object",
    "properties": {"value": STRING, "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}},
}
SHORT_TREE = {**TREE, "properties": {**TREE["properties"], "value": {"type": "string", "maxLength": 5}}}


def test_recursive_schemas_are_compared_by_coinduction():
    wide, narrow = Library(Tree=TREE), Library(Tree=SHORT_TREE)
    reference = {"$ref": "#/$defs/Tree"}
    assert ask(reference, reference, base=narrow, head=wide).status == "safe"
    verdict = ask(reference, reference, base=wide, head=narrow)
    assert verdict.status == "broken"
    assert verdict.witness == {"value": "aaaaaa"}


def test_an_open_sender_is_read_as_not_sending_what_it_does_not_declare():
    sent = {"type": "object", "properties": {"a": STRING}}
    received = {"type": "object", "properties": {"a": STRING, "b": INTEGER}}
    assert ask(sent, received, literal=False).status == "safe"
    assert ask(sent, received, literal=True).witness == {"b": "a"}
    assert ask({**sent, "additionalProperties": STRING}, received, literal=False).status == "broken"


@pytest.mark.parametrize(
    ("sent", "received", "status"),
    [
        (INTEGER, STRING, "safe"),
        (STRING, INTEGER, "broken"),
        ({"type": "string", "pattern": "^[1-9][0-9]*$"}, INTEGER, "safe"),
        (INTEGER, {"type": "string", "maxLength": 3}, "broken"),
        ({"type": "boolean"}, {"enum": ["true", "false"]}, "safe"),
        ({"enum": ["1", "2"]}, INTEGER, "safe"),
        ({"type": "array", "items": INTEGER}, {"type": "array", "items": STRING}, "safe"),
    ],
)
def test_in_a_url_every_scalar_is_text(sent, received, status):
    assert ask(sent, received, wire="text").status == status


def test_what_cannot_be_reasoned_about_is_undecided_and_never_safe():
    assert ask(STRING, {"type": "string", "pattern": r"(a)\1"}).status != "safe"
    assert ask(STRING, {"$dynamicRef": "#x"}).status == "undecided"


def test_random_pairs_have_no_unsound_answer():
    count = crosscheck.run(seed=20261121, pairs=1_200)
    assert count.unsound == []
    assert count.bad_witness == []
    assert count.undecided <= 0.01 * count.pairs
