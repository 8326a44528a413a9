"""What the checks call lost, and what is nobody's debt any more."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tests.torture.checks import edit_commands
from tests.torture.crowd import Tags
from tests.torture.discord import DiscordSide, SlowDiscord
from tests.torture.discord_crowd import DiscordCrowd
from tests.torture.records import Records, Row
from tests.torture.verdict import Verdict


def _row(text: str, source: int) -> Row:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        what = "SELECT 42 AS id, 'user' AS role, 'complete' AS status, NULL AS parent_id, 7 AS revises, 1 AS source_place"
        row: Row = connection.execute(f"{what}, ? AS source_message, ? AS text", (str(source), text)).fetchone()
    return row


async def test_a_version_without_an_answer_is_lost_unless_its_message_was_deleted_in_the_chat() -> None:
    names = Tags()
    fake = SlowDiscord(seed=1)
    crowd = DiscordCrowd(fake, 1, names)
    ann = crowd.talkers[0]
    await crowd.says(ann)
    crowd.edits.append("e2")
    records = Records([], set(), {42: _row("e2 other words", ann.messages[0].id)}, [], [], {})

    standing, gone = Verdict(), Verdict()
    edit_commands(DiscordSide(fake, crowd), records, standing)
    await ann.person.deletes(ann.messages[0])
    edit_commands(DiscordSide(fake, crowd), records, gone)
    assert standing.problems == ["lost: {'e2'} of /edit has no answer"]
    assert gone.problems == []
