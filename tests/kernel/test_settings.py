"""`impl.settings`: environment over secret store over defaults; a wrong value is named, never repeated."""

import base64
import re
from pathlib import Path

import pytest
import structlog

from impl import settings
from impl.kernel.errors import ConfigurationError
from impl.settings import Role, Settings

ROOT = Path(settings.__file__).parent
KEY = base64.b64encode(bytes(32)).decode()


@pytest.fixture(autouse=True)
def clean(monkeypatch, tmp_path):
    for name in ("DATABASE_URL", "SKELDIR_ENV", "SKELDIR_PORT", "SKELDIR_SEALING_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SKELDIR_SECRET_ROOT", str(tmp_path))


def test_environment_wins_over_the_secret_store(monkeypatch, tmp_path):
    monkeypatch.setenv("SKELDIR_ENV", "prod")
    (tmp_path / "prod").mkdir()
    (tmp_path / "prod" / "skeldir_login_pepper").write_text("from the store")
    (tmp_path / "prod" / "skeldir_port").write_text("1234")
    monkeypatch.setenv("SKELDIR_PORT", "4321")
    read = settings.read()
    assert read.secret("login_pepper") == "from the store"
    assert read.port == 4321


def test_a_bad_value_is_named_and_not_repeated(monkeypatch):
    monkeypatch.setenv("SKELDIR_SEALING_KEYS", "k1:c2VjcmV0")
    with pytest.raises(ConfigurationError, match=r"SKELDIR_.*32-byte keys") as caught:
        settings.read()
    assert "c2VjcmV0" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"), [("login_pepper", "a"), ("login_pepper", "a" * 40), ("sealing_keys", f"k1:{KEY}")]
)
def test_a_secret_that_anybody_guesses_is_refused_where_it_counts(monkeypatch, name, value):
    monkeypatch.setenv(f"SKELDIR_{name.upper()}", value)
    settings.read()
    monkeypatch.setenv("SKELDIR_ENV", "prod")
    with pytest.raises(ConfigurationError, match=rf"^[^:]*SKELDIR_{name.upper()}[^:]*random$"):
        settings.read()


def test_every_missing_secret_is_named_at_once():
    with pytest.raises(ConfigurationError) as caught:
        settings.read(sealing_keys=f"k1:{KEY}").require(Role.API)
    assert "SKELDIR_APP_DATABASE_URL, SKELDIR_LOGIN_PEPPER" in str(caught.value)


def test_a_wildcard_origin_is_refused(monkeypatch):
    monkeypatch.setenv("SKELDIR_CORS_ORIGINS", "https://shop.example,*")
    with pytest.raises(ConfigurationError, match="SKELDIR_CORS_ORIGINS: wildcard origins are not allowed"):
        settings.read()


@pytest.mark.parametrize("ring", ["", "k1", "k1:!!", f"k1:{KEY},k1:{KEY}", ",".join(f"k{n}:{KEY}" for n in range(4))])
def test_a_broken_key_ring_is_refused(ring):
    with pytest.raises(ValueError, match=r"key"):
        settings.parse_key_ring(ring)


def test_secrets_do_not_show_in_a_representation():
    assert KEY not in repr(settings.read(sealing_keys=f"k1:{KEY}"))


@pytest.mark.promise("F27")
def test_every_setting_has_a_reader():
    """A flag that nobody reads promises what does not happen."""
    program = "\n".join(path.read_text() for path in ROOT.rglob("*.py") if path.name != "settings.py")
    unread = [name for name in Settings.model_fields if not re.search(rf"\b{name}\b", program)]
    assert unread == []


@pytest.mark.parametrize(
    ("name", "environment", "count"),
    [
        ("app_database_url", None, 1),
        ("worker_database_url", None, 1),
        ("app_database_url", "local", 0),
        ("app_database_url", "prod", 0),
        ("log_level", None, 0),
    ],
)
def test_an_installation_that_nobody_told_its_environment_is_warned_of(monkeypatch, name, environment, count):
    """It is a local one: certificates of PayPal's sandbox count (red team A16)."""
    if environment:
        monkeypatch.setenv("SKELDIR_ENV", environment)
    with structlog.testing.capture_logs() as lines:
        settings.read(**{name: "INFO" if name == "log_level" else "postgresql://x"}).warn_of_environment()
    assert [line["event"] for line in lines] == ["environment_not_set"] * count


def test_an_error_names_the_setting_and_no_empty_one(monkeypatch):
    """A model error printed `SKELDIR_: ...` without a name (red team A16)."""
    monkeypatch.setenv("SKELDIR_ENV", "prod")
    monkeypatch.setenv("SKELDIR_SCHEDULE_SECONDS", "1")
    with pytest.raises(ConfigurationError) as caught:
        settings.read()
    assert "SKELDIR_SCHEDULE_SECONDS" in str(caught.value)
    assert "SKELDIR_:" not in str(caught.value)
