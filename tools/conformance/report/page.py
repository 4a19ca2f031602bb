"""The report as one HTML file without scripts: verdict, numbers, heat map, failures, dead sentences, exchanges.

Cells of the heat map lead to the exchanges that show them; every failure carries a curl command and a line of the contract.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tools.conformance.contract.locate import Locator
from tools.conformance.drive.exchange import Exchange
from tools.conformance.judge import evidence
from tools.conformance.mutate.mutants import Mutant
from tools.conformance.mutate.mutation import Score
from tools.conformance.report import meter
from tools.conformance.report.meter import Cell
from tools.conformance.run import Result

MOST_EXCHANGES = 6
"""Exchanges that a cell leads to; the record has them all."""

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #667; --line: #d8dce2; --paper: #fff; --good: 142; --card: #f6f7f9 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --soft: #9aa3ad; --line: #353b43; --paper: #15181c; --card: #1d2126 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 1360px; padding: 24px 28px 80px; background: var(--paper); color: var(--ink);
  font: 14px/1.5 system-ui, sans-serif }
h1 { font-size: 24px; margin: 0 0 4px } h2 { font-size: 17px; margin: 36px 0 10px }
a { color: inherit } code, pre { font: 12px/1.45 ui-monospace, monospace } .soft { color: var(--soft) }
.verdict { display: inline-block; padding: 2px 12px; border-radius: 999px; color: #fff; font-weight: 600; font-size: 14px }
.green { background: #1a7f45 } .red { background: #b42318 }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(205px, 1fr)); gap: 10px; margin: 18px 0 }
dl div { background: var(--card); border-radius: 8px; padding: 10px 14px } dt { color: var(--soft); font-size: 12px }
dd { margin: 0; font-size: 19px; font-weight: 600; overflow-wrap: anywhere }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th { text-align: left; font-weight: 600; font-size: 12px; padding: 4px 6px; vertical-align: bottom; position: sticky; top: 0;
  background: var(--paper) }
td { border-top: 1px solid var(--line); padding: 3px 6px; vertical-align: top }
td.cell { padding: 1px; min-width: 66px } td.cell a, td.cell span { display: block; text-decoration: none; text-align: center;
  border-radius: 4px; padding: 3px 4px; font-size: 12px; color: #10210f } td.cell span { color: var(--soft) }
td.cell a:focus, td.cell a:hover { outline: 2px solid var(--ink) }
details { border: 1px solid var(--line); border-radius: 8px; margin: 8px 0; padding: 6px 12px } summary { cursor: pointer }
:target { outline: 2px solid #c8921b; border-radius: 8px }
pre { background: var(--card); border-radius: 6px; padding: 8px 10px; white-space: pre-wrap; overflow-wrap: anywhere;
  margin: 6px 0 }
.operation { white-space: nowrap; font: 12px ui-monospace, monospace } .place { white-space: nowrap }
"""


@dataclass(slots=True)
class Page:
    """One report in the making: which exchanges it must show at its end."""

    result: Result
    score: Score
    cells: dict[str, dict[str, Cell]]
    locator: Locator
    numbers: dict[str, float]
    worse: list[str]
    linked: dict[str, None] = field(default_factory=dict)

    def render(self) -> str:
        """The whole file."""
        body = "".join(
            [*self._head(), *self._numbers(), *self._map(), *self._failures(), *self._survivors(), *self._cell_lists()]
        )
        head = "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        title = f"<title>Conformance: {'green' if self.is_green else 'red'}</title>"
        return f"{head}{title}<style>{STYLE}</style>{body}{self._exchanges()}</html>\n"

    @property
    def is_green(self) -> bool:
        """Whether the run, the ratchet and the score have nothing to say against it."""
        return self.result.is_green and not self.worse

    def _head(self) -> Iterator[str]:
        result, word = self.result, "green" if self.is_green else "red"
        yield f"<h1>Conformance <span class='verdict {word}'>{word}</span></h1>"
        implemented = len(result.contract.operations) - len(result.unimplemented)
        yield (
            f"<p class=soft>{len(result.exchanges):,} exchanges with {implemented} implemented operations of "
            f"{len(result.contract.operations)}, judged twice. "
            f"Request sequence <code>{result.sequence}</code>.</p>"
        )
        for text in [*result.problems, *self.worse]:
            yield f"<p><strong>{_escape(text)}</strong></p>"

    def _numbers(self) -> Iterator[str]:
        yield "<dl>"
        for name, value in self.numbers.items():
            text = f"{value:,.0f}" if float(value).is_integer() else f"{value:.3f}"
            yield f"<div><dt>{_escape(name)}</dt><dd>{text}</dd></div>"
        for name, seconds in self.result.seconds.items():
            yield f"<div><dt>{_escape(name)}</dt><dd>{seconds:.1f} s</dd></div>"
        yield "</dl>"

    def _map(self) -> Iterator[str]:
        yield "<h2>Coverage</h2><p class=soft>Covered items of all items; a cell leads to the exchanges that cover them.</p>"
        yield "<div class=wide><table><tr><th>CompiledOperation</th>"
        yield from (f"<th>{name}</th>" for name in meter.DIMENSIONS)
        yield "</tr>"
        for number, (key, row) in enumerate(self.cells.items()):
            mark = " <span class=soft>501</span>" if key in self.result.unimplemented else ""
            yield f"<tr><td class=operation>{_escape(key)}{mark}</td>"
            yield from (_cell(row[name], f"c{number}-{index}") for index, name in enumerate(meter.DIMENSIONS))
            yield "</tr>"
        yield "</table></div>"

    def _failures(self) -> Iterator[str]:
        result = self.result
        yield f"<h2>Failures ({len(result.failures) + len(result.findings) + len(result.disagreements)})</h2>"
        if result.is_green:
            yield "<p class=soft>None: both verdicts agree that every exchange keeps the contract.</p>"
        for who, rule, operation, pointer, message, exchange in self.failures():
            yield f"<details><summary><strong>{_escape(rule)}</strong> <code>{_escape(operation)}</code> "
            yield f"{_escape(message[:220])} <span class=soft>({who})</span></summary>"
            yield f"<p>Contract: <code>{_escape(str(self.locator.line(pointer)))}</code></p>"
            yield from self._evidence(exchange)
            yield "</details>"

    def failures(self) -> Iterator[tuple[str, str, str, str, str, str]]:
        """Who said it, rule, operation, pointer, message and exchange of everything that is red."""
        operations = self.result.contract.operations
        for failure in self.result.failures:
            pointer = operations[failure.operation].pointer if failure.operation in operations else "/paths"
            yield (
                "Schemathesis",
                failure.check,
                failure.operation,
                pointer,
                failure.message or failure.title,
                failure.exchange,
            )
        for finding in self.result.findings:
            known = operations.get(finding.operation)
            pointer = finding.pointer or (known.pointer if known else "/paths")
            yield "oracle", finding.rule, finding.operation, pointer, finding.message, finding.exchange
        for item in self.result.disagreements:
            known = operations.get(item.operation)
            text = f"reported only by {item.spoke}: {item.message}"
            yield (
                "both",
                f"disagreement: {item.rule}",
                item.operation,
                known.pointer if known else "/paths",
                text,
                item.exchange,
            )

    def _evidence(self, exchange_id: str) -> Iterator[str]:
        exchange = next((item for item in self.result.exchanges if item.id == exchange_id), None)
        if exchange is not None:
            self.linked[exchange_id] = None
            yield f"<pre>{_escape(evidence.curl(exchange, exchange.server))}</pre>"
            yield f"<p><a href='#x-{exchange_id}'>the exchange</a> · <code>pytest failures/test_{exchange_id}.py</code></p>"

    def _survivors(self) -> Iterator[str]:
        score = self.score
        yield f"<h2>Surviving mutants ({len(score.survived)})</h2>"
        yield "<p class=soft>Statements of the contract that no exchange has tested: with this edit, "
        yield "the run would still be green.</p>"
        yield from self._mutant_table((mutant, "") for mutant in score.survived)
        if score.waived:
            yield f"<h2>Waived mutants ({len(score.waived)})</h2>"
            yield from self._mutant_table(score.waived)

    def _mutant_table(self, rows: Iterable[tuple[Mutant, str]]) -> Iterator[str]:
        rows = list(rows)
        if not rows:
            yield "<p class=soft>None.</p>"
            return
        yield "<div class=wide><table><tr><th>Line</th><th>Edit</th><th>Effect of the edit</th></tr>"
        for mutant, reason in rows:
            place = _escape(str(self.locator.line(mutant.place)))
            text = _escape(mutant.text) + (f"<br><span class=soft>{_escape(reason)}</span>" if reason else "")
            yield f"<tr><td class=place><code>{place}</code></td><td>{mutant.operator}</td><td>{text}</td></tr>"
        yield "</table></div>"

    def _cell_lists(self) -> Iterator[str]:
        yield "<h2>Cells</h2>"
        for number, (key, row) in enumerate(self.cells.items()):
            for index, name in enumerate(meter.DIMENSIONS):
                cell = row[name]
                if cell.total or cell.waived:
                    yield f"<details id=c{number}-{index}><summary><code>{_escape(key)}</code> {name}</summary>"
                    yield from self._cell_list(cell)
                    yield "</details>"

    def _cell_list(self, cell: Cell) -> Iterator[str]:
        if cell.missing:
            yield f"<p>Not covered: {_escape('; '.join(cell.missing[:40]))}</p>"
        if cell.waived:
            yield f"<p class=soft>Waived: {_escape('; '.join(cell.waived[:20]))}</p>"
        yield "<ul>"
        for name, exchange in list(cell.covered.items())[:40]:
            if len(self.linked) < MOST_EXCHANGES * len(self.cells) or exchange in self.linked:
                self.linked[exchange] = None
                yield f"<li>{_escape(name)}: <a href='#x-{exchange}'>{exchange[:12]}</a></li>"
            else:
                yield f"<li>{_escape(name)}: <span class=soft>{exchange[:12]} (in record.jsonl)</span></li>"
        yield "</ul>"

    def _exchanges(self) -> str:
        by_id = {item.id: item for item in self.result.exchanges}
        parts = ["<h2>Exchanges</h2>"]
        parts += [_exchange(by_id[name]) for name in self.linked if name in by_id]
        return "".join(parts)


def _cell(cell: Cell, anchor: str) -> str:
    if not cell.total:
        return "<td class=cell><span>–</span></td>"
    share = len(cell.covered) / cell.total
    hue = round(142 * share**2)
    return f"<td class=cell><a href='#{anchor}' style='background:hsl({hue} 48% 72%)'>{len(cell.covered)}/{cell.total}</a></td>"


def _exchange(exchange: Exchange) -> str:
    request_headers = "\n".join(f"{name}: {value}" for name, value in exchange.headers)
    reply_headers = "\n".join(f"{name}: {value}" for name, value in exchange.reply_headers)
    request = f"{exchange.method} {exchange.target}\n{request_headers}\n\n{_text(exchange.body)}"
    reply = f"{exchange.status}\n{reply_headers}\n\n{_text(exchange.reply_body)}"
    purpose = f"{exchange.source} {exchange.mode} {exchange.purpose}".strip()
    title = f"<code>{_escape(exchange.method)} {_escape(exchange.target[:120])}</code> → {exchange.status}"
    return (
        f"<details id='x-{exchange.id}'><summary>{title} <span class=soft>{_escape(purpose)}</span></summary>"
        f"<pre>{_escape(request)}</pre><pre>{_escape(reply)}</pre></details>"
    )


def _text(body: bytes | None) -> str:
    if not body:
        return ""
    text = body[:3000].decode("utf-8", "backslashreplace")
    return text if len(body) <= 3000 else f"{text}… ({len(body):,} bytes)"


def _escape(text: str) -> str:
    return html.escape(
        "".join(
            character if character >= " " or character in "\n\t" else json.dumps(character)[1:-1] for character in text
        )
    )
