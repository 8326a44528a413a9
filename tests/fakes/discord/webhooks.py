"""What the bot does by an interaction's token after the first response, for fifteen minutes."""

from __future__ import annotations

from tests.fakes.discord.callbacks import written
from tests.fakes.discord.interactions import TOKEN_LIFE, Interaction
from tests.fakes.discord.params import Call
from tests.fakes.discord.places import EPHEMERAL, Message
from tests.fakes.discord.refusals import Json, Refusal, unknown_message, unknown_webhook
from tests.fakes.discord.shapes import message_json
from tests.fakes.discord.world import World
from tests.fakes.discord.writing import checked, refuse, rewrite

FOLLOWUPS = 5  # where only a person installed the app


def _interaction(world: World, call: Call) -> Interaction:
    """Raises Refusal for a token that is unknown, too old, or has no first response yet."""
    found = world.interactions.get(call.ids[1])
    if found is None or call.number(0) != world.application_id or found.response is None or world.now() - found.at > TOKEN_LIFE:
        raise unknown_webhook()
    return found


def _message(world: World, call: Call) -> tuple[Interaction, Message]:
    interaction = _interaction(world, call)
    named = call.ids[2] if len(call.ids) > 2 else "@original"
    if named == "@original":
        message = interaction.message
    else:
        message = next((message for message in interaction.messages if str(message.id) == named), None)
    if message is None or message.deleted:
        raise unknown_message()
    return interaction, message


def followup(world: World, call: Call) -> Json | None:
    """One more message; the first after a "thinking" takes its place, as public or private as that was."""
    interaction = _interaction(world, call)
    original = interaction.message
    waiting = original if original is not None and original.loading and not original.deleted else None
    private = EPHEMERAL if waiting is not None and waiting.ephemeral else 0
    if world.promises and waiting is not None and not private and int(call.body.get("flags") or 0) & EPHEMERAL:
        refuse(world, call, ["a private message takes the place of a public thinking, and all would see it"])
    checked(world, call, call.body | {"flags": int(call.body.get("flags") or 0) | private}, fresh=True)
    if waiting is not None:
        message = rewrite(world, call, waiting, call.body)
    else:
        if not interaction.bot_here and len(interaction.followups) >= FOLLOWUPS:
            raise Refusal(400, 40094, "This interaction has reached the maximum number of follow up messages")
        message = written(world, call, interaction, call.body, original)
        interaction.followups.append(message)
        world.add(message)
    return message_json(message) if call.query.get("wait") in ("1", "true") else None


def get_message(world: World, call: Call) -> Json:
    return message_json(_message(world, call)[1])


def edit_message(world: World, call: Call) -> Json:
    _, message = _message(world, call)
    checked(world, call, {"flags": message.flags, **call.body}, fresh=False)
    return message_json(rewrite(world, call, message, call.body))


def delete_message(world: World, call: Call) -> None:
    world.remove(_message(world, call)[1])
