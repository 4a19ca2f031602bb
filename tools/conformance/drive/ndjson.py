"""Read the event log of Schemathesis 4.32 (`--report ndjson`): exchanges, and what its own checks say about each.

The log is the record that both verdicts are about. A line that is no event of that version is an error, not a gap.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tools.conformance.drive.exchange import Exchange

VERSION = "4.32"


class UnreadableReport(Exception):  # errors are named as sentences
    """The report is missing, cut off, or of another Schemathesis."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed check of Schemathesis."""

    check: str
    kind: str
    title: str
    message: str
    exchange: str
    operation: str
    phase: str


@dataclass(slots=True)
class Record:
    """Everything one run said."""

    exchanges: list[Exchange] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    identities: dict[str, str] = field(default_factory=dict)
    """Exchange to the name of the login it was sent under."""
    finished: bool = False


def read(path: Path) -> Record:
    """The run recorded at `path`. Raises `UnreadableReport`."""
    record = Record()
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                _read_line(json.loads(line), record, number)
    except OSError as error:
        raise UnreadableReport(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableReport(f"{path} is not a report of Schemathesis {VERSION}: {error!r}") from error
    if not record.finished:
        raise UnreadableReport(f"{path} ends before the run did; the run was stopped or died")
    return record


def _read_line(event: dict[str, Any], record: Record, number: int) -> None:
    ((name, value),) = event.items()
    if number == 1 and not value["schemathesis_version"].startswith(VERSION):
        raise ValueError(f"it was written by Schemathesis {value['schemathesis_version']}")
    if name == "ScenarioFinished":
        _read_scenario(value, record)
    elif name == "NonFatalError":
        record.errors.append(f"{value.get('label', '')}: {value.get('value', value)}")
    elif name == "FatalError":
        record.errors.append(str(value.get("exception", value)))
    elif name == "EngineFinished":
        record.finished = True


def _read_scenario(value: dict[str, Any], record: Record) -> None:
    phase = str(value.get("phase", "")).lower()
    recorder = value["recorder"]
    if value.get("status") == "skip":
        record.skipped.append(f"{phase}: {value.get('label', '')}: {value.get('skip_reason', '')}")
    cases = recorder.get("cases", {})
    for case_id, interaction in recorder.get("interactions", {}).items():
        case = cases.get(case_id, {}).get("value", {})
        exchange = _exchange(case_id, case, interaction, phase)
        if exchange is not None:
            record.exchanges.append(exchange)
            record.identities[case_id] = case.get("auth_identity", "")
    for case_id, checks in recorder.get("checks", {}).items():
        label = _label(cases.get(case_id, {}).get("value", {}))
        record.failures.extend(_failures(case_id, label, phase, checks))


def _failures(case_id: str, label: str, phase: str, checks: list[dict[str, Any]]) -> Iterator[Failure]:
    for check in checks:
        info = check.get("failure_info")
        if check["status"] != "success" and info:
            failure = info["failure"]
            yield Failure(
                check=check["name"],
                kind=failure.get("type", check["name"]),
                title=failure.get("title", ""),
                message=failure.get("message", ""),
                exchange=case_id,
                operation=failure.get("operation", label),
                phase=phase,
            )


def _label(case: dict[str, Any]) -> str:
    return f"{str(case.get('method', '')).upper()} {case.get('path', '')}".strip()


def _exchange(case_id: str, case: dict[str, Any], interaction: dict[str, Any], phase: str) -> Exchange | None:
    request, response = interaction["request"], interaction.get("response")
    if response is None:
        return None
    meta = case.get("meta", {})
    parts = urlsplit(request["uri"])
    return Exchange(
        id=case_id,
        method=request["method"].upper(),
        path=parts.path,
        query=parts.query,
        headers=tuple(_headers(request.get("headers", {}))),
        body=_bytes(request.get("body")),
        status=response["status_code"],
        reply_headers=tuple(_headers(response.get("headers", {}))),
        reply_body=_bytes(response.get("content")) or b"",
        source=phase,
        mode=str(meta.get("generation", {}).get("mode", "")),
        purpose=_purpose(meta),
        operation=_label(case),
        elapsed_ms=1000 * float(response.get("elapsed", 0)),
    )


def _purpose(meta: dict[str, Any]) -> str:
    data = meta.get("phase", {}).get("data", {})
    return " ".join(str(data[name]) for name in ("description", "parameter", "parameter_location") if data.get(name))


def _headers(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, texts in values.items():
        for text in texts if isinstance(texts, list) else [texts]:
            yield name.lower(), text if isinstance(text, str) else str(text)


def _bytes(value: Any) -> bytes | None:
    if value is None:
        return None
    if isinstance(value, dict):
        return base64.b64decode(value["$base64"])
    return str(value).encode()
