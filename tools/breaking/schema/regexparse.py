"""Parse an ECMA-262 pattern into a regular expression that can be differentiated (`regex.py`).

`UnsupportedError` means: a pattern engines compile but this one does not reason about (back-references, word boundaries,
look-around inside groups, Unicode classes). The caller then decides nothing from it.
"""

from __future__ import annotations

from functools import lru_cache

from tools.breaking.schema import charsets, regex
from tools.breaking.schema.charsets import Ranges
from tools.breaking.schema.regex import Regex

MAX_REPEAT = 5_000


class UnsupportedError(Exception):
    """This pattern, or this feature in it, is not reasoned about."""


_CLASSES: dict[str, Ranges] = {
    "d": charsets.DIGIT,
    "w": charsets.WORD,
    "s": charsets.SPACE,
    "D": charsets.complement(charsets.DIGIT),
    "W": charsets.complement(charsets.WORD),
    "S": charsets.complement(charsets.SPACE),
}
_CONTROLS = {"n": 10, "r": 13, "t": 9, "v": 11, "f": 12, "0": 0}
_ANCHORS = {"^": regex.chars(charsets.one(charsets.START)), "$": regex.chars(charsets.one(charsets.END))}
_ANYTHING = regex.repeat(regex.chars(charsets.EVERYTHING), 0, None)


@lru_cache(maxsize=4096)
def parse(pattern: str) -> Regex:
    """Language of the strings, between the two end marks, in which `pattern` matches somewhere."""
    parser = _Parser(pattern)
    body = parser.alternatives(top=True)
    if parser.at < len(pattern):
        raise UnsupportedError(f"unbalanced parenthesis in {pattern!r}")
    return regex.concat(_ANYTHING, body)


class _Parser:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def peek(self) -> str:
        return self.pattern[self.at] if self.at < len(self.pattern) else ""

    def take(self) -> str:
        character = self.peek()
        if not character:
            raise UnsupportedError(f"{self.pattern!r} ends too early")
        self.at += 1
        return character

    def accept(self, text: str) -> bool:
        if self.pattern.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def alternatives(self, *, top: bool) -> Regex:
        choices = [self.sequence(top=top)]
        while self.accept("|"):
            choices.append(self.sequence(top=top))
        return regex.either(*choices)

    def sequence(self, *, top: bool) -> Regex:
        """One alternative. At the top a look-ahead can be read as an intersection with everything that follows."""
        parts: list[Regex] = []
        looks: list[tuple[int, bool, Regex]] = []
        while self.peek() and self.peek() not in "|)":
            look = self._look()
            if look is None:
                part = self.quantified()
                if not (parts and part == parts[-1] and part in _ANCHORS.values()):
                    parts.append(part)
            elif not top:
                raise UnsupportedError("look-around inside a group")
            else:
                looks.append((len(parts), *look))
        result = _ANYTHING if top else regex.EMPTY_STRING
        for index in range(len(parts), -1, -1):
            if index < len(parts):
                result = regex.concat(parts[index], result)
            for place, is_positive, body in looks:
                if place == index:
                    ahead = regex.concat(body, _ANYTHING)
                    result = regex.both(result, ahead if is_positive else regex.negate(ahead))
        return result

    def _look(self) -> tuple[bool, Regex] | None:
        for opening, is_positive in (("(?=", True), ("(?!", False)):
            if self.accept(opening):
                body = self.alternatives(top=False)
                self._close()
                return is_positive, body
        return None

    def _close(self) -> None:
        if not self.accept(")"):
            raise UnsupportedError(f"a group is not closed in {self.pattern!r}")

    def quantified(self) -> Regex:
        atom = self.atom()
        bounds = self._bounds()
        if bounds is None:
            return atom
        self.accept("?")
        if self.peek() in {"*", "+"}:
            raise UnsupportedError("a quantifier on a quantifier")
        low, high = bounds
        if max(low, high or 0) > MAX_REPEAT:
            raise UnsupportedError(f"a repetition beyond {MAX_REPEAT}")
        return regex.repeat(atom, low, high)

    def _bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.accept(sign):
                return bounds
        if self.peek() != "{":
            return None
        end = self.pattern.find("}", self.at)
        low, comma, high = self.pattern[self.at + 1 : end].partition(",")
        if end < 0 or not low.isdecimal() or (high and not high.isdecimal()):
            raise UnsupportedError(f"a bare brace in {self.pattern!r}")
        self.at = end + 1
        return int(low), (int(high) if high else None) if comma else int(low)

    def atom(self) -> Regex:
        character = self.take()
        if character in _ANCHORS:
            return _ANCHORS[character]
        if character == ".":
            return regex.chars(charsets.complement(charsets.LINE_ENDS))
        if character == "(":
            return self._group()
        if character == "[":
            return regex.chars(self._class())
        if character == "\\":
            return regex.chars(self._escape())
        if character in "*+?":
            raise UnsupportedError(f"nothing to repeat in {self.pattern!r}")
        return regex.chars(charsets.one(ord(character)))

    def _group(self) -> Regex:
        if self.accept("?"):
            if self.accept("<") and self.peek() not in {"=", "!"}:
                while self.take() != ">":
                    pass
            elif not self.accept(":"):
                raise UnsupportedError(f"this kind of group in {self.pattern!r}")
        body = self.alternatives(top=False)
        self._close()
        return body

    def _escape(self) -> Ranges:
        character = self.take()
        if character in _CLASSES:
            return _CLASSES[character]
        if character in _CONTROLS:
            return charsets.one(_CONTROLS[character])
        if character == "x":
            return self._code(2)
        if character == "u":
            return self._code(4)
        if character in "pP":
            return self._property(is_opposite=character == "P")
        if character.isalnum():
            raise UnsupportedError(f"the escape \\{character} in {self.pattern!r}")
        return charsets.one(ord(character))

    def _property(self, *, is_opposite: bool) -> Ranges:
        end = self.pattern.find("}", self.at)
        name = self.pattern[self.at : end] if self.accept("{") and end > 0 else ""
        ranges = charsets.category(name.removeprefix("General_Category=").removeprefix("gc="))
        if not ranges:
            raise UnsupportedError(f"the property {name!r} in {self.pattern!r}")
        self.at = end + 1
        return charsets.complement(ranges) if is_opposite else ranges

    def _code(self, digits: int) -> Ranges:
        braced = self.accept("{")
        end = self.pattern.find("}", self.at) if braced else self.at + digits
        try:
            point = int(self.pattern[self.at : end], 16)
        except ValueError as error:
            raise UnsupportedError(f"a character code in {self.pattern!r}") from error
        self.at = end + braced
        return ((point, point),)

    def _class(self) -> Ranges:
        negated = self.accept("^")
        members: list[Ranges] = []
        while not self.accept("]"):
            members.append(self._member())
        ranges = charsets.union(*members)
        return charsets.complement(ranges) if negated else ranges

    def _member(self) -> Ranges:
        low = self._single()
        if self.peek() != "-" or self.pattern[self.at + 1 : self.at + 2] in {"]", ""}:
            return low
        if len(low) != 1 or low[0][0] != low[0][1]:
            return low  # `[\w-.]`: the dash stands for itself and is read next
        self.take()
        high = self._single()
        if len(high) != 1 or high[0][0] != high[0][1]:
            return charsets.union(low, high, ((45, 45),))
        if high[0][0] < low[0][0]:
            raise UnsupportedError(f"a range is out of order in {self.pattern!r}")
        return ((low[0][0], high[0][0]),)

    def _single(self) -> Ranges:
        character = self.take()
        if character == "\\":
            if self.accept("b"):
                return ((8, 8),)
            return self._escape()
        if character == "[" and self.peek() == ":":
            raise UnsupportedError("a POSIX class")
        return charsets.one(ord(character))
