"""What code and documents refer to is there: documents by their names, faults by their rows."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from tests.project.test_rows import every_row

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "adapters", "storage", "tests", "docs")


def test_every_document_that_is_named_is_there() -> None:
    """Names of one letter are files that tests make."""
    there = {path.name for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))}
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*") if path.suffix in (".py", ".sql", ".md")]
    named = {name: path for path in files for name in re.findall(r"\b(\w{2,}\.md)\b", path.read_text("utf-8"))}
    named.pop("state.md", None)  # an attribute of the Markdown library's
    assert len(named) > 2
    assert {name: str(path) for name, path in named.items() if name not in there} == {}


def test_rules_are_told_in_words_not_by_number() -> None:
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if path != Path(__file__)]
    assert [str(path) for path in files if re.search(r"\b[Rr]ules? \d|_rule_\d", path.read_text("utf-8"))] == []


def test_every_row_of_the_list_of_faults_has_its_line() -> None:
    rows = re.findall(r"^\| ([A-Z]\d+) \| \S.*\|$", (ROOT / "docs/faults.md").read_text("utf-8"), re.MULTILINE)
    assert [row.lower() for row in rows] == every_row()


def test_the_project_promises_no_platform_that_is_not_there() -> None:
    """In its one line; the rest of the documents say what is yet to come."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    there = {path.name for path in (ROOT / "adapters").iterdir() if path.is_dir()}
    platforms = {name for name in ("telegram", "discord", "terminal", "web") if re.search(rf"\b{name}\b", project["description"].lower())}
    assert platforms
    assert platforms <= there
