"""What each refusal of the Bot API means: for a message, for a place, for the words."""

from __future__ import annotations

import pytest

from adapters.telegram.entities import Entity
from bot.errors import ContentRefused, MessageGone, PlaceMoved, PlaceUnavailable
from bot.events import MessageRef, Place
from tests.fakes.rig import plain
from tests.telegram.stage import Stage, place_of


async def test_p12_an_edit_of_a_deleted_message_says_so(stage: Stage) -> None:
    ref = await stage.send("x")
    await stage.ann.deletes(stage.chat.last)
    with pytest.raises(MessageGone):
        await stage.adapter.edit(ref, plain("y"))


async def test_p12_a_message_of_somebody_else_cannot_be_edited(stage: Stage) -> None:
    theirs = await stage.ann.says(stage.chat, "mine")
    with pytest.raises(MessageGone):
        await stage.adapter.edit(MessageRef(stage.home, str(theirs.id)), plain("y"))


async def test_p13_not_modified_is_success(stage: Stage) -> None:
    ref = await stage.send("x")
    await stage.adapter.edit(ref, plain("x"))
    assert "not modified" in stage.fake.calls[-1].refused


@pytest.mark.parametrize(
    "words", ["can't parse entities: unsupported start tag", "ENTITY_BOUNDS_INVALID", "entity URL 'x' is invalid", "ENTITIES_TOO_LONG"]
)
async def test_p14_refused_formatting_is_sent_plain(stage: Stage, words: str) -> None:
    marked = {"markup": (Entity("bold", 0, 1),)}
    stage.fake.faults.add("sendMessage", error=400, description=f"Bad Request: {words}", when=lambda call: "entities" in call.params)
    ref = await stage.send("x", **marked)
    stage.fake.faults.add("editMessageText", error=400, description=f"Bad Request: {words}", when=lambda call: "entities" in call.params)
    await stage.adapter.edit(ref, plain("y", **marked))
    assert stage.chat.texts == ["y"]
    assert stage.chat.last.entities == []


async def test_p14_an_entity_out_of_bounds_is_sent_plain(stage: Stage) -> None:
    await stage.send("short", markup=(Entity("bold", 0, 99),))
    assert stage.chat.texts == ["short"]


@pytest.mark.parametrize("text", ["x" * 4097, ""])
async def test_p15_what_does_not_fit_is_refused_for_good(stage: Stage, text: str) -> None:
    with pytest.raises(ContentRefused):
        await stage.send(text)
    ref = await stage.send("x")
    with pytest.raises(ContentRefused):
        await stage.adapter.edit(ref, plain(text))


async def test_p16_a_person_who_blocked_the_bot(stage: Stage) -> None:
    ref = await stage.send("x")
    await stage.ann.blocks(stage.chat)
    for act in (stage.send("y"), stage.adapter.edit(ref, plain("y"))):
        with pytest.raises(PlaceUnavailable):
            await act
    await stage.adapter.typing(stage.home)


async def test_p17_no_right_to_write(stage: Stage) -> None:
    group = stage.fake.group("Friends", stage.ann)
    group.bot_may_write = False
    with pytest.raises(PlaceUnavailable):
        await stage.send("x", place_of(group))


@pytest.mark.parametrize("fate", ["closed", "deleted"])
async def test_p18_a_topic_that_takes_no_more(stage: Stage, fate: str) -> None:
    forum = stage.fake.group("Forum", stage.ann, forum=True)
    topic = stage.fake.topic(forum, "Rain")
    setattr(topic, fate, True)
    with pytest.raises(PlaceUnavailable):
        await stage.send("x", place_of(forum, topic.thread_id))


async def test_p19_a_group_that_became_a_supergroup(stage: Stage) -> None:
    group = stage.fake.group("Friends", stage.ann, chat_type="group")
    ref = await stage.send("x", place_of(group))
    new = stage.fake.migrate(group, stage.ann)
    for act in (stage.send("y", place_of(group)), stage.adapter.edit(ref, plain("y"))):
        with pytest.raises(PlaceMoved) as moved:
            await act
        assert moved.value.place == place_of(new)
    await stage.send("y", moved.value.place)
    assert new.texts == ["y"]


async def test_p36_a_group_that_removed_the_bot(stage: Stage) -> None:
    group = stage.fake.group("Friends", stage.ann)
    await stage.ann.removes_bot(group)
    with pytest.raises(PlaceUnavailable):
        await stage.send("x", place_of(group))
    with pytest.raises(PlaceUnavailable):
        await stage.send("x", Place("telegram", "-100999", kind="group"))
