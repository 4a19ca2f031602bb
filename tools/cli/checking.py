"""`contracts check`: everything that is wrong with the contracts, in one answer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tools import rules
from tools.cli import drift, generate_command
from tools.codegen import inputs
from tools.codegen.read import contract as reading
from tools.openapi import governance, link, problems, report, strays
from tools.openapi.link import Sources
from tools.openapi.operations import operations
from tools.openapi.problems import Origin, Problem
from tools.openapi.report import FORMS
from tools.openapi.source import Document
from tools.openapi.store import Store


def run(contracts: Path, form: str, only: Sequence[str] = (), out: Path | None = None) -> int:
    """Print what is wrong in the given form; with `only`, by these rules or groups of rules.

    `out` is the folder of generated code that has to be up to date, if any. Returns 0 when nothing is wrong, 1 for errors, 2 for
    a form or rule that does not exist.
    """
    unknown = [
        name for name in only if name not in rules.ALL and name not in {rule.group for rule in rules.ALL.values()}
    ]
    if unknown:
        print(f"there is no rule or group {unknown[0]!r}; `contracts explain` lists them", file=sys.stderr)
        return 2
    if form not in FORMS:
        print(f"unknown format {form!r}; use one of {', '.join(FORMS)}", file=sys.stderr)
        return 2
    sources = link.read(contracts, store=Store(generate_command.CACHE, inputs.tools_hash()))
    findings = [problem for problem in judge(sources, contracts, out) if _is_asked_for(problem, only)]
    reasons = {rule.id: rule.reason for rule in rules.ALL.values()}
    text = report.render(findings, form, line_of=line_of(sources, contracts), reasons=reasons)
    if text:
        print(text)
    failed = problems.has_errors(findings)
    if form == "text":
        counted = _operations(sources)
        count = f"{len(findings)} finding{'' if len(findings) == 1 else 's'}"
        print(f"{sum(map(bool, counted))} APIs, {sum(map(len, counted))} operations, {count}")
    return 1 if failed else 0


def _is_asked_for(problem: Problem, only: Sequence[str]) -> bool:
    """Whether one of `only` found it; what reading and linking find is always asked for."""
    rule = rules.ALL.get(problem.rule)
    return not only or problem.rule in only or rule is None or rule.group in only or rule.group == "reading"


def judge(sources: Sources, contracts: Path, out: Path | None = None) -> list[Problem]:
    """Findings of reading, linking, generating and the rules; for valid contracts, also whether `out` is generated from them.

    While something cannot be read, rules that compare files are not asked: they would blame the others for it.
    """
    data, unread = governance.read(contracts)
    findings = [*sources.problems, *unread, *strays.find(sources, contracts)]
    contract = rules.Contract(sources.documents, data)
    if problems.has_errors(findings):
        return problems.in_order([*findings, *rules.check_each(contract)])
    findings += [*reading.read(sources)[1], *rules.check(contract)]
    if out is not None and not problems.has_errors(findings):
        contract.generated_files = drift.generated_files(sources.documents, out, data)
        findings += rules.ALL["generated-is-current"].problems(contract)
    return problems.in_order(findings)


def line_of(sources: Sources, contracts: Path) -> Callable[[Origin], str]:
    """Text of a line of a contract or of the data beside it; empty for other files."""
    data: dict[str, Document] = {}

    def line(origin: Origin) -> str:
        text = sources.line(origin)
        if not text and not data and origin.file not in sources.documents:
            data.update((document.path, document) for document in governance.read(contracts)[0].values())
        return data[origin.file].line(origin.line) if origin.file in data else text

    return line


def _operations(sources: Sources) -> list[list[str]]:
    """Method and path of every operation, per entry document."""
    return [[one.key for one in operations(sources.root(file))] for file in sources.entries]
