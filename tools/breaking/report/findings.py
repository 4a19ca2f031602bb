"""Findings: one for each fact, with the operations it touches, both places, and why it matters."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from tools.openapi.problems import Origin, Severity

ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(slots=True)
class Finding:
    """One change that somebody may notice."""

    id: str
    level: Severity
    message: str
    """The change, in a sentence without a full stop."""
    subject: str
    """Subject of the fact, stable over rewording and reformatting; with the id it makes the fingerprint."""
    operations: list[str] = field(default_factory=list)
    why: str = ""
    """Who notices, and how."""
    instead: str = ""
    """Advice for the author."""
    witness: Any = None
    has_witness: bool = False
    base: Origin | None = None
    head: Origin | None = None
    sdk: list[str] = field(default_factory=list)
    """Generated names (methods, models, fields) that change."""
    accepted: str = ""
    """Reason for which this finding was accepted; empty for nearly all."""
    documentation_only: bool = False
    """True for a change of what is said rather than of what is sent."""
    fine_print: bool = False
    """Whether this only belongs into a changelog while it is information: nobody has to do or know anything."""

    @property
    def is_quiet(self) -> bool:
        """Whether only a changelog tells it."""
        return self.fine_print and self.level is Severity.INFO

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits that stay the same while the fact does."""
        return hashlib.sha256(f"{self.id}|{self.subject}".encode()).hexdigest()[:12]

    def as_json(self) -> dict[str, Any]:
        """The public form of a finding."""
        return {
            "id": self.id,
            "level": self.level.value,
            "operations": self.operations,
            "message": self.message,
            "witness": self.witness,
            "base": _place(self.base),
            "head": _place(self.head),
            "fingerprint": self.fingerprint,
            "why": self.why,
            "instead": self.instead,
            "sdk": self.sdk,
        }


def _place(origin: Origin | None) -> dict[str, Any] | None:
    return None if origin is None else {"file": origin.file, "line": origin.line, "col": origin.column}


class Collection:
    """Findings by fact: the same fact met in another operation adds that operation."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Finding] = {}
        self._touched: dict[int, set[str]] = {}

    def add(self, finding: Finding) -> Finding:
        """Keep `finding`, or add its operations to the one that says the same (the worse level wins); returns the one kept."""
        known = self._found.setdefault((finding.id, finding.subject), finding)
        if known is finding:
            return finding
        for operation in finding.operations:
            self.touch(known, operation)
        known.sdk += [name for name in finding.sdk if name not in known.sdk]
        if ORDER[finding.level] < ORDER[known.level]:
            known.level, known.message, known.why = finding.level, finding.message, finding.why
            known.instead, known.witness, known.has_witness = finding.instead, finding.witness, finding.has_witness
        return known

    def touch(self, finding: Finding, operation: str) -> None:
        """Note that `finding` also touches `operation`."""
        touched = self._touched.get(id(finding))
        if touched is None:
            touched = self._touched[id(finding)] = set(finding.operations)
        if operation not in touched:
            touched.add(operation)
            finding.operations.append(operation)

    def sorted(self) -> list[Finding]:
        """Worst first, then as a reader walks the files."""
        return sorted(
            self._found.values(),
            key=lambda finding: (
                ORDER[finding.level],
                finding.head or finding.base or ("", 0, 0),
                finding.id,
                finding.subject,
            ),
        )


def worst(findings: list[Finding]) -> Severity | None:
    """The worst level among `findings` that are not accepted."""
    return min((finding.level for finding in findings if not finding.accepted), key=ORDER.__getitem__, default=None)
