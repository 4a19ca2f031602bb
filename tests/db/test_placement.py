"""Where a cluster lies whose data folder its account cannot enter, when that folder is removed, moved or copied."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from impl.db import binaries, placement
from impl.db.binaries import Account
from impl.db.errors import EmbeddedPostgresError


class Barred(Account):
    """An account that can enter no data folder, as `postgres` cannot enter root's."""

    def can_enter(self, folder: Path) -> bool:
        return False


WHO = Barred(os.geteuid(), os.getegid())


@pytest.fixture(autouse=True)
def system_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for /var/lib/skeldir."""
    monkeypatch.setattr(binaries, "SYSTEM_HOME", tmp_path / "system")
    return tmp_path / "system"


def cluster(data: Path, content: str) -> Path:
    """The place of `data`, with a cluster that holds `content`."""
    place = placement.home(data, WHO)
    (place / "pgdata").mkdir()
    (place / "pgdata" / "content").write_text(content)
    return place


def content(data: Path) -> str | None:
    """What the cluster of `data` holds; None if there is none."""
    path = placement.home(data, WHO) / "pgdata" / "content"
    return path.read_text() if path.exists() else None


def test_the_cluster_stays_where_it_was(tmp_path):
    cluster(tmp_path / "data", "mine")
    assert content(tmp_path / "data") == "mine"


def test_the_cluster_of_a_removed_folder_is_set_aside_with_a_sentence(tmp_path, system_home, capsys):
    """Its secrets are gone with the folder: used again, nobody could log in."""
    place = cluster(tmp_path / "data", "old")
    for count in (1, 2):
        shutil.rmtree(tmp_path / "data")
        assert content(tmp_path / "data") is None
        sentence = capsys.readouterr().err
        assert f"{tmp_path / 'data'} is new" in sentence
        kept = [path for path in system_home.iterdir() if path != place]
        assert len(kept) == count
        assert any(f"It is kept in {path}; delete it" in sentence for path in kept)
        assert all((path / "pgdata" / "content").read_text() == "old" for path in kept)
        cluster(tmp_path / "data", "old")


def test_the_cluster_of_a_removed_folder_that_somebody_still_uses_stays(tmp_path):
    place = cluster(tmp_path / "data", "old")
    lock = placement.take_lock(place)
    assert lock is not None
    shutil.rmtree(tmp_path / "data")
    with pytest.raises(EmbeddedPostgresError, match="stop that instance first"):
        placement.home(tmp_path / "data", WHO)
    os.close(lock)
    assert content(tmp_path / "data") is None


def test_the_cluster_follows_a_folder_that_was_moved(tmp_path):
    cluster(tmp_path / "data", "mine")
    (tmp_path / "data").rename(tmp_path / "moved")
    assert content(tmp_path / "moved") == "mine"
    assert content(tmp_path / "data") is None


def test_the_cluster_of_a_folder_that_was_copied_stays_with_the_original(tmp_path):
    cluster(tmp_path / "data", "mine")
    shutil.copytree(tmp_path / "data", tmp_path / "copy")
    assert content(tmp_path / "copy") is None
    assert content(tmp_path / "data") == "mine"
