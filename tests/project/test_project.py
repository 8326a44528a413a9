"""What holds for the project as a whole: its walls, its pins, and what its README promises."""

from __future__ import annotations

import re
from pathlib import Path

import grimp
import pytest

from bot.commands.catalog import visible

ROOT = Path(__file__).parents[2]
BOUNDARY = {
    "bot.events",
    "bot.found",
    "bot.messages",
    "bot.posts",
    "bot.changes",
    "bot.post_changes",
    "bot.ports",
    "bot.store",
    "bot.errors",
    "bot.token_lock",
    "bot.turnstile",
    "bot.commands",
    "bot.commands.catalog",
    "bot.replies",
    "bot.replies.texts",
    "bot.replies.split",
}
PLATFORM_LIBRARIES = {"telegram", "discord", "aiosqlite", "sqlite3", "rich", "prompt_toolkit"}


def test_adapters_and_storage_see_only_the_boundary_of_the_core() -> None:
    graph = grimp.build_graph("bot", "adapters", "storage", cache_dir=None)
    seen = {
        (module, imported)
        for module in graph.modules
        if module.startswith(("adapters.", "storage."))
        for imported in graph.find_modules_directly_imported_by(module)
        if imported.startswith("bot")
    }
    assert len(seen) > 20
    assert {pair for pair in seen if pair[1] not in BOUNDARY} == set()


def test_the_core_uses_no_library_of_a_platform_or_a_database() -> None:
    graph = grimp.build_graph("bot", include_external_packages=True, cache_dir=None)
    foreign = {module for module in graph.modules if module.split(".")[0] in PLATFORM_LIBRARIES}
    assert foreign == set()
    assert "openai" in graph.modules


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_x17_everything_is_pinned_by_hash_and_no_index_is_named(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    assert [line for line in lines if re.search(r"://|--(?!hash=)|file:|@", line)] == []
    pins = [line for line in lines if not line.startswith(" ")]
    assert len(pins) > 30
    assert [pin for pin in pins if not re.match(r"[a-z0-9-]+==\S+( ; .+)? \\$", pin)] == []
    for place, line in enumerate(lines):
        if not line.startswith(" "):
            assert "--hash=sha256:" in lines[place + 1]


def test_the_project_file_names_no_index() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    assert "://" not in text
    assert "index" not in text


def test_the_readme_lists_the_commands_as_the_catalogue_has_them() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    listed = re.findall(r"^\| `(/.+?)` \| (.+?) \|$", readme, re.MULTILINE)
    assert listed == [(command.usage, command.help) for command in visible()]
