"""What the source itself promises: nothing is executed, loaded, fetched or said that was not meant to be (X2, X10, X17, X19, X28)."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.config import Settings

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "adapters", "storage")
LOCKS = {name: (ROOT / name).read_text("utf-8") for name in ("requirements.lock", "requirements-dev.lock")}

EXECUTING = re.compile(
    r"^(eval|exec|compile|__import__|os\.(system|popen|exec\w+|spawn\w+|posix_spawn\w*|fork)|pty\.spawn|runpy\.\w+|code\.interact"
    r"|(pickle|marshal|shelve|dill|yaml|jsonpickle)\.\w+|asyncio\.create_subprocess_\w+|subprocess\.\w+|ctypes\.\w+)$"
)
FETCHING = re.compile(r"(urlopen|urlretrieve|ClientSession|AsyncClient|HTTPConnection|HTTPSConnection|open_connection|create_connection)$")
MAY_FETCH = {
    "adapters/telegram/request.py": "calls of the Bot API",
    "adapters/discord/rest.py": "calls of Discord, and its files",
    "adapters/discord/bytoken.py": "answers to interactions, at Discord",
    "adapters/discord/session.py": "calls of Discord",
    "bot/models/transport.py": "the model's server",
}
SAYING = {"say", "refuse", "say_instead", "question", "Ask", "Content", "Decision"}


@cache
def sources() -> dict[Path, ast.Module]:
    """Every file of the program; read when it is asked for, since every worker that tests imports this."""
    return {path: ast.parse(path.read_text("utf-8")) for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))}


@cache
def calls() -> tuple[tuple[str, ast.Call, str], ...]:
    """Every call in the source: in which file, itself, and what is called."""
    return tuple(
        (str(path.relative_to(ROOT)), node, ast.unparse(node.func))
        for path, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    )


def test_x2_nothing_executes_or_unpickles() -> None:
    found = [f"{where}:{call.lineno} {name}" for where, call, name in calls() if EXECUTING.match(name)]
    assert found == []
    assert [where for where, call, _ in calls() if any(word.arg == "shell" for word in call.keywords)] == []


def test_x2_no_secret_has_a_default() -> None:
    secrets = [
        name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation) or name.endswith(("token", "secret"))
    ]
    assert {"telegram_token", "discord_token", "openai_api_key", "telegram_webhook_secret"} <= set(secrets)
    for name in secrets:
        default = Settings.model_fields[name].get_default(call_default_factory=True, validated_data={})
        assert not default or not isinstance(default, SecretStr), name


def test_x10_only_these_files_open_connections() -> None:
    """Nothing that people or models write is ever an address to go to."""
    found = {where for where, _, name in calls() if FETCHING.search(name)}
    assert found <= set(MAY_FETCH), f"{found - set(MAY_FETCH)}: say in MAY_FETCH what it fetches, and from whom"


def test_x17_every_line_of_the_locks_has_hashes_and_both_agree() -> None:
    pins: dict[str, dict[str, str]] = {}
    for name, text in LOCKS.items():
        entries = re.split(r"\n(?=\S)", text.strip())
        for entry in entries:
            assert re.match(r"[a-z0-9._-]+==\S+", entry), entry[:80]
            assert re.findall(r"--hash=sha256:[0-9a-f]{64}(?= |$)", entry.replace("\\\n", " "), re.MULTILINE), entry[:80]
            assert not re.search(r"sha1|md5|git\+|https?:", entry)
        pins[name] = dict(re.match(r"([a-z0-9._-]+)==(\S+)", entry).groups() for entry in entries)  # type: ignore[union-attr, misc]
    both = pins["requirements.lock"].keys() & pins["requirements-dev.lock"].keys()
    assert both
    assert {name: pins["requirements.lock"][name] for name in both} == {name: pins["requirements-dev.lock"][name] for name in both}


@pytest.mark.parametrize("name", ["Makefile", "Dockerfile"])
def test_x17_nothing_is_installed_without_its_hash(name: str) -> None:
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    assert "install" in text
    installs = [
        line for line in re.split(r"\n|&&", text) if re.search(r"pip install|\$\(PIP\)", line) and ":=" not in line and "echo" not in line
    ]
    assert installs
    for line in installs:
        assert "--require-hashes" in line or ("--no-deps" in line and "--no-build-isolation" in line), line


def test_x17_no_plugins_are_loaded() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project.get("entry-points", {}) == {}
    loading = {where for where, _, name in calls() if re.search(r"import_module|entry_points|iter_modules|walk_packages", name)}
    assert loading <= {"bot/__main__.py"}, "which loads what its own table names"


def test_x19_no_word_of_anybody_is_part_of_a_path() -> None:
    """Paths are made of settings and of names that the program chose."""
    makes = re.compile(r"^(open|os\.open|Path|os\.path\.join|.*\.(joinpath|with_name|write_text|write_bytes|mkdir))$")
    people = re.compile(r"\b(text|args|title|author|message|event|attachment|caption|file_name|content)\b")
    found = []
    for where, call, name in calls():
        if makes.match(name):
            found += [f"{where}:{call.lineno}" for given in call.args if people.search(ast.unparse(given))]
    assert found == []


def _words(node: ast.AST) -> list[str]:
    """Sentences in the source itself: texts with a space between letters, but for what a button does and how texts are joined."""
    return [
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", one.value)
    ]


def _functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path, tree in sources().items():
        where = str(path.relative_to(ROOT))
        if where.startswith(("bot/rules", "bot/commands", "bot/sessions", "bot/replies")) and not where.endswith(
            ("texts.py", "catalog.py")
        ):
            yield from ((where, node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _said(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """What a function gives to whatever speaks to people, and what it made that of."""
    names: set[str] = set()
    for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
        if ast.unparse(call.func).rsplit(".", 1)[-1] in SAYING:
            given = [*call.args, *(word.value for word in call.keywords)]
            yield from given
            names |= {node.id for one in given for node in ast.walk(one) if isinstance(node, ast.Name)}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and {target.id for target in node.targets if isinstance(target, ast.Name)} & names:
            yield node.value


def test_x28_people_are_told_what_the_catalogue_of_texts_says_and_nothing_else() -> None:
    """No sentence stands in the code, and no error is made into one."""
    spoken = [(where, function.name, node) for where, function in _functions() for node in _said(function)]
    assert len(spoken) > 100
    assert [(where, name, word) for where, name, node in spoken for word in _words(node)] == []
    errors = re.compile(r"\b(str|repr)\(\w*(error|exc|failure)\b|\{\w*(error|exc)\b|\.detail\b|\.args\b\[")
    assert [(where, name) for where, name, node in spoken if errors.search(ast.unparse(node))] == []
    assert any("texts." in ast.unparse(node) for _, _, node in spoken)


def test_x28_the_search_sees_a_sentence_and_an_error() -> None:
    planted = ast.parse('def f(call, error):\n    text = f"it went wrong: {error}"\n    return call.refuse(text)').body[0]
    assert isinstance(planted, ast.FunctionDef)
    assert [word for node in _said(planted) for word in _words(node)] == ["it went wrong: "]


def test_x26_secrets_are_compared_in_constant_time() -> None:
    """Where a secret comes from outside: the header of a webhook."""
    comparing = [where for where, _, name in calls() if name.endswith("compare_digest")]
    assert comparing == ["adapters/telegram/webhook.py"]
    tree = next(tree for path, tree in sources().items() if path.name == "webhook.py")
    compared = [node for node in ast.walk(tree) if isinstance(node, ast.Compare) and "secret" in ast.unparse(node).lower()]
    assert not [node for node in compared if any(isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops)]
