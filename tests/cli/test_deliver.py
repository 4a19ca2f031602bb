"""`skeldir deliver` and `skeldir replay` say what became of a delivery, and what is wrong with what they were given."""

import base64
import contextlib
import http.server
import json
import threading

import pytest

from impl.cli import deliver
from impl.cli.options import FailOn
from impl.kernel.errors import ConfigurationError
from impl.settings import Settings

SALE = ("--processor", "shopify", "--event", "orders/paid", "--secret", "s")


def write(path, **values):
    path.write_text(json.dumps(values))
    return path


def test_recorded_deliveries_are_read_in_the_order_of_their_names(tmp_path):
    write(tmp_path / "b.json", provider="shopify", event="orders/paid", body={"id": 1}, delivery_id="d-1")
    write(tmp_path / "a.json", provider="stripe", event="x", body_b64=base64.b64encode(b"\xff{").decode())
    first, second = deliver.read(tmp_path)
    assert (first.body, first.delivery_id) == (b"\xff{", None)
    assert (second.processor, second.body, second.delivery_id) == ("shopify", b'{"id": 1}', "d-1")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "no recorded delivery"),
        ({"provider": "stripe", "event": "x"}, "no recorded delivery"),
        ({"provider": "stripe", "event": "x", "body_b64": "!"}, "no recorded delivery"),
        ({"provider": "barter", "event": "x", "body": {}}, "no processor 'barter'"),
        ({"provider": "shopify", "event": "orders\npaid", "body": {}}, "are names"),
        ({"provider": "shopify", "event": "größer", "body": {}}, "are names"),
        ({"provider": "shopify", "event": 7, "body": {}}, "are names"),
        ({"provider": "shopify", "event": "x", "body": {}, "delivery_id": 7}, "are names"),
    ],
)
def test_a_file_that_is_no_delivery_is_named(tmp_path, values, message):
    with pytest.raises(ConfigurationError, match=message):
        deliver.read(write(tmp_path / "one.json", **values))


@pytest.mark.parametrize("text", ["", "[", "[]", "7", "null", '"text"', "[" * 100_000, "\udcff"])
def test_a_file_that_is_no_json_object_is_named(tmp_path, text):
    (tmp_path / "one.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigurationError, match="one.json is no recorded delivery"):
        deliver.read(tmp_path)


def test_an_empty_folder_and_a_missing_file_are_named(tmp_path):
    with pytest.raises(ConfigurationError, match="no .json file"):
        deliver.read(tmp_path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        deliver.read(tmp_path / "missing.json")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--processor", "barter", "--event", "x"), "there is no processor 'barter'"),
        (("--processor", "barter", "--list"), "there is no processor 'barter'"),
        (("--processor", "stripe"), "name --processor and --event"),
        (("--processor", "shopify", "--event", "orders/brewed"), "there are checkouts/update, disputes/create"),
        (("--processor", "shopify", "--event", "orders/paid"), "there is no demo shop"),
        (("--processor", "shopify", "--event", "orders/paid", "--tenant-key", "sk_x"), "--tenant-key needs --secret"),
        ((*SALE, "--tenant-key", "sk_ü"), "copy it again"),
        ((*SALE, "--tenant-key", "sk_x", "--url", "nonsense"), "nonsense is no address"),
        ((*SALE, "--tenant-key", "sk_x", "--url", "ftp://host"), "ftp://host is no address"),
        ((*SALE, "--tenant-key", "sk_x", "--url", "http://[::1"), "is no address"),
        ((*SALE, "--tenant-key", "sk_x", "--url", "http://127.0.0.1:1"), "does not answer"),
    ],
)
def test_what_cannot_be_sent_is_explained_in_one_line(command, data_dir, arguments, message):
    result = command("deliver", *arguments, "--data-dir", data_dir)
    assert result.returncode == 2
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_the_list_names_the_events_to_select_and_needs_no_service(command, data_dir):
    result = command("deliver", "--list", "--processor", "woocommerce", "--data-dir", data_dir)
    assert (result.returncode, result.stdout.splitlines()) == (
        0,
        ["Select these events at WooCommerce:", "  order.created", "  order.updated", "  order.deleted"],
    )


@pytest.fixture
def service():
    """Its address, and the replies that it will give, first one first."""
    replies = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            status, body = replies.pop(0)
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_):
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", replies
        server.shutdown()


DEAD = {
    "outcome": "dead",
    "message": "It is kept as a dead event.",
    "error_code": "malformed_value",
    "pointer": "/body/data/object/amount",
}
ACCEPTED = {"outcome": "accepted", "message": "The delivery was recorded."}


@pytest.mark.parametrize(
    ("fail_on", "replies", "error"),
    [
        (FailOn.REFUSED, [(200, ACCEPTED), (200, DEAD)], None),
        (FailOn.DEAD, [(200, ACCEPTED), (200, DEAD)], "1 of 2 deliveries are dead events"),
        (FailOn.DEAD, [(200, ACCEPTED), (200, ACCEPTED)], None),
        (FailOn.DEAD, [(200, DEAD), (401, {"code": "UNAUTHORIZED", "detail": "x"})], "1 of 2 deliveries were refused"),
    ],
)
def test_a_replay_prints_why_a_delivery_is_dead_and_fails_on_it_when_asked_to(service, capsys, fail_on, replies, error):
    url, queue = service
    queue += replies
    sender = deliver.sender(Settings(), tenant_key="sk_x", secret="whsec_x")
    recordings = [deliver.sample("stripe", "charge.succeeded")] * 2
    with pytest.raises(ConfigurationError, match=error) if error else contextlib.nullcontext():
        deliver.deliver(url, sender, recordings, fail_on=fail_on)
    printed = capsys.readouterr().out
    assert printed.count("It is kept as a dead event. (malformed_value at /body/data/object/amount)") == replies.count(
        (200, DEAD)
    )
