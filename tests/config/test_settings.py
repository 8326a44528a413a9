"""What settings come to, and what is said of wrong ones."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, TomlConfigSettingsSource

from bot.config import Settings, load
from bot.errors import SettingsError
from bot.policy import Policy
from bot.sources import Sources

CANARY = "9999:CANARY-must-not-be-shown"


def problems(environ: dict[str, str], folder: Path) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load(environ, folder)
    return caught.value.problems


def test_with_nothing_set_everything_has_a_default(tmp_path: Path) -> None:
    settings = load({}, tmp_path)
    assert settings.policy() == Policy()
    assert settings.telegram_token is None
    assert settings.parley_database == tmp_path / "data/parley.db"


def test_the_environment_comes_before_dotenv_and_that_before_toml(tmp_path: Path) -> None:
    (tmp_path / "parley.toml").write_text('[parley]\nmodel = "toml"\nrate = 3\ntitles = false\n[telegram]\ntoken = "1:toml"\n')
    (tmp_path / ".env").write_text("PARLEY_MODEL=dotenv\nPARLEY_RATE=4\n")
    settings = load({"PARLEY_MODEL": "environment"}, tmp_path)
    assert (settings.parley_model, settings.parley_rate, settings.parley_titles) == ("environment", 4, False)
    assert settings.secrets() == ("1:toml",)


def test_an_empty_variable_is_not_set(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TELEGRAM_TOKEN=1:dotenv\n")
    assert load({"TELEGRAM_TOKEN": " ", "PARLEY_MODEL": ""}, tmp_path).secrets() == ("1:dotenv",)


def test_a_dollar_sign_in_dotenv_is_a_dollar_sign(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=a${HOME}b\n")
    assert load({}, tmp_path).secrets() == ("a${HOME}b",)


def test_every_kind_of_value_is_understood(tmp_path: Path) -> None:
    settings = load(
        {
            "PARLEY_ALLOW": "telegram:1, telegram:-100200,",
            "PARLEY_TIMEZONE": "Europe/Paris",
            "PARLEY_TITLES": "no",
            "PARLEY_DELETE_GRACE_HOURS": "1.5",
            "PARLEY_LOG_LEVEL": "debug",
            "OPENAI_HEADERS": '{"X-Title": "Parley"}',
            "OPENAI_BASE_URL": "http://127.0.0.1:8000/v1/",
        },
        tmp_path,
    )
    policy = settings.policy()
    assert policy.allow == frozenset({"telegram:1", "telegram:-100200"})
    assert policy.timezone == ZoneInfo("Europe/Paris")
    assert not policy.titles
    assert policy.delete_grace == timedelta(minutes=90)
    assert settings.parley_log_level == "DEBUG"
    assert settings.openai_headers["X-Title"].get_secret_value() == "Parley"
    assert settings.openai_base_url == "http://127.0.0.1:8000/v1"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TELEGRAM_TOKEN", "CANARY", "copy it whole from @BotFather"),
        ("TELEGRAM_TOKEN", '"1:CANARY"', "leave the quotation marks off"),
        ("TELEGRAM_API_URL", "CANARY", "not a web address"),
        ("TELEGRAM_WEBHOOK_LISTEN", "CANARY", "127.0.0.1:8080"),
        ("DISCORD_TOKEN", "CANARY CANARY", "copy it again"),
        ("DISCORD_TOKEN", "CANARY", "from the Bot page"),
        ("DISCORD_GATEWAY_URL", "https://CANARY", "wss://"),
        ("OPENAI_API_KEY", "sk-CANARY CANARY", "copy it again"),
        ("OPENAI_BASE_URL", "CANARY/v1", "not a web address"),
        ("OPENAI_HEADERS", "X-Title: CANARY", "not JSON"),
        ("OPENAI_HEADERS", '["CANARY"]', "not a set of headers"),
        ("OPENAI_HEADERS", '{"X": 5}', "not a text"),
        ("PARLEY_TEMPERATURE", "CANARY", "not a number"),
        ("PARLEY_TEMPERATURE", "2.5", "the most is 2"),
        ("PARLEY_TEMPERATURE", "nan", "not a number"),
        ("PARLEY_MAX_TOKENS", "0", "the least is 1"),
        ("PARLEY_MAX_TOKENS", "1.5", "not a whole number"),
        ("PARLEY_CONTEXT_TOKENS", "CANARY", "not a whole number"),
        ("PARLEY_TIMEZONE", "CANARY", "Europe/Paris"),
        ("PARLEY_ALLOW", "123", "without its platform"),
        ("PARLEY_ALLOW", "telegram:1,telegram:CANARY", "entry 2"),
        ("PARLEY_SHARED", "irc:CANARY", "without its platform"),
        ("PARLEY_THREADS", "telegram:1", "discord:123456"),
        ("PARLEY_TITLES", "CANARY", "neither true nor false"),
        ("PARLEY_LOG_LEVEL", "CANARY", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("PARLEY_LOG_FORMAT", "CANARY", "'text' or 'json'"),
    ],
)
def test_a_wrong_value_is_named_and_never_shown(tmp_path: Path, name: str, value: str, said: str) -> None:
    (line,) = problems({name: value}, tmp_path)
    assert line.startswith(f"{name} (the environment): ")
    assert said in line
    assert "CANARY" not in line


def test_x4_a_username_in_the_allow_list_is_refused(tmp_path: Path) -> None:
    for entry in ("@somebody", "telegram:@somebody"):
        (line,) = problems({"PARLEY_ALLOW": entry}, tmp_path)
        assert "username" in line
        assert "telegram:123456" in line


def test_x6_a_webhook_without_a_long_secret_is_refused(tmp_path: Path) -> None:
    webhook = {"TELEGRAM_WEBHOOK_URL": "https://bot.example.org/telegram"}
    assert "TELEGRAM_WEBHOOK_SECRET" in problems(webhook, tmp_path)[0]
    assert "TELEGRAM_WEBHOOK_SECRET" in problems(webhook | {"TELEGRAM_WEBHOOK_SECRET": "a" * 31}, tmp_path)[0]
    assert load(webhook | {"TELEGRAM_WEBHOOK_SECRET": "a" * 32}, tmp_path).telegram_webhook_url


def test_all_problems_are_said_at_once_with_where_each_stands(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PARLEY_RATE=often\n")
    (tmp_path / "parley.toml").write_text("[parley]\ntemperature = 9\ncolour = 1\n")
    lines = problems({"PARLEY_MAX_TOKENS": "many"}, tmp_path)
    assert [line.split(": ")[0] for line in sorted(lines)] == [
        "PARLEY_COLOUR (parley.toml)",
        "PARLEY_MAX_TOKENS (the environment)",
        "PARLEY_RATE (.env)",
        "PARLEY_TEMPERATURE (parley.toml)",
    ]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("PARLEY_MODLE", "PARLEY_MODEL"),
        ("TELEGRAM_TOKN", "TELEGRAM_TOKEN"),
        ("TELEGRAM_BOT_TOKEN", "TELEGRAM_TOKEN"),
        ("OPENAI_APIKEY", "OPENAI_API_KEY"),
        ("OPENAI_API_BASE", "OPENAI_BASE_URL"),
    ],
)
def test_a_slip_in_a_name_is_named_with_what_was_meant(tmp_path: Path, name: str, meant: str) -> None:
    (line,) = problems({name: CANARY}, tmp_path)
    assert line == f"{name} (the environment): is not a setting; did you mean {meant}?"


@pytest.mark.parametrize("name", ["OPENAI_ORG_ID", "TELEGRAM_DESKTOP_PATH", "PARLEY_SERVICE_HOST", "PARLEY_PORT_8080_TCP_ADDR", "HOME"])
def test_a_name_of_another_program_is_left_alone(tmp_path: Path, name: str) -> None:
    assert load({name: "1"}, tmp_path) == load({}, tmp_path)


@pytest.mark.parametrize("content", [b"[parley\nmodel = 'CANARY'", b"token = CANARY", b"\xff\xfe"])
def test_a_broken_toml_file_is_one_line_without_its_content(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "parley.toml").write_bytes(content)
    (line,) = problems({}, tmp_path)
    assert line.startswith("parley.toml")
    assert "CANARY" not in line


def test_x9_no_secret_shows_when_settings_are_printed(tmp_path: Path) -> None:
    settings = load({"TELEGRAM_TOKEN": CANARY, "OPENAI_API_KEY": CANARY, "OPENAI_HEADERS": f'{{"Authorization": "{CANARY}"}}'}, tmp_path)
    shown = f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"
    assert "CANARY" not in shown
    assert settings.secrets() == (CANARY, CANARY, CANARY)


def test_every_setting_stands_in_the_readme_with_its_default() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    rows = {line.split("`")[1]: line for line in readme.splitlines() if line.startswith("| `") and "`" in line[3:]}
    for name, field in Settings.model_fields.items():
        assert name.upper() in rows
        default = field.get_default()
        if isinstance(default, str | int | float) and default != "" and not isinstance(default, bool):
            assert f"`{default}`" in rows[name.upper()]


def test_a_missing_secret_is_named_beside_other_wrong_settings(tmp_path: Path) -> None:
    told = problems({"TELEGRAM_WEBHOOK_URL": "https://bot.example.org/", "PARLEY_TEMPERATURE": "hot"}, tmp_path)
    assert [line.split()[0].rstrip(":") for line in told] == ["TELEGRAM_WEBHOOK_SECRET", "PARLEY_TEMPERATURE"]


def test_the_library_for_settings_reads_the_three_places_in_their_order(tmp_path: Path) -> None:
    """Its own sources, ours only where they owe the operator more."""
    assert issubclass(Settings, BaseSettings)
    kinds = (EnvSettingsSource, DotEnvSettingsSource, TomlConfigSettingsSource)
    assert [isinstance(source, kind) for source, kind in zip(Sources(Settings, {}, tmp_path).all, kinds, strict=True)] == [True] * 3


def test_only_what_is_given_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the process's own environment nor the file beside which it was started."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".env").write_text("PARLEY_MODEL=CANARY\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PARLEY_MODEL", "CANARY")
    assert load({}, tmp_path / "elsewhere").parley_model == "gpt-4o-mini"


def test_a_broken_dotenv_file_is_one_line_without_its_content(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"OPENAI_API_KEY=CANARY\xff\n")
    (line,) = problems({}, tmp_path)
    assert line == ".env: cannot be read; it must be UTF-8 text that this user may read"
