"""One process for each token on a machine, and a plain line where not even that can be told."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from bot.errors import SecondInstance, SettingsError
from bot.token_lock import token_lock


def test_r3_the_second_one_is_told_so(tmp_path: Path) -> None:
    with token_lock("telegram", "1:x", str(tmp_path)):
        with pytest.raises(SecondInstance, match="another process"), token_lock("telegram", "1:x", str(tmp_path)):
            pass
        with token_lock("telegram", "1:y", str(tmp_path)):
            pass


def test_without_a_temporary_folder_the_one_of_the_login_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with token_lock("telegram", "1:x"):
        assert [path.name.partition("-")[0] for path in tmp_path.iterdir()] == ["parley"]


@pytest.mark.parametrize("folder", ["gone", "file"])
def test_a_folder_that_takes_no_lock_is_one_plain_line(folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / folder))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    with pytest.raises(SettingsError, match="TMPDIR") as caught, token_lock("telegram", "1:secret"):
        pass
    assert "secret" not in str(caught.value)
    assert len(caught.value.problems) == 1
