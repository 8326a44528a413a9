"""Counts which rows of the list of faults have a test that bears their number; a row without one is named here with the reason."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.syscalls.strace import missing as no_strace

TESTS = Path(__file__).parents[1]
ROWS = {"p": 37, "m": 26, "s": 18, "r": 10, "u": 21, "x": 28}
"""How many there are: of platforms, of the model, of the storage, of the process, of input, of risks."""

_WEB = "comes with the web page and its REST API"
WITHOUT = {
    "s18": "comes with a second store",
    "x24": _WEB,
    "x25": _WEB,
}
"""Rows that no test bears the number of yet, and why."""


def _numbers(name: str) -> set[str]:
    """`test_p4_p5_an_unknown_outcome` bears p4 and p5."""
    leading = re.match(r"test_((?:[pmsrux]\d+_)*)", name)
    return set(leading.group(1).split("_")) - {""} if leading else set()


def _tables(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value


def _told_rows(function: ast.FunctionDef | ast.AsyncFunctionDef, tables: dict[str, ast.expr]) -> set[str]:
    """What a parameter called `row` goes through."""
    rows: set[str] = set()
    for decorator in function.decorator_list:
        match decorator:
            case ast.Call(args=[ast.Constant(value="row"), values, *_]):
                given = tables.get(values.id, values) if isinstance(values, ast.Name) else values
                rows |= {node.value for node in ast.walk(given) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return rows


def _is_traced(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it needs strace, and is left out where that is missing."""
    return any(isinstance(decorator, ast.Name) and decorator.id == "traced" for decorator in function.decorator_list)


@cache
def borne() -> tuple[tuple[str, bool], ...]:
    """Each row that a test bears, as often as there are tests, and whether the test needs strace."""
    found: list[tuple[str, bool]] = []
    for path in TESTS.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        tables = dict(_tables(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                found += [(row, _is_traced(node)) for row in _numbers(node.name) | _told_rows(node, tables)]
    return tuple(found)


def covered() -> dict[str, int]:
    """How many tests each row has."""
    return Counter(row for row, _ in borne())


def left_out(reason: str) -> str:
    """A line that says how many tests of which rows do not run here, if there is a reason why strace cannot be used."""
    traced = Counter(row for row, is_traced in borne() if is_traced)
    told = [f"{row.upper()} {count} of {covered()[row]}" for row, count in sorted(traced.items())]
    return f"not run here, since {reason}: {', '.join(told)}\n" if reason else ""


def test_the_rows_whose_tests_do_not_run_without_strace_are_told() -> None:
    told = left_out("strace is not installed")
    assert re.search(r"not run here, since strace is not installed: .*\bS7 4 of 5\b", told), told
    assert left_out("") == ""


def test_a_parameter_called_row_is_counted_however_its_table_is_written() -> None:
    tree = ast.parse("""TYPED: dict[str, int] = {"s3": 1}\nPLAIN = {"s4": 1}\n@parametrize("row", TYPED)\ndef test_one(row): ...
@parametrize("row", PLAIN)\ndef test_other(row): ...""")
    told = [_told_rows(node, dict(_tables(tree))) for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert told == [{"s3"}, {"s4"}]


def every_row() -> list[str]:
    return [f"{kind}{number}" for kind, count in ROWS.items() for number in range(1, count + 1)]


def test_every_row_has_a_test_or_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    counts = covered()
    missing = [row for row in every_row() if row not in counts]
    with capsys.disabled():
        print(f"\n{len(every_row()) - len(missing)} of {len(every_row())} rows have {sum(counts.values())} tests")
        print(f"{left_out(no_strace())}without one:")
        for row in missing:
            print(f"  {row.upper():4} {WITHOUT.get(row, 'no reason!')}")
    assert [row for row in missing if row not in WITHOUT] == []
    assert [row for row in WITHOUT if row in counts] == [], "rows that are said to have no test, and have one"
