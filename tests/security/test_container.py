"""The image, and what of it can be shown without building one: the program runs as nobody in particular, and writes its data only (X21)."""

from __future__ import annotations

import re
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.busy import within
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.telegram import FakeTelegram
from tests.security.confined import FULLY, ROOT, USER, confined, level, status
from tests.whole.plan import until

OPERATING = (ROOT / "docs/operating.md").read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


def instructions() -> list[tuple[str, str]]:
    """Of the Dockerfile, with lines joined that belong together."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE))
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in joined.splitlines() if line.strip())]


def test_x21_x17_the_image_runs_as_a_number_and_takes_nothing_unpinned() -> None:
    lines = instructions()
    names = [name for name, _ in lines]
    assert set(names) <= {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "VOLUME", "USER", "STOPSIGNAL", "ENTRYPOINT", "CMD"}, "no ADD above all"
    last = {name: rest for name, rest in lines}
    assert last["USER"] == f"{USER}:{USER}"
    assert names.index("USER") > max(place for place, name in enumerate(names) if name == "RUN"), "nothing is run as root after it"
    assert last["STOPSIGNAL"] == "SIGTERM"
    assert last["ENTRYPOINT"] == '["parley"]', "no shell stands between the signal and the program"
    runs = " ".join(rest for name, rest in lines if name == "RUN")
    assert not re.search(r"curl|wget|https?:|git clone|docker\.sock|sudo|setuid|chmod", runs)
    for install in re.findall(r"pip install[^&]*", runs):
        assert "--require-hashes -r requirements.lock" in install or "--no-deps --no-build-isolation ." in install
    assert not re.search(r"TOKEN|KEY|SECRET|PASSWORD", " ".join(rest for name, rest in lines if name in ("ENV", "RUN", "COPY")))
    assert all(rest.split()[-2] != "." for name, rest in lines if name == "COPY"), "what is copied is named: no .env slips in"


def compose() -> str:
    return next(block for language, block in re.findall(r"```(\w*)\n(.*?)```", OPERATING, re.DOTALL) if language == "yaml")


@pytest.mark.parametrize(
    "line", ["read_only: true", "cap_drop: [ALL]", "- no-new-privileges:true", "restart: unless-stopped", "- data:/data", "pids_limit:"]
)
def test_x21_the_compose_file_of_the_manual_gives_it_as_little_as_it_needs(line: str) -> None:
    assert line in compose()
    assert "docker.sock" not in compose()
    assert "privileged: true" not in compose()
    assert "ports:" not in compose()


@pytest.mark.parametrize(
    "line", ["NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "UMask=0077", "User=parley", "CapabilityBoundingSet="]
)
def test_x21_so_does_the_unit_of_systemd(line: str) -> None:
    assert line in next(block for language, block in re.findall(r"```(\w*)\n(.*?)```", OPERATING, re.DOTALL) if "[Service]" in block)


@pytest.mark.parametrize("line", ["--read-only", "--cap-drop ALL", "--security-opt no-new-privileges"])
def test_x21_so_does_the_command(line: str) -> None:
    assert line in next(block for _, block in re.findall(r"```(\w*)\n(.*?)```", OPERATING, re.DOTALL) if "docker run -d" in block)


@pytest.mark.parametrize("line", ["mem_limit: 512m", "MemoryMax=512M", "--memory 512m"])
def test_r2_each_way_to_run_it_bounds_its_memory_alike(line: str) -> None:
    assert line in OPERATING


@pytest.fixture
def box() -> Iterator[Path]:
    """A folder that another user can come to, as pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="parley-box-") as folder:
        yield Path(folder)


async def test_x21_it_answers_as_a_user_without_rights_on_a_read_only_root(box: Path) -> None:
    """As far as this machine lets a test go; where that is not all the way, it ends as skipped, and says so."""
    at = level()
    async with FakeTelegram() as telegram, FakeOpenAI() as openai:
        settings = {"TELEGRAM_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url, "PARLEY_MODEL": "fake-1"}
        settings |= {"OPENAI_API_KEY": "sk-of-nobody", "OPENAI_BASE_URL": openai.base_url}
        process = await confined(box, at, ["run"], settings)
        try:
            ann = telegram.person(1001, "Ann")
            chat = telegram.private_chat(ann)
            await ann.says(chat, "hello")
            await until(lambda: chat.texts == ["You said: hello"] or process.returncode is not None)
            told = status(process.pid)
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            _, errors = await process.communicate()
            took, longest = time.monotonic() - begun, within(2.0)
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()

    assert chat.texts == ["You said: hello"]
    assert process.returncode == 0, errors.decode()
    assert took < longest
    assert "Traceback" not in errors.decode()
    if at != "no new privileges":
        assert told["Uid"].split() == [str(USER)] * 4
        assert {told[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
        assert told["NoNewPrivs"] == "1"
    made = [path for path in (box / "data").iterdir()]
    assert {path.name for path in made} >= {"parley.db", "parley.db.lock"}
    assert {path.stat().st_mode & 0o777 for path in made} == {0o600}
    if at != FULLY:
        pytest.skip(f"it answers, and ends in time, but nothing more than this could be set up here: {at}")
