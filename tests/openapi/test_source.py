"""`tools.openapi.source`: data with positions, in YAML 1.2, and problems instead of exceptions."""

from pathlib import Path

import pytest

from tools.openapi import source, yaml_text
from tools.openapi.problems import Origin, to_text


def values(text: str):
    document, problems = source.parse(text, name="t.yaml")
    assert problems == []
    return document.value


class TestParse:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("a: no", "no"),  # YAML 1.1 says False
            ("a: on", "on"),
            ("a: 2021-01-01", "2021-01-01"),  # YAML 1.1 says a date
            ("a: 1:30", "1:30"),  # YAML 1.1 says 90
            ("a: 1e3", 1000.0),  # YAML 1.1 says a string
            ("a: 010", 10),  # YAML 1.1 says 8
            ("a: 0o10", 8),
            ("a: 0x1F", 31),
            ("a: 1_000", "1_000"),  # YAML 1.1 says 1000
            ("a: .5", 0.5),
            ("a: .inf", ".inf"),  # JSON has no infinity
            ("a: true", True),
            ("a: ~", None),
            ("a:", None),
            ("a: '1'", "1"),
            ('a: "no"', "no"),
            ("a: -", "-"),
        ],
    )
    def test_scalars_are_read_as_yaml_1_2(self, text, value):
        read = values(text if text != "a: -" else 'a: "-"')["a"]
        assert read == value
        assert type(read) is type(value)

    def test_every_value_has_a_position(self):
        document, _ = source.parse("a:\n  - b: 1\n  - c\n", name="t.yaml")
        assert document.at("/a") == Origin("t.yaml", 1, 1)
        assert document.at("/a", value=True) == Origin("t.yaml", 2, 3)
        assert document.at("/a/0/b") == Origin("t.yaml", 2, 5)
        assert document.at("/a/0/b", value=True) == Origin("t.yaml", 2, 8)
        assert document.at("/a/1/nothing") == Origin("t.yaml", 3, 5)

    def test_merge_keys_fill_what_is_not_written(self):
        assert values("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n")["y"] == {"a": 1, "b": 3}

    def test_a_duplicate_key_is_named_with_both_lines(self):
        _, problems = source.parse("a: 1\nb: 2\na: 3\n", name="t.yaml")
        assert [str(problem) for problem in problems] == [
            "t.yaml:3:1: error[duplicate-key]: the key 'a' is repeated; the first is at line 1; remove one of the two"
        ]

    def test_a_syntax_error_has_its_place(self):
        document, problems = source.parse("a: 1\nb: [1,\n", name="t.yaml")
        assert document is None
        assert problems[0].rule == "yaml-syntax"
        assert problems[0].origin.line == 3

    def test_an_alias_bomb_is_refused(self, monkeypatch):
        monkeypatch.setattr(yaml_text, "MAX_NODES", 1000)
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 6)]
        _, problems = source.parse("\n".join(lines), name="t.yaml")
        assert [problem.rule for problem in problems] == ["too-large"]

    @pytest.mark.parametrize(
        ("text", "rule"), [("a: &a [*a]", "yaml-recursion"), ("", "empty-document"), ("a: !!binary x", "yaml-tag")]
    )
    def test_what_json_cannot_hold_is_refused(self, text, rule):
        _, problems = source.parse(text, name="t.yaml")
        assert [problem.rule for problem in problems] == [rule]

    def test_nesting_is_bounded(self):
        _, problems = source.parse("[" * 150_0 + "]" * 150_0, name="t.yaml")
        assert problems[0].rule in {"too-deep", "yaml-syntax"}


class TestLoad:
    def test_a_missing_file_is_a_problem(self, tmp_path: Path):
        document, problems = source.load(tmp_path / "no.yaml", name="no.yaml")
        assert document is None
        assert str(problems[0]) == "no.yaml:1:1: error[unreadable]: cannot read the file: No such file or directory"

    def test_bytes_that_are_not_utf8_have_their_place(self, tmp_path: Path):
        (tmp_path / "a.yaml").write_bytes(b"a: 1\nb: \xff\n")
        _, problems = source.load(tmp_path / "a.yaml", name="a.yaml")
        assert problems[0].origin == Origin("a.yaml", 2, 4)

    def test_a_byte_order_mark_is_no_text(self, tmp_path: Path):
        (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
        document, _ = source.load(tmp_path / "a.yaml")
        assert document.value == {"a": 1}


class TestPointer:
    def test_tokens_survive_the_round_trip(self):
        pointer = source.join("", "a/b", "c~d", 0)
        assert pointer == "/a~1b/c~0d/0"
        assert source.split(pointer) == ["a/b", "c~d", "0"]

    def test_resolve_names_what_is_missing(self):
        assert source.resolve({"a": [1, 2]}, "/a/1") == 2
        with pytest.raises(KeyError, match="/a/2"):
            source.resolve({"a": [1, 2]}, "/a/2")


def test_a_problem_is_shown_with_its_line_and_a_caret():
    document, problems = source.parse("a: 1\na: 2\n", name="t.yaml")
    assert to_text(problems[0], lambda origin: document.line(origin.line)) == (
        "t.yaml:2:1: error[duplicate-key]: the key 'a' is repeated; the first is at line 1\n"
        "    2 | a: 2\n"
        "      | ^\n"
        "      = remove one of the two"
    )
