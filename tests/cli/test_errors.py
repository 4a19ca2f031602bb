"""What goes wrong at the terminal is one line that says what to do, and exit code 2."""

import socket

import pytest

from tests.cli.conftest import skeldir


def only_line(result) -> str:
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    return lines[0]


def test_a_port_in_use(data_dir):
    """The real program; the others are forked from a process that has imported what they import."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = only_line(skeldir("run", "--port", port, "--data-dir", data_dir))
    advice = "stop the program that uses it or choose another port: --port 8001, or make run PORT=8001"
    assert line == f"skeldir: port {port} on 127.0.0.1 is in use; {advice}"


def test_a_data_folder_that_cannot_be_written(command, tmp_path):
    (tmp_path / "file").write_text("")
    line = only_line(command("run", "--port", 0, "--data-dir", tmp_path / "file" / "data"))
    assert line.startswith(f"skeldir: cannot write to the data folder {tmp_path}/file/data")
    assert line.endswith("choose another with --data-dir")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://nobody:hidden@127.0.0.1:1/skeldir", "no database answers at"),
        ("mysql://nobody:hidden@127.0.0.1/skeldir", "postgresql://"),
        ("not a url", "postgresql://"),
    ],
)
def test_a_database_that_cannot_be_used(command, data_dir, url, message):
    line = only_line(command("run", "--port", 0, "--data-dir", data_dir, DATABASE_URL=url))
    assert message in line
    assert "hidden" not in line


def test_production_needs_its_secrets(command):
    line = only_line(command("serve", SKELDIR_ENV="prod"))
    assert line.startswith(
        "skeldir: the api process needs SKELDIR_APP_DATABASE_URL, SKELDIR_SEALING_KEYS, SKELDIR_LOGIN_PEPPER"
    )


def test_production_is_not_a_place_for_run(command, data_dir):
    assert "`skeldir migrate` and `skeldir serve`" in only_line(
        command("run", "--data-dir", data_dir, SKELDIR_ENV="prod")
    )


def test_a_bad_setting_is_named(command, data_dir):
    assert only_line(command("run", "--data-dir", data_dir, SKELDIR_PORT="many")).startswith("skeldir: SKELDIR_PORT: ")


@pytest.mark.parametrize(
    ("arguments", "stdin", "message"),
    [
        (["--name", "Shop", "--email", "nobody"], "long enough\n", "name@example.com"),
        (["--name", "Shop", "--email", "a@b.example"], "short\n", "8 to 1024 characters"),
        (["--name", "Shop", "--email", "a@b.example", "--currency", "XXX"], "long enough\n", "ISO 4217"),
        (["--name", " ", "--email", "a@b.example"], "long enough\n", "the name is empty"),
    ],
)
def test_a_tenant_that_cannot_be_created(command, database, arguments, stdin, message):
    urls = {
        f"SKELDIR_{name}_DATABASE_URL": database.dsn(role) for name, role in (("OPS", "app_ops"), ("APP", "app_user"))
    }
    keys = {"SKELDIR_SEALING_KEYS": "t:" + "A" * 43 + "=", "SKELDIR_LOGIN_PEPPER": "pepper"}
    assert message in only_line(command("tenant", "create", *arguments, stdin=stdin, **urls, **keys))


def test_a_tenant_is_created_and_its_secrets_shown_once(command, database):
    urls = {
        f"SKELDIR_{name}_DATABASE_URL": database.dsn(role) for name, role in (("OPS", "app_ops"), ("APP", "app_user"))
    }
    keys = {"SKELDIR_SEALING_KEYS": "t:" + "A" * 43 + "=", "SKELDIR_LOGIN_PEPPER": "pepper"}
    result = command(
        "tenant", "create", "--name", "Shop", "--email", "owner@shop.example", stdin="long enough\n", **urls, **keys
    )
    assert result.returncode == 0, result.stderr
    *shown, empty, following = result.stdout.splitlines()
    assert ([line.split()[0] for line in shown], empty) == (["tenant_id", "admin", "tenant_key"], "")
    tenant_id = shown[0].split()[1]
    assert following == (
        f"Connect a processor: skeldir connect stripe --tenant-id {tenant_id} --email owner@shop.example"
    )
