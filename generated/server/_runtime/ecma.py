r"""Patterns of ECMA 262 with the flag u, which JSON Schema 2020-12 asks for, in the syntax of Python's `re`.

The translation matches exactly the same texts. What has no such translation (`\p{Script=Greek}`, a look-behind of any length) is
left to the package `regress`, when it is installed. Escapes of punctuation and loose braces are read as engines without the flag
read them, because contracts are full of them. Source: ECMA-262, edition 16, section 22.2 and annex B.1.2.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import TypeAlias

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Code points from and to, both included."""


class PatternError(ValueError):
    """The text is no pattern of ECMA 262."""


class BeyondPythonError(PatternError):
    """The pattern is right, but `re` has nothing that means the same."""


_DIGIT: Ranges = ((0x30, 0x39),)
_WORD: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACE: Ranges = (
    (0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F),
    (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
)  # fmt: skip
_LINE_ENDS: Ranges = ((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029))
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_QUANTIFIER = re.compile(r"\{([0-9]+)(?:(,)([0-9]*))?\}|[*+?]")
_GROUP_NAME = re.compile(r"<([^\W\d]\w*)>")
_CAPTURES = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|(\((?!\?)|\(\?<(?![=!]))", re.DOTALL)


def translate(pattern: str) -> str:
    """`pattern` for `re.compile(…, re.ASCII)` and `search`. Raises `PatternError`."""
    return _Translator(pattern).whole()


def compiled(pattern: str) -> re.Pattern[str]:
    """`pattern`, ready to search with. Raises `PatternError`."""
    text = translate(pattern)
    try:
        return re.compile(text, re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise BeyondPythonError(str(error)) from error


class _Translator:
    """One pass from left to right."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.groups = 0
        """How many groups that capture were opened."""
        self.names: dict[str, int] = {}
        self.certain: set[int] = set()
        """Groups that have matched, whichever way the match came here. Another one matches nothing in `re`, and the empty text in
        ECMA 262."""
        self.captures = sum(1 for match in _CAPTURES.finditer(pattern) if match[1])

    def whole(self) -> str:
        text = self.alternatives()
        if self.at < len(self.pattern):
            raise PatternError("a parenthesis is closed that was not opened")
        return text

    def peek(self) -> str:
        return self.pattern[self.at] if self.at < len(self.pattern) else ""

    def accept(self, text: str) -> bool:
        if not self.pattern.startswith(text, self.at):
            return False
        self.at += len(text)
        return True

    def take(self) -> str:
        character = self.peek()
        if not character:
            raise PatternError("the pattern ends too early")
        self.at += 1
        return character

    def alternatives(self) -> str:
        before = set(self.certain)
        parts = [self.sequence()]
        if self.peek() == "|":
            while self.accept("|"):
                self.certain = set(before)
                parts.append(self.sequence())
            self.certain = before
        return "|".join(parts)

    def sequence(self) -> str:
        parts: list[str] = []
        while self.peek() not in {"", "|", ")"}:
            parts.append(self.term())
        return "".join(parts)

    def term(self) -> str:
        before = set(self.certain)
        is_assertion, atom = self.atom()
        match = _QUANTIFIER.match(self.pattern, self.at)
        if match is None:
            return atom
        if is_assertion:
            raise PatternError(f"nothing to repeat at {match[0]}")
        self.at = match.end()
        low = {"*": 0, "?": 0, "+": 1}.get(match[0], int(match[1] or 0))
        if match[3] and int(match[3]) < low:
            raise PatternError(f"{match[0]} ends before it begins")
        if low == 0:
            self.certain = before
        lazy = "?" if self.accept("?") else ""
        if _QUANTIFIER.match(self.pattern, self.at):
            raise PatternError("a repetition is repeated")
        return atom + match[0] + lazy

    def atom(self) -> tuple[bool, str]:
        """Whether it only asserts something, and its text."""
        character = self.take()
        if character == "^":
            return True, "^"
        if character == "$":
            return True, r"\Z"  # `$` of Python also matches before a last line break
        if character == ".":
            return False, _class(_LINE_ENDS, is_negated=True)
        if character == "(":
            return self.group()
        if character == "[":
            return False, self.brackets()
        if character == "\\":
            return self.escape()
        if character in "*+?" or (character == "{" and _QUANTIFIER.match(self.pattern, self.at - 1)):
            raise PatternError(f"nothing to repeat at {character}")
        return False, re.escape(character)

    def group(self) -> tuple[bool, str]:
        for opening in ("?=", "?!", "?<=", "?<!"):
            if self.accept(opening):
                before = set(self.certain)
                text = self.closed(f"({opening}")
                if "!" in opening:
                    self.certain = before
                return True, text
        if self.accept("?:"):
            return False, self.closed("(?:")
        self.groups += 1
        own = self.groups
        if self.accept("?"):
            name = _GROUP_NAME.match(self.pattern, self.at)
            if name is None:
                raise PatternError(f"(?{self.peek()} is no group of ECMA 262")
            self.at = name.end()
            if name[1] in self.names:
                raise PatternError(f"two groups are called {name[1]}")
            self.names[name[1]] = own
        text = self.closed("(")
        self.certain.add(own)
        return False, text

    def closed(self, opening: str) -> str:
        text = self.alternatives()
        if not self.accept(")"):
            raise PatternError("a parenthesis is not closed")
        return f"{opening}{text})"

    def escape(self) -> tuple[bool, str]:
        character = self.take()
        if character == "b":
            return True, r"\b"
        if character == "B":
            return True, r"(?!\b)"  # `\B` of some versions of Python does not match the empty text
        if character == "k":
            name = _GROUP_NAME.match(self.pattern, self.at)
            if name is None:
                raise PatternError(r"\k needs the name of a group")
            self.at = name.end()
            if name[1] not in self.names:
                raise BeyondPythonError(f"the group {name[1]} comes later, or not at all")
            return False, self.reference(self.names[name[1]])
        if character in "123456789":
            digits = re.match(r"[0-9]*", self.pattern[self.at :])
            assert digits is not None
            self.at += digits.end()
            return False, self.reference(int(character + digits[0]))
        ranges = self.class_escape(character)
        if ranges is not None:
            return False, _class(ranges)
        return False, re.escape(chr(self.character(character)))

    def reference(self, group: int) -> str:
        if group > self.captures:
            raise PatternError(f"there is no group {group}")
        if group not in self.certain:
            raise BeyondPythonError(f"the group {group} may not have matched where it is repeated")
        return f"(?:\\{group})"  # a digit may follow

    def class_escape(self, character: str) -> Ranges | None:
        r"""The characters of `\d`, `\w`, `\s`, `\p{…}` and their opposites."""
        known = {"d": _DIGIT, "w": _WORD, "s": _SPACE}.get(character.lower())
        if known is not None:
            return known if character.islower() else complement(known)
        if character not in "pP":
            return None
        match = re.match(r"\{([A-Za-z0-9_]+(?:=[A-Za-z0-9_]+)?)\}", self.pattern[self.at :])
        if match is None:
            raise PatternError(rf"\{character} needs the name of a property in braces")
        self.at += match.end()
        ranges = _property(match[1])
        return ranges if character == "p" else complement(ranges)

    def character(self, character: str) -> int:
        """The code point of an escape that stands for one."""
        if character in _CONTROLS:
            return _CONTROLS[character]
        if character == "0":
            if self.peek().isdigit():
                raise PatternError("an octal escape is not of ECMA 262")
            return 0
        if character == "c":
            letter = self.take()
            if not (letter.isascii() and letter.isalpha()):
                raise PatternError(rf"\c{letter} is no control character")
            return ord(letter) % 32
        if character == "x":
            return self.hexadecimal(2)
        if character == "u":
            return self.unicode()
        if character.isascii() and character.isalnum():
            raise PatternError(rf"\{character} is no escape of ECMA 262")
        return ord(character)

    def unicode(self) -> int:
        if self.accept("{"):
            digits, closing, _ = self.pattern[self.at :].partition("}")
            if not closing or not re.fullmatch(r"[0-9A-Fa-f]{1,8}", digits) or int(digits, 16) > sys.maxunicode:
                raise PatternError(r"\u{…} needs the number of a character")
            self.at += len(digits) + 1
            return int(digits, 16)
        first = self.hexadecimal(4)
        if 0xD800 <= first < 0xDC00 and re.match(r"\\u[dD][c-fC-F]", self.pattern[self.at :]):
            self.at += 2
            return 0x10000 + ((first - 0xD800) << 10) + (self.hexadecimal(4) - 0xDC00)
        return first

    def hexadecimal(self, count: int) -> int:
        digits = self.pattern[self.at : self.at + count]
        if not re.fullmatch(rf"[0-9A-Fa-f]{{{count}}}", digits):
            raise PatternError(f"{count} hexadecimal digits are missing")
        self.at += count
        return int(digits, 16)

    def brackets(self) -> str:
        """A class in brackets, the opening one of which is read."""
        is_negated = self.accept("^")
        ranges: list[tuple[int, int]] = []
        while not self.accept("]"):
            start = self.member()
            if not (self.peek() == "-" and self.pattern[self.at + 1 : self.at + 2] not in {"]", ""}):
                ranges += start
                continue
            dash = self.at
            self.at += 1
            end = self.member()
            if len(start) == len(end) == 1 and start[0][0] == start[0][1] and end[0][0] == end[0][1]:
                if end[0][0] < start[0][0]:
                    raise PatternError(f"the range {self.pattern[dash - 1 : dash + 2]} ends before it begins")
                ranges.append((start[0][0], end[0][0]))
            else:  # beside a class such as `\w` a dash is a dash
                ranges += [*start, (0x2D, 0x2D), *end]
        return _class(tuple(ranges), is_negated=is_negated)

    def member(self) -> list[tuple[int, int]]:
        character = self.take()
        if character != "\\":
            point = ord(character)
            return [(point, point)]
        character = self.take()
        if character == "b":
            return [(8, 8)]
        ranges = self.class_escape(character)
        if ranges is not None:
            return list(ranges)
        point = self.character(character)
        return [(point, point)]


def complement(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Every code point outside `ranges`."""
    outside: list[tuple[int, int]] = []
    after = 0
    for low, high in sorted(ranges):
        if low > after:
            outside.append((after, low - 1))
        after = max(after, high + 1)
    if after <= sys.maxunicode:
        outside.append((after, sys.maxunicode))
    return tuple(outside)


def _class(ranges: Ranges, *, is_negated: bool = False) -> str:
    if not ranges:
        return r"[\s\S]" if is_negated else "(?!)"
    inside = "".join(_spelled(low) if low == high else f"{_spelled(low)}-{_spelled(high)}" for low, high in ranges)
    return f"[{'^' if is_negated else ''}{inside}]"


def _spelled(point: int) -> str:
    character = chr(point)
    if character.isascii() and character.isalnum():
        return character
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


_LONG_NAMES = {
    "Other": "C", "Control": "Cc", "Format": "Cf", "Unassigned": "Cn", "Private_Use": "Co", "Surrogate": "Cs", "Letter": "L",
    "Lowercase_Letter": "Ll", "Modifier_Letter": "Lm", "Other_Letter": "Lo", "Titlecase_Letter": "Lt", "Uppercase_Letter": "Lu",
    "Mark": "M", "Combining_Mark": "M", "Spacing_Mark": "Mc", "Enclosing_Mark": "Me", "Nonspacing_Mark": "Mn", "Number": "N",
    "Decimal_Number": "Nd", "digit": "Nd", "Letter_Number": "Nl", "Other_Number": "No", "Punctuation": "P", "punct": "P",
    "Connector_Punctuation": "Pc", "Dash_Punctuation": "Pd", "Close_Punctuation": "Pe", "Final_Punctuation": "Pf",
    "Initial_Punctuation": "Pi", "Other_Punctuation": "Po", "Open_Punctuation": "Ps", "Symbol": "S", "Currency_Symbol": "Sc",
    "Modifier_Symbol": "Sk", "Math_Symbol": "Sm", "Other_Symbol": "So", "Separator": "Z", "Line_Separator": "Zl",
    "Paragraph_Separator": "Zp", "Space_Separator": "Zs", "Cased_Letter": "LC",
}  # fmt: skip
_CATEGORIES = frozenset(_LONG_NAMES.values())


@cache
def _property(text: str) -> Ranges:
    name = text.removeprefix("General_Category=").removeprefix("gc=")
    category = _LONG_NAMES.get(name, name)
    if category in _CATEGORIES:
        wanted = ("Lu", "Ll", "Lt") if category == "LC" else (category,)
        return tuple(span for span, own in _spans() if own.startswith(wanted))
    if text == "Any":
        return ((0, sys.maxunicode),)
    if text == "ASCII":
        return ((0, 0x7F),)
    raise BeyondPythonError(f"\\p{{{text}}} is no general category of characters")


@cache
def _spans() -> tuple[tuple[tuple[int, int], str], ...]:
    """Every code point by its general category, in spans."""
    spans: list[tuple[tuple[int, int], str]] = []
    start, category = 0, unicodedata.category("\0")
    for point in range(1, sys.maxunicode + 1):
        own = unicodedata.category(chr(point))
        if own != category:
            spans.append(((start, point - 1), category))
            start, category = point, own
    return (*spans, ((start, sys.maxunicode), category))
