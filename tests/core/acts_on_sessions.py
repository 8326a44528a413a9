"""What people do to whole conversations, done to the core and to the plain model."""

from __future__ import annotations

from bot.events import MessageRef, Place
from bot.replies import texts
from tests.core.both import NAMES, Both
from tests.core.comparing import is_answer
from tests.core.forgotten import forget


async def new(both: Both, place: Place, person: str) -> None:
    await both.command(place, person, "new")
    both.told.open(place, person)
    await both.settle()


async def press_under_new(both: Both, place: Place, person: str, name: str, back: int) -> None:
    """A button under what /new said, the `back`th newest: `fork` brings the last conversation along, `back` goes back to it."""
    buttons = [
        (seen.id, command) for seen in both.adapter.chats.get(place, []) for _, command in seen.buttons if command.startswith(f"{name} #")
    ]
    if not buttons:
        return
    message_id, command = buttons[-1 - back % len(buttons)]
    _, _, tree_id = command.partition(" #")
    await both.command(place, person, name, f"#{tree_id}", pressed=MessageRef(place, message_id))
    owner = both.told.owner(place, person)
    tree = next((tree for tree in both.told.trees if tree.id == tree_id and tree.owner == owner and not tree.deleted), None)
    if tree is not None and name == "fork":
        both.told.bring_along(tree, place, person)
    elif tree is not None:
        tree.ended = False
        both.told.current[place, owner] = tree
    await both.settle()


async def end(both: Both, place: Place, person: str) -> None:
    tree = both.told.here(place, person)
    await both.command(place, person, "end")
    if tree is not None and not tree.ended:
        for owed in list(tree.owed):
            both.told.stop(tree, owed)
        tree.ended = True
        both.told.current[place, tree.owner] = None
    await both.settle()


async def open_one(both: Both, place: Place, person: str, pick: int) -> None:
    owner = both.told.owner(place, person)
    mine = [tree for tree in both.told.trees if tree.owner == owner and not tree.deleted]
    if mine:
        tree = mine[pick % len(mine)]
        if place.kind == "group" and tree.place != place:
            await both.command(place, person, "open", f"#{tree.id}")
            await both.let_it_work()  # an answer may be held back in the place
            await both.command(place, person, "confirm", f"#{tree.id}", pressed=_remark(both, place))
        else:
            await both.command(place, person, "open", f"#{tree.id}")
        tree.ended = False
        both.told.current[place, owner] = tree
        await both.settle()


async def delete(both: Both, place: Place, person: str, back: bool) -> None:
    tree = both.told.here(place, person)
    await both.command(place, person, "delete")
    if tree is None:
        return
    for owed in list(tree.owed):
        both.told.stop(tree, owed)
    tree.deleted = True
    for key, current in both.told.current.items():
        if current is tree:
            both.told.current[key] = None
    await both.settle()
    if back:
        await both.command(place, person, "undelete", f"#{tree.id}", pressed=_remark(both, place))
        tree.deleted = False
        if not tree.ended and (place.kind == "private" or tree.place == place):
            both.told.current[place, tree.owner] = tree
        await both.settle()


async def forget_everything(both: Both, place: Place, person: str) -> None:
    """What stands in the chat then is nobody's any more, and the person clears it."""
    await both.command(place, person, "forget", "everything")
    forget(both.told, person, NAMES[person])
    both.foresee_nothing()
    await both.let_it_work()
    both.answers()
    for where, chat in both.adapter.chats.items():
        for seen in [seen for seen in chat if is_answer(seen) and not seen.text.endswith(texts.WAITING)]:
            if not await both.core.knows(MessageRef(where, seen.id)):
                chat.remove(seen)
    await both.settle()


def _remark(both: Both, place: Place) -> MessageRef:
    """What the bot said last in the place."""
    return MessageRef(place, both.adapter.chats[place][-1].id)
