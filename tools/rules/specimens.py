"""The good and the bad example of each rule: small contracts that say themselves what is found in them.

`contracts/rules/<rule>/bad.yaml` ends with one comment line per finding, `# 5:7: message; hint`.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tools.openapi import link, source, strays
from tools.rules.contract import Contract, GeneratedFile

if TYPE_CHECKING:
    from tools.openapi.problems import Problem
    from tools.openapi.source import Document
    from tools.rules.rule import Rule

_DATA = {
    "maps": "mappings",
    "mocks": "mocks",
    "invariants": "invariants",
    "channels": "channels",
    "stripped": "personal_keys",
    "problems": "problems",
}
"""Which data file an example stands for, by a key it has."""

_EXPECTED = re.compile(r"# (\d+:\d+: .*)")


def path_of(root: Path, rule: Rule, which: str) -> Path:
    """The `good` or `bad` example of `rule` below the repository `root`."""
    return root / "contracts" / "rules" / rule.id / f"{which}.yaml"


def expected(path: Path) -> list[str]:
    """Findings that the example at `path` lists, as `line:column: message; hint`."""
    return [match[1] for line in path.read_text("utf-8").splitlines() if (match := _EXPECTED.fullmatch(line))]


def found(root: Path, rule: Rule, which: str) -> list[str]:
    """Findings of `rule` in its example, in the form of `expected`."""
    return [_shown(problem) for problem in _problems(root, rule, path_of(root, rule, which))]


def _problems(root: Path, rule: Rule, path: Path) -> list[Problem]:
    name = path.relative_to(root).as_posix()
    document, problems = source.load(path, name=name)
    if rule.group == "reading":
        problems = problems or [
            *link.read(path, display_root=name.rpartition("/")[0]).problems,
            *strays.unread(path, name),
        ]
        return [problem for problem in problems if problem.rule == rule.id]
    if document is None:
        return problems
    shared, governance = _surroundings(root)
    data = next((known for key, known in _DATA.items() if key in document.value), None)
    if "generated" in document.value:
        contract = Contract({})
        contract.generated_files = _made(document)
    elif data is not None:
        contract = Contract({}, {**governance, data: document})
    else:
        contract = Contract({**shared, name: document}, governance)
    return [problem for problem in rule.problems(contract) if problem.origin.file == name]


def _made(document: Document) -> list[GeneratedFile]:
    """Files of a generation that an example tells of, each shown at its line."""
    return [
        GeneratedFile(
            path, path.startswith("contracts/"), file.get("then"), file.get("now"), document.at(f"/generated/{index}")
        )
        for index, file in enumerate(document.value["generated"])
        for path in (file["file"],)
    ]


def _shown(problem: Problem) -> str:
    text = f"{problem.origin.line}:{problem.origin.column}: {problem.message}"
    return f"{text}; {problem.hint}" if problem.hint else text


@cache
def _surroundings(root: Path) -> tuple[dict[str, Document], dict[str, Document]]:
    """Files that examples may refer to: the shared parts of the real contract, and the data beside it."""
    shared = root / "contracts" / "openapi" / "v1" / "_common"
    return (
        {document.path: document for document in _read(root, shared)},
        {Path(document.path).stem: document for document in _read(root, root / "contracts" / "governance")},
    )


def _read(root: Path, folder: Path) -> list[Document]:
    read = (source.load(path, name=path.relative_to(root).as_posix())[0] for path in sorted(folder.glob("*.yaml")))
    return [document for document in read if document is not None]
