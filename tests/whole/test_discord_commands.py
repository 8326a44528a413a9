"""Slash commands, forms, menus, lists and autocomplete on Discord through the whole house."""

from __future__ import annotations

from bot.replies import texts
from tests.whole.club import Club, standing


async def test_lists_are_for_who_asked_and_turn_their_pages(there: Club) -> None:
    for number in range(1, 8):
        await there.says(f"message {number}", there.general, mention=True)
    given = await there.slash("history", there.general)
    page = await given.wait_message("page 2 of 2")
    assert page.only_for is there.ann.user
    for label, wanted in (("‹", "page 1 of 2"), ("›", "page 2 of 2")):
        await there.presses(label, page)
        assert wanted in page.text
    assert len(standing(there.general)) == 7
    assert len([post for post in there.general.from_bot if post.only_for]) == 1


async def test_sessions_are_chosen_from_a_list(there: Club) -> None:
    for title in ("Tax", "Holiday", "Work"):
        await there.slash("new", there.general, title=title)
        await there.says(f"about {title}", there.general, mention=True)
    given = await there.slash("sessions", there.general)
    listed = await given.wait_message("Your sessions")
    assert (listed.only_for, listed.options()) == (there.ann.user, ["Work", "Holiday", "Tax"])
    await there.ann.chooses(listed, "Tax")
    await there.settle()
    assert standing(there.general)[-1].startswith("Here we go on with **Tax**")
    await there.says("more", there.general, mention=True)
    assert there.prompts() == ["about Tax", "You said: about Tax", "more"]


async def test_an_edit_without_words_is_a_form_that_holds_the_old_ones(there: Club) -> None:
    await there.says("one")
    await there.says("two")
    given = await there.slash("edit")
    assert (given.modal.title, list(given.modal.values.values())) == ("New text for message 3", ["two"])
    await given.submit("due")
    await there.settle()
    assert there.chat.texts[:2] == ["You said: one", "You said: due"]
    given = await there.slash("edit", n=1)
    await given.submit("3 apples")
    await there.settle()
    assert there.prompts() == ["3 apples"]


async def test_menus_edit_branch_off_and_list_versions(there: Club) -> None:
    first = await there.says("one")
    await there.says("two")
    given = await there.ann.menu(there.chat, "Edit and answer again", first)
    await given.wait_response()
    assert list(given.modal.values.values()) == ["one"]
    await given.submit("uno")
    await there.settle()
    answer = there.chat.from_bot[0]
    assert answer.text == "You said: uno"
    given = await there.ann.menu(there.chat, "Versions", answer)
    await there.settle()
    assert given.message is not None
    assert given.message.text == texts.ONE_VERSION
    given = await there.ann.menu(there.chat, "Versions", first)
    await there.settle()
    assert given.message is not None
    assert given.message.labels() == ["Show 1"]
    given = await there.ann.menu(there.chat, "Branch from here", answer)
    await given.wait_response()
    await given.submit("another way")
    await there.settle()
    assert there.prompts() == ["uno", "You said: uno", "another way"]


async def test_a_menu_on_what_somebody_else_said_tells_nothing(there: Club) -> None:
    asked = await there.says("my secret", there.general, mention=True)
    for name in ("Edit and answer again", "Branch from here", "Versions"):
        for target in (asked, there.general.from_bot[0]):
            given = await there.bob.menu(there.general, name, target)
            await there.settle()
            assert given.response is not None
            assert given.response.type != 9, "no form with somebody else's words"
            assert given.message is not None
            assert "secret" not in given.message.text
    assert there.general.from_bot[0].text == "You said: my secret"


async def test_autocomplete_offers_ones_own_sessions_and_messages(there: Club) -> None:
    await there.slash("new", title="Tax")
    await there.says("how much?")
    await there.slash("new", title="Holiday")
    await there.says("where to?")
    await there.says("and when?")
    for name in ("open", "delete"):
        assert [choice.name.split()[-1] for choice in await there.ann.types(there.chat, name, "id", "")] == ["Holiday", "Tax"]
    (found,) = await there.ann.types(there.chat, "open", "id", "ta")
    assert [choice.value for choice in await there.ann.types(there.chat, "edit", "n", "")] == [3, 1]
    assert [choice.name for choice in await there.ann.types(there.chat, "edit", "n", "whe")] == ["3. and when?", "1. where to?"]
    assert await there.bob.types(there.discord.dm(there.bob), "open", "id", "") == []
    await there.slash("open", id=str(found.value))
    assert there.chat.last.text.startswith("Here we go on with **Tax**")
