"""What must not stand in the source, whatever a linter lets pass."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = [path for room in ("bot", "adapters", "storage") for path in sorted((ROOT / room).rglob("*.py"))]
CALLS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "os.system",
    "os.popen",
    "subprocess.Popen",
    "subprocess.run",
    "pickle.loads",
    "pickle.load",
}
MODULES = {"pickle", "marshal", "shelve", "subprocess"}


def _nodes() -> Iterator[tuple[str, ast.AST]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}", node


def test_x2_nothing_is_executed_or_unpickled() -> None:
    found = []
    for where, node in _nodes():
        match node:
            case ast.Call() if ast.unparse(node.func) in CALLS or "shell" in {keyword.arg for keyword in node.keywords}:
                found.append(where)
            case ast.Import() if MODULES & {alias.name for alias in node.names}:
                found.append(where)
            case ast.ImportFrom() if node.module in MODULES:
                found.append(where)
    assert found == []


def test_x26_no_secret_is_compared_letter_by_letter() -> None:
    compared = [(where, ast.unparse(node)) for where, node in _nodes() if isinstance(node, ast.Compare)]
    assert len(compared) > 100
    plain = re.compile(
        r"\b\w*(secret|token|api_key|password)(\.\w+\(\))? (==|!=)|(==|!=) [\w.]*(secret|token|api_key|password)(?![\w.])", re.IGNORECASE
    )
    assert [pair for pair in compared if plain.search(pair[1])] == []
