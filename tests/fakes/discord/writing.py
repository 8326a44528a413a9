"""What the bot writes: one way for channel messages, first responses and followups to become a message, be changed, and be checked."""

from __future__ import annotations

from itertools import count

from tests.fakes.discord.checks import is_empty, message_problems, nonce_problems, promise_problems
from tests.fakes.discord.params import Call
from tests.fakes.discord.pieces import walk
from tests.fakes.discord.places import COMPONENTS_V2, EPHEMERAL, LOADING, SPOKEN, SUPPRESS_EMBEDS, Channel, File, Message
from tests.fakes.discord.refusals import Json, Refusal, invalid_form
from tests.fakes.discord.world import World

KEPT_FLAGS = SUPPRESS_EMBEDS | COMPONENTS_V2 | EPHEMERAL | 1 << 12


def refuse(world: World, call: Call, problems: list[str]) -> None:
    """Records problems as violations and raises Refusal for them."""
    if problems:
        world.violations += [f"{call.name}: {problem}" for problem in problems]
        raise invalid_form(problems)


def checked(world: World, call: Call, body: Json, *, fresh: bool, nonce: bool = False) -> None:
    """Raises Refusal for what Discord refuses in a message, and for promises that are not kept."""
    problems = message_problems(body)
    if world.promises:
        problems += promise_problems(body, fresh=fresh)
        if nonce:
            problems += nonce_problems(body)
    refuse(world, call, problems)
    if fresh and is_empty(body, len(call.files)):
        world.violations.append(f"{call.name}: content empty")
        raise Refusal(400, 50006, "Cannot send an empty message")


def post(world: World, call: Call, place: Channel, body: Json) -> Message:
    """Makes the message that the body says, not yet put into its place."""
    message = Message(world.new_id(), place, world.bot, world.now(), (body.get("content") or "").strip())
    message.flags = int(body.get("flags") or 0) & KEPT_FLAGS
    message.embeds = body.get("embeds") or []
    message.components = numbered(body.get("components") or [])
    message.nonce = str(body.get("nonce") or "")
    message.attachments = _files(world, call, place, body)
    _refer(world, message, body)
    _mention(world, message, body.get("allowed_mentions"))
    return message


def rewrite(world: World, call: Call, message: Message, body: Json) -> Message:
    """Changes a message as the body says; a loading one becomes what it was waiting for, which is no edit."""
    after: Json = {"content": message.text, "embeds": message.embeds, "components": message.components}
    after |= {key: body[key] for key in after if key in body}
    kept = [file for file in message.attachments if _stays(file, body)]
    if is_empty(after, len(kept) + len(call.files)):
        world.violations.append(f"{call.name}: content empty")
        raise Refusal(400, 50006, "Cannot send an empty message")
    message.text = (after["content"] or "").strip()
    message.embeds, message.components = after["embeds"] or [], numbered(after["components"] or [])
    message.attachments = kept + _files(world, call, message.place, body)
    if body.get("flags") is not None:
        message.flags = message.flags & ~SUPPRESS_EMBEDS | int(body["flags"]) & (SUPPRESS_EMBEDS | COMPONENTS_V2)
    if "allowed_mentions" in body:
        _mention(world, message, body["allowed_mentions"])
    if message.loading:
        message.flags &= ~LOADING
        message.history.clear()
    else:
        message.edit_date = world.now()
    message.history.append((world.now(), message.text))
    world.tell_message("MESSAGE_UPDATE", message)
    world.changed(message)
    return message


def create(world: World, call: Call, place: Channel) -> Message:
    """POST to a channel, with the nonce as the key that makes it once."""
    checked(world, call, call.body, fresh=True, nonce=True)
    nonce = str(call.body.get("nonce") or "")
    if nonce and call.body.get("enforce_nonce"):
        earlier = world.nonces.get((place.id, nonce))
        if earlier is not None and world.now() - earlier[1] < world.nonce_seconds:
            return earlier[0]
    message = post(world, call, place, call.body)
    if nonce:
        world.nonces[place.id, nonce] = (message, world.now())
    return world.add(message)


def numbered(components: list[Json]) -> list[Json]:
    """Gives every component the id that Discord gives to those that have none."""
    numbers = count(1)
    for piece in walk(components):
        piece.setdefault("id", next(numbers))
    return components


def _stays(file: File, body: Json) -> bool:
    return "attachments" not in body or any(str(kept.get("id")) == str(file.id) for kept in body["attachments"] or ())


def _files(world: World, call: Call, place: Channel, body: Json) -> list[File]:
    told = {str(one.get("id")): one for one in body.get("attachments") or ()}
    out = []
    for upload in call.files:
        name = told.get(str(upload.number), {}).get("filename") or upload.name
        out.append(store(world, place, upload.data, name))
    return out


def store(world: World, place: Channel, data: bytes, name: str, mime_type: str = "", size: int = 0) -> File:
    """Keeps a file where its link leads."""
    kind = mime_type or ("text/plain; charset=utf-8" if name.endswith((".txt", ".md", ".py")) else "application/octet-stream")
    file = File(world.new_id(), name, data, kind, size)
    path = f"/attachments/{place.id}/{file.id}/{name}"
    file.url = world.base + path
    world.files[path] = file
    return file


def _refer(world: World, message: Message, body: Json) -> None:
    reference = body.get("message_reference")
    if not reference:
        return
    target = message.place.everything.get(int(reference["message_id"]))
    if target is None or target.deleted or target.only_for is not None:
        if reference.get("fail_if_not_exists", True):
            raise invalid_form(["Unknown message"], "message_reference", "REPLIES_UNKNOWN_MESSAGE")
        return
    if target.type not in SPOKEN:
        raise invalid_form(["Cannot reply to a system message"], "message_reference", "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE")
    message.reply_to, message.type = target, 19


def _mention(world: World, message: Message, allowed: Json | None) -> None:
    """Who is pinged: without allowed_mentions everybody that is named and who is replied to, as on Discord."""
    rules: Json = allowed if allowed is not None else {"parse": ["users", "roles", "everyone"], "replied_user": True}
    may = {int(user) for user in rules.get("users") or ()}
    named = [user for user in world.users.values() if f"<@{user.id}>" in message.text or f"<@!{user.id}>" in message.text]
    message.mentions = [user for user in named if "users" in rules.get("parse", ()) or user.id in may]
    if message.reply_to is not None and rules.get("replied_user") and message.reply_to.author not in message.mentions:
        message.mentions.append(message.reply_to.author)
