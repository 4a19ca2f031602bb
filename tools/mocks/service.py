"""`contracts mock`: every API answered by its examples, each on its own port, in one Node process.

The ports are those of `contracts/governance/mocks.yaml`. The process gets the bundled documents on its input, so it never touches
the contract tree, and ends with its input: no mock outlives whoever started it.
"""

from __future__ import annotations

import difflib
import http.client
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tools.openapi import bundle, calls, link, problems, source
from tools.openapi.link import Sources
from tools.openapi.source import Json

SCRIPT = Path(__file__).parents[1] / "node" / "mocks.mjs"
HOST = "127.0.0.1"
FIRST_PORT = 4010
"""Port of the first mock where no file says another."""
START_SECONDS = 30.0
"""How long a mock may take before it counts as dead."""


class MockError(Exception):
    """The mocks cannot be started; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Mock:
    """The mock of one API."""

    name: str
    port: int
    """0 for any free one."""
    document: Json = field(repr=False)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}"


def plan(contracts: Path, names: Sequence[str] = (), *, any_port: bool = False) -> list[Mock]:
    """The mocks of the APIs `names` (all without it), with their bundles. Raises `MockError`."""
    sources = _sources(contracts)
    ports = _ports(contracts, sources)
    for name in names:
        if name not in ports:
            near = difflib.get_close_matches(name, [*ports, *(port.rpartition("/")[2] for port in ports)], n=1)
            raise MockError(f"there is no API {name!r}; " + (f"did you mean {near[0]!r}?" if near else "see --list"))
    entries = {_name(sources, entry): entry for entry in sources.entries}
    return [
        Mock(name, 0 if any_port else port, bundle.bundle(sources, entries[name]))
        for name, port in ports.items()
        if not names or name in names
    ]


class Service:
    """The running process. Use `running`, which also stops it."""

    def __init__(self) -> None:
        """Start the process, with no mock in it yet. Raises `MockError`."""
        if shutil.which("node") is None:
            raise MockError("mocks need Node.js 20 or newer; install it and run `make install-node`")
        self._process = _start()

    @property
    def process_id(self) -> int:
        """Of the one process that serves all mocks."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    def restart(self) -> None:
        """Start anew after the process ended, with no mock in it yet."""
        _stop(self._process)
        self._process = _start()

    def serve(self, mocks: Sequence[Mock]) -> list[Mock]:
        """Start `mocks`, or give them new documents; returns them with their ports once each is healthy. Raises `MockError`."""
        started = _handshake(self._process, mocks)
        for mock in started:
            _await_health(mock)
        return started

    def stop(self) -> None:
        """End the process. What does not end is killed."""
        _stop(self._process)


@contextmanager
def running(mocks: Sequence[Mock]) -> Generator[list[Mock], None, None]:
    """Start `mocks` and wait until each answers; yields them with their ports. They stop at the end. Raises `MockError`."""
    with _service() as service:
        yield service.serve(mocks)


@contextmanager
def _service() -> Generator[Service, None, None]:
    """A process that loads what it needs while its caller still reads the contracts."""
    service = Service()
    try:
        yield service
    finally:
        service.stop()


def is_healthy(mock: Mock, *, timeout_seconds: float = 5.0) -> bool:
    """Whether the mock answers its first operation with the first documented success."""
    operation = next(calls.operations(mock.document))
    call = calls.example_call(operation)
    reply = next(one for one in calls.replies(operation) if 200 <= one.status < 300)
    connection = http.client.HTTPConnection(HOST, mock.port, timeout=timeout_seconds)
    try:
        headers = {**call.headers, "Prefer": f"code={reply.status}"}
        connection.request(call.method, call.target, body=call.body, headers=headers)
        return connection.getresponse().status == reply.status
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def run(contracts: Path, names: Sequence[str]) -> int:
    """Serve until interrupted. Returns the exit code."""
    began = time.perf_counter()
    try:
        with _service() as service:
            mocks = service.serve(plan(contracts, _full_names(contracts, names)))
            for mock in mocks:
                print(f"{mock.url}  {mock.name}")
            print(f"{len(mocks)} mocks ready after {time.perf_counter() - began:.1f} s; Ctrl-C stops them", flush=True)
            while True:
                time.sleep(3600)
    except MockError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def health(contracts: Path, names: Sequence[str]) -> int:
    """Ask the running mocks how they are. Returns 1 when one does not answer as its contract says."""
    try:
        mocks = plan(contracts, _full_names(contracts, names))
    except MockError as error:
        print(error, file=sys.stderr)
        return 1
    states = [(mock, is_healthy(mock)) for mock in mocks]
    for mock, is_up in states:
        print(f"{mock.url}  {'healthy' if is_up else 'no reply':9}  {mock.name}")
    return 0 if all(is_up for _, is_up in states) else 1


def list_ports(contracts: Path) -> int:
    """Print every API with the port of its mock. Returns the exit code."""
    try:
        ports = _ports(contracts, _sources(contracts))
    except MockError as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(f"{port}  {name}" for name, port in ports.items()))
    return 0


def _sources(contracts: Path) -> Sources:
    sources = link.read(contracts)
    if problems.has_errors(sources.problems):
        raise MockError(problems.refusal(sources.problems))
    return sources


def _name(sources: Sources, entry: str) -> str:
    return entry.removeprefix(f"{sources.display_root}/").rpartition(".")[0]


def _ports(contracts: Path, sources: Sources) -> dict[str, int]:
    """Ports by API: those of `mocks.yaml` beside the contracts, else one after the other."""
    path = contracts.parent.parent / "governance" / "mocks.yaml"
    if not path.exists():
        return {_name(sources, entry): FIRST_PORT + index for index, entry in enumerate(sources.entries)}
    document, wrong = source.load(path)
    if document is None:
        raise MockError(str(wrong[0]))
    return {mock["api"]: mock["port"] for mock in document.value["mocks"]}


def _full_names(contracts: Path, names: Sequence[str]) -> list[str]:
    """`stripe` may stand for `webhooks/stripe`."""
    short = {name.rpartition("/")[2]: name for name in _ports(contracts, _sources(contracts))} if names else {}
    return [short.get(name, name) for name in names]


def _start() -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(["node", str(SCRIPT)], stdin=pipe, stdout=pipe, stderr=pipe, encoding="utf-8")


def _handshake(process: subprocess.Popen[str], mocks: Sequence[Mock]) -> list[Mock]:
    """Hand the documents over and read one line per mock that listens."""
    assert process.stdin is not None
    assert process.stdout is not None
    plans = [{"name": mock.name, "port": mock.port, "document": mock.document} for mock in mocks]
    try:
        process.stdin.write(json.dumps(plans) + "\n")
        process.stdin.flush()
    # The process ended before it read anything; the reason is on its standard error.
    except BrokenPipeError:
        raise MockError(_last_words(process)) from None
    documents = {mock.name: mock.document for mock in mocks}
    started: list[Mock] = []
    while len(started) < len(mocks):
        # An empty line is the end of the stream: the process is gone, and waiting longer would be for ever.
        line = process.stdout.readline()
        if not line:
            raise MockError(_last_words(process))
        message = json.loads(line)
        started.append(Mock(message["name"], message["port"], documents[message["name"]]))
    return started


def _last_words(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    text = process.stderr.read().strip()
    if "EADDRINUSE" in text:
        return (
            f"a port of the mocks is in use ({text.splitlines()[-1]}); stop what uses it, or start one API with --api"
        )
    if "Cannot find module" in text:
        return "the mocks are not installed; run `make install-node`"
    return f"the mocks did not start: {text.splitlines()[-1] if text else 'no message'}"


def _await_health(mock: Mock) -> None:
    end = time.monotonic() + START_SECONDS
    while not is_healthy(mock):
        if time.monotonic() > end:
            raise MockError(f"the mock of {mock.name} does not respond at {mock.url}")
        time.sleep(0.05)


def _stop(process: subprocess.Popen[str]) -> None:
    """Closing its input ends it; what does not end is killed."""
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        process.stdin.close()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    # Closed by hand, because a pipe that is left to the collector warns long after the test that opened it.
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
