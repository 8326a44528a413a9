"""The bot's first response to an interaction: once, within three seconds, and of a type that fits."""

from __future__ import annotations

from tests.fakes.discord.forms import choice_problems, modal_problems
from tests.fakes.discord.interactions import FIRST_RESPONSE, Asked, Interaction, Response
from tests.fakes.discord.params import Call
from tests.fakes.discord.places import EPHEMERAL, LOADING, Message
from tests.fakes.discord.refusals import Json, Refusal, unknown_interaction, unknown_message
from tests.fakes.discord.shapes import message_json, user_json
from tests.fakes.discord.world import World
from tests.fakes.discord.writing import checked, post, refuse, rewrite

MESSAGE, THINKING, SILENT, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
KNOWN = (1, MESSAGE, THINKING, SILENT, UPDATE, CHOICES, MODAL)


def callback(world: World, call: Call) -> Json | None:
    interaction = world.interactions.get(call.ids[1])
    if interaction is None or str(interaction.id) != call.ids[0]:
        raise unknown_interaction()
    try:
        return _answer(world, call, interaction)
    except Refusal as refusal:
        interaction.refused.append(refusal.message)
        raise


def _answer(world: World, call: Call, interaction: Interaction) -> Json | None:
    kind = int(call.body.get("type") or 0)
    if interaction.response is not None:
        if kind == MODAL:
            world.violations.append("callback: a modal after the first response")
        raise Refusal(400, 40060, "Interaction has already been acknowledged.")
    if world.now() - interaction.at > FIRST_RESPONSE:
        raise unknown_interaction()
    data: Json = call.body.get("data") or {}
    refuse(world, call, _misfits(interaction, kind))
    _do(world, call, interaction, kind, data)
    interaction.response = Response(kind, data)
    interaction.place.changed()
    return _told(interaction, kind) if call.query.get("with_response") in ("1", "true") else None


def _misfits(interaction: Interaction, kind: int) -> list[str]:
    if kind not in KNOWN:
        return [f"a response of type {kind}"]
    if (kind == CHOICES) != (interaction.type is Asked.AUTOCOMPLETE):
        return [f"a response of type {kind} to an interaction of type {int(interaction.type)}"]
    if kind in (SILENT, UPDATE) and interaction.source is None:
        return ["a change of a component's message where there is none"]
    if kind == MODAL and interaction.type is Asked.MODAL:
        return ["a modal in answer to a modal"]
    return []


def _do(world: World, call: Call, interaction: Interaction, kind: int, data: Json) -> None:
    match kind:
        case 4:
            checked(world, call, data, fresh=True)
            interaction.message = world.add(written(world, call, interaction, data))
        case 5:
            message = written(world, call, interaction, {"flags": data.get("flags")})
            message.flags |= LOADING
            interaction.message = world.add(message)
        case 6:
            interaction.message = interaction.source
        case 7:
            source = interaction.source
            if source is None or source.deleted:
                raise unknown_message()
            checked(world, call, data, fresh=False)
            interaction.message = rewrite(world, call, source, data)
        case 8:
            refuse(world, call, choice_problems(data))
        case 9:
            refuse(world, call, modal_problems(data))


def written(world: World, call: Call, interaction: Interaction, data: Json, reply_to: Message | None = None) -> Message:
    """A message of the bot's in the name of an interaction, for one pair of eyes where it is ephemeral."""
    message = post(world, call, interaction.place, data)
    message.only_for = interaction.user if message.flags & EPHEMERAL else None
    message.reply_to = reply_to or interaction.source
    message.type = 19 if message.reply_to is not None else {1: 20}.get(interaction.data.get("type", 1), 23)
    message.extra["application_id"] = str(world.application_id)
    message.extra["webhook_id"] = str(world.application_id)
    message.extra["interaction_metadata"] = {
        "id": str(interaction.id),
        "type": int(interaction.type),
        "user": user_json(interaction.user),
        "authorizing_integration_owners": interaction.payload["authorizing_integration_owners"],
    }
    return message


def _told(interaction: Interaction, kind: int) -> Json:
    told: Json = {"id": str(interaction.id), "type": int(interaction.type)}
    resource: Json = {"type": kind}
    message = interaction.message
    if message is not None:
        told["response_message_id"] = str(message.id)
        told["response_message_loading"] = message.loading
        told["response_message_ephemeral"] = message.ephemeral
        if kind in (MESSAGE, THINKING, UPDATE):
            resource["message"] = message_json(message)
    return {"interaction": told, "resource": resource}
