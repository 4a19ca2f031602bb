"""Edits times places, with verdicts known by construction and labels checked by sampling."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs

from tests.bench.breaking import contexts, edits, schemas
from tools.breaking.input import documents
from tools.breaking.rules import compare
from tools.breaking.rules.options import Options
from tools.openapi.problems import Severity

Json = Any
NOW = dt.date(2026, 11, 20)
_HARM = {"request": "<", "response": ">"}


@dataclass(frozen=True, slots=True)
class Case:
    """One pair of documents and whether the change between them breaks."""

    name: str
    base: Json
    head: Json
    breaks: bool
    same: bool
    """Whether exactly the same documents are accepted on both sides."""


def cases() -> Iterator[Case]:
    """Every edit in every place."""
    for edit in edits.edits():
        for context in contexts.contexts():
            relation = edits.AS_TEXT.get(edit.name, edit.relation) if context.text else edit.relation
            breaks = relation in {"x", _HARM[context.direction]}
            name = f"{edit.name} @ {context.name}"
            yield Case(name, context.place(edit.before), context.place(edit.after), breaks, relation == "=")


def mislabelled(samples: int) -> list[str]:
    """Edits whose label a sampled document contradicts."""
    names = []
    pool = [*schemas.documents(3, samples), *_TELLING]
    for edit in edits.edits():
        before, after = (_validator(schema) for schema in (edit.before, edit.after))
        narrowed = any(before.is_valid(value) and not after.is_valid(value) for value in pool)
        widened = any(after.is_valid(value) and not before.is_valid(value) for value in pool)
        if (narrowed and edit.relation in {">", "="}) or (widened and edit.relation in {"<", "="}):
            names.append(edit.name)
    return names


_TELLING: list[Json] = [
    {"kind": "cat"}, {"kind": "dog", "tricks": []}, {"kind": "cow", "milk": 1.5}, {"kind": "dog"}, {"a": "x", "b": 1}, {"a": "x"},
    {"a": "x", "z": 1}, {"a": "x", "b": 1, "z": 2}, {"x-a": 1}, {"value": "long enough"}, {"next": {"value": "long enough"}},
    ["x"], ["x", "x"], ["x", "x", "x"], [1, "b"], "on", "off", "bad", "x", "y", 10, 12, 6, 15, 9.7, {"in": {"a": "x"}},
]  # fmt: skip


def _validator(schema: Json) -> Any:
    return jsonschema_rs.Draft202012Validator({"allOf": [schema], "components": {"schemas": edits.COMPONENTS}})


@dataclass(slots=True)
class Score:
    """How a checker did."""

    name: str
    breaking: int = 0
    safe: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    """Cases answered with a warning only."""
    noisy: list[str] = field(default_factory=list)
    """Refactors that were reported at all."""
    seconds: float = 0.0

    def add(self, case: Case, answer: str, *, silent: bool) -> None:
        """Count one answer: `broken`, `unsure` or `safe`."""
        self.breaking += case.breaks
        self.safe += not case.breaks
        if answer == "unsure":
            self.unsure.append(case.name)
        elif case.breaks and answer == "safe":
            self.missed.append(case.name)
        elif not case.breaks and answer == "broken":
            self.false.append(case.name)
        if case.same and not silent:
            self.noisy.append(case.name)

    def __str__(self) -> str:
        reported = self.breaking - len(self.missed) - sum(1 for _ in self._unsure_breaking())
        total = self.breaking + self.safe
        return (
            f"{self.name}: {reported}/{self.breaking} breaking found ({len(self.missed)} missed),"
            f" {len(self.false)}/{self.safe} false alarms ({100 * len(self.false) / max(1, self.safe):.2f} %),"
            f" {len(self.unsure)}/{total} undecided ({100 * len(self.unsure) / max(1, total):.2f} %),"
            f" {len(self.noisy)} refactors not silent, {self.seconds:.1f} s"
        )

    def _unsure_breaking(self) -> Iterator[str]:
        known = BREAKING_NAMES
        return (name for name in self.unsure if name in known)


BREAKING_NAMES: set[str] = set()
"""Names of the cases of this run that break."""


def own_answer(case: Case) -> tuple[str, bool]:
    """Verdict of this checker, and whether it has no finding at all."""
    base, head = documents.inline(case.base, "base"), documents.inline(case.head, "head")
    findings = compare.compare(base, head, Options(NOW)).findings
    levels = {finding.level for finding in findings}
    answer = "broken" if Severity.ERROR in levels else "unsure" if Severity.WARNING in levels else "safe"
    return answer, not findings


def score(name: str, answer: Callable[[Case], tuple[str, bool]], chosen: list[Case]) -> Score:
    """Try `answer` on the `chosen` cases."""
    result = Score(name)
    started = time.perf_counter()
    for case in chosen:
        if case.breaks:
            BREAKING_NAMES.add(case.name)
        verdict, silent = answer(case)
        result.add(case, verdict, silent=silent)
    result.seconds = time.perf_counter() - started
    return result
