"""`<<` of YAML, as https://yaml.org/type/merge.html describes it: of any depth, of lists, and never silent."""

import pytest

from tools.openapi import source
from tools.openapi.problems import Origin


def parsed(text):
    document, problems = source.parse(text, name="t.yaml")
    assert problems == []
    return document


ANCHORS = "a: &a {k: 1, l: 1}\nb: &b {<<: *a, l: 2, m: 2}\nc: &c {<<: *b, n: 3}\nx: &x {k: 9, o: 9}\n"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{<<: *c}", {"k": 1, "l": 2, "m": 2, "n": 3}),
        ("{<<: *c, k: 0}", {"l": 2, "m": 2, "n": 3, "k": 0}),
        ("{k: 0, <<: *c}", {"k": 0, "l": 2, "m": 2, "n": 3}),
        ("{<<: [*b, *x]}", {"k": 1, "l": 2, "m": 2, "o": 9}),  # of several the earlier one counts
        ("{<<: [*x, *b]}", {"k": 9, "o": 9, "l": 2, "m": 2}),
        ("{<<: {q: 1}}", {"q": 1}),
        ("{<<: []}", {}),
        ("{<<: *x, '<<': 5}", {"k": 9, "o": 9, "<<": 5}),  # in quotes it is a key like any other
        ("{<<: {<<: {<<: *x, p: 1}}}", {"k": 9, "o": 9, "p": 1}),
    ],
)
def test_merged_mappings_fill_what_is_not_written(text, value):
    assert parsed(f"{ANCHORS}y: {text}\n").value["y"] == value


def test_a_merged_value_stands_where_it_is_written():
    document = parsed("a: &a\n  k: 1\nb: &b\n  <<: *a\nc:\n  <<: [*b]\n")
    assert document.at("/c/k") == Origin("t.yaml", 2, 3)


@pytest.mark.parametrize("value", ["5", "text", "", "[1]", "[*a, no]"])
def test_what_cannot_be_merged_is_named(value):
    _, problems = source.parse(f"a: &a {{k: 1}}\nb:\n  <<: {value}\n", name="t.yaml")
    assert [(problem.rule, problem.origin.line) for problem in problems] == [("yaml-merge", 3)]


def test_a_key_that_stands_twice_beside_a_merge_is_named():
    _, problems = source.parse("a: &a {k: 1}\nb:\n  <<: *a\n  m: 1\n  m: 2\n", name="t.yaml")
    assert [(problem.rule, problem.origin.line) for problem in problems] == [("duplicate-key", 5)]


def test_a_mapping_that_merges_itself_ends():
    document, _ = source.parse("a: &a\n  <<: *a\n  k: 1\n", name="t.yaml")
    assert document.value == {"a": {"k": 1}}


def test_merges_of_merges_cost_no_more_than_their_entries():
    lines = ["a0: &a0 {k0: 0}"] + [
        f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 20)}], k{n}: {n}}}" for n in range(1, 40)
    ]
    assert parsed("\n".join(lines)).value["a39"] == {f"k{n}": n for n in range(40)}


def test_a_number_of_more_digits_than_python_reads_is_refused():
    _, problems = source.parse(f"a: {'9' * 5000}\n", name="t.yaml")
    assert [problem.rule for problem in problems] == ["yaml-number"]
