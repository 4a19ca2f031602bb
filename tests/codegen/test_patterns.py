"""Patterns mean what ECMA 262 says with the flag u: matched exactly, or refused when the code is generated."""

import importlib.util

import pytest

from tools.codegen.read import patterns as reading
from tools.codegen.runtime import ecma, patterns

MATCHES = [
    (r"^\p{L}+$", ["é", "日本", "Ωmega"], ["1", "a1", "", "_"]),
    (r"^\P{L}+$", ["1", " ", "_"], ["a", "é"]),
    (r"^\p{Lu}\p{Ll}*$", ["Éa", "A"], ["a", "AA"]),
    (r"^\p{Letter}$", ["x"], ["1"]),
    (r"^\p{gc=Nd}$", ["7", "٣"], ["x", "½"]),
    (r"^\p{General_Category=Decimal_Number}$", ["٣"], ["x"]),
    (r"^[\p{L}\d-]+$", ["é-1"], ["_", ""]),
    (r"^[^\p{L}]$", ["1"], ["é"]),
    (r"^\d$", ["1"], ["٣", "x"]),
    (r"^\D$", ["٣"], ["1"]),
    (r"^\w$", ["a", "_"], ["é", "ﬁ"]),
    (r"^\W$", ["é"], ["a"]),
    (r"^\s$", ["\u00a0", "\ufeff", "\u2028", "\t"], ["\u0085", "\x1c", "a"]),
    (r"^\S$", ["\u0085", "a"], ["\u00a0", "\ufeff"]),
    (r"^[\S]$", ["a", "\x1c"], ["\u00a0", " "]),
    (r"^a.b$", ["a\u0085b", "axb"], ["a\nb", "a\u2028b", "a\rb"]),
    (r"^a$", ["a"], ["a\n", "ba"]),
    (r"\u{1F600}", ["😀"], ["x"]),
    (r"^\ud83d\ude00$", ["😀"], ["x"]),
    (r"^\x41\u0042\cJ\0$", ["AB\n\x00"], ["AB"]),
    (r"^[^]$", ["\n", "x"], [""]),
    (r"[]", [], ["", "a"]),
    (r"^[\b]$", ["\x08"], ["b"]),
    (r"^[\w-.]+$", ["a-b."], ["a b"]),
    (r"^[a-c\-x]$", ["b", "-", "x"], ["d"]),
    (r"^(?<y>\d{2})-\k<y>$", ["12-12"], ["12-13"]),
    (r"^(a)(?:b|c)\1$", ["aba", "aca"], ["abb"]),
    (r"^(?=.*\d)(?!x)[a-z\d]+$", ["a1"], ["a", "x1"]),
    (r"(?<=\$)\d+(?!\d)", ["$12"], ["12"]),
    (r"(?<!\$)\b\d", ["12"], ["$1"]),
    (r"^\B$", [""], []),
    (r"^a{2,3}?$", ["aa", "aaa"], ["a", "aaaa"]),
    (r"^a{,3}$", ["a{,3}"], ["aaa"]),
    (r"^\-\_\@\:$", ["-_@:"], []),
    (r"^[[]&&~~|]$", [], ["&"]),
    (r"^(?:ab|cd)*$", ["abcd", ""], ["ac"]),
]


@pytest.mark.parametrize(("pattern", "fits", "misses"), MATCHES, ids=[row[0] for row in MATCHES])
def test_a_pattern_matches_what_the_standard_says(pattern, fits, misses):
    compiled = patterns.compiled(pattern)
    assert [text for text in fits if not compiled.search(text)] == []
    assert [text for text in misses if compiled.search(text)] == []


@pytest.mark.parametrize(
    "pattern",
    ["[", "(", ")", "a**", "a++", "*a", "{2}", "a{3,2}", "[b-a]", r"\A", r"\Z", r"\h", "(?i)a", "(?P<x>a)", "(?>a)", "(?#x)", r"\1", r"\k", r"\07", r"\x4", r"\u12", r"\u{110000}", r"\p", r"\pL", "(?=a)*", "(?<a>x)(?<a>y)", "\\", r"\c1", "[\\"],
)  # fmt: skip
def test_what_is_no_pattern_is_refused(pattern):
    with pytest.raises(ecma.PatternError) as refusal:
        patterns.compiled(pattern)
    assert not isinstance(refusal.value, ecma.BeyondPythonError)


BEYOND = [
    r"^\p{Script=Greek}$",
    r"\p{Alphabetic}",
    "(?<=a+)b",
    r"(a)?\1",
    r"(?:(a)|b)\1",
    r"\k<later>(?<later>a)",
    "(a)*\\1",
]


@pytest.mark.parametrize("pattern", BEYOND)
def test_what_python_cannot_say_needs_the_optional_package(pattern, monkeypatch):
    monkeypatch.setattr(importlib, "import_module", no_package)
    patterns.compiled.cache_clear()
    with pytest.raises(ecma.BeyondPythonError, match="regress"):
        patterns.compiled(pattern)


def no_package(name):
    raise ImportError(name)


def test_with_the_package_its_engine_matches(monkeypatch):
    class Regex:
        def __init__(self, pattern, flags):
            assert flags == "u"

        def find(self, text):
            return text if "\u03b1" in text else None

    monkeypatch.setattr(importlib, "import_module", lambda name: type("regress", (), {"Regex": Regex}))
    patterns.compiled.cache_clear()
    assert patterns.compiled(r"\p{Script=Greek}").search("\u03b1")
    assert not patterns.compiled(r"\p{Script=Greek}").search("a")
    patterns.compiled.cache_clear()


BODY = "paths: {/a: {post: {operationId: a, requestBody: {content: {application/json: {schema: {type: string, pattern: '%s'}}}}, responses: {'204': {description: ok}}}}}"


def test_a_pattern_that_nothing_here_can_match_is_a_problem_at_its_line(complain, monkeypatch):
    monkeypatch.setattr(importlib, "import_module", no_package)
    patterns.compiled.cache_clear()
    (line,) = complain(BODY % "^(a)?\\1$")
    assert "error[bad-pattern]" in line
    assert "contracts/api.yaml:3:" in line


async def test_a_pattern_of_a_property_name_and_of_an_item_is_read_alike(build):
    built = build(
        """
        paths:
          /a:
            post:
              operationId: a
              requestBody:
                required: true
                content:
                  application/json:
                    schema: {type: object, additionalProperties: false, patternProperties: {'^\\p{Lu}$': {type: array, items: {pattern: '^\\p{L}$'}}}}
              responses: {'204': {description: ok}}
        """
    )
    async with built.client() as client:
        for body, status in (({"É": ["日"]}, 501), ({"é": []}, 400), ({"É": ["1"]}, 400)):
            assert (await client.post("/a", json=body)).status_code == status


@pytest.mark.parametrize(
    "pattern", ["a++", "a*+", "a?+", "a{2}+", "(?i)a", "(?P<x>a)", "(?>a)", r"\A", r"\p{Script=Greek}", "(?=a)*"]
)
def test_the_short_way_lets_nothing_through_that_the_server_cannot_match(pattern, monkeypatch):
    """Most patterns are judged without the runtime, which takes long to import; Python alone would take some of these."""
    monkeypatch.setattr(importlib, "import_module", no_package)
    patterns.compiled.cache_clear()
    assert reading.refusal.__wrapped__(pattern) is not None


@pytest.mark.parametrize("pattern", [row[0] for row in MATCHES])
def test_the_short_way_refuses_nothing_that_the_server_can_match(pattern):
    assert reading.refusal.__wrapped__(pattern) is None
