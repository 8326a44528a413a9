"""People to play: what they write, edit and delete becomes an event of the very shape that Discord sends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.fakes.discord.acting import choose, press, start, target_data
from tests.fakes.discord.filling import Value, command_in, slash_data
from tests.fakes.discord.interactions import Asked, Choice, Interaction
from tests.fakes.discord.places import Channel, Guild, Message, Somebody, User
from tests.fakes.discord.refusals import Json
from tests.fakes.discord.shapes import guild_json, stamp
from tests.fakes.discord.world import World
from tests.fakes.discord.writing import store

Sent = tuple[str, bytes] | tuple[str, bytes, str]


@dataclass(slots=True, eq=False)
class Person(Somebody):
    """Somebody with an account."""

    world: World
    user: User

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    async def says(
        self,
        place: Channel,
        text: str,
        *,
        reply_to: Message | None = None,
        mention: bool = False,
        mention_reply: bool = True,
        attachments: Sequence[Sent] = (),
        sticker: str = "",
        forwarded: str = "",
    ) -> Message:
        """Writes; returns at once. `mention` puts <@bot> before it, `mention_reply` pings who is replied to, `attachments` are
        (name, bytes[, mime type]), `sticker` its name, `forwarded` the text of a message that is sent on (then `text` should be empty)."""
        world = self.world
        message = Message(world.new_id(), place, self.user, world.now(), f"<@{world.bot.id}> {text}" if mention else text)
        self._mention(message, reply_to if mention_reply else None)
        if reply_to is not None:
            message.reply_to, message.type = reply_to, 19
        message.attachments = [store(world, place, sent[1], sent[0], sent[2] if len(sent) > 2 else "") for sent in attachments]
        if sticker:
            message.extra["sticker_items"] = [{"id": str(world.new_id()), "name": sticker, "format_type": 1}]
        if forwarded:
            message.extra |= _forwarded(world, place, forwarded)
        return world.add(message)

    def _mention(self, message: Message, replied: Message | None) -> None:
        users = self.world.users.values()
        message.mentions = [user for user in users if f"<@{user.id}>" in message.text or f"<@!{user.id}>" in message.text]
        if replied is not None and replied.author not in message.mentions:
            message.mentions.append(replied.author)

    async def edits(self, message: Message, text: str) -> None:
        """Changes a message of theirs."""
        message.text = text
        self._mention(message, message.reply_to if message.reply_to and message.reply_to.author in message.mentions else None)
        message.edit_date = self.world.now()
        message.history.append((message.edit_date, text))
        self.world.tell_message("MESSAGE_UPDATE", message)
        self.world.changed(message)

    async def unfurl(self, message: Message, title: str = "A page") -> None:
        """Discord shows what a link leads to: an update with embeds alone, which nobody edited."""
        message.embeds.append({"type": "link", "title": title, "url": "https://example.org/"})
        self.world.tell_message("MESSAGE_UPDATE", message)

    async def deletes(self, *messages: Message) -> None:
        """Takes messages away, each with its own event."""
        for message in messages:
            self.world.remove(message)

    async def deletes_bulk(self, *messages: Message) -> None:
        """Takes messages of one place away, with one event for all."""
        place = messages[0].place
        for message in messages:
            message.deleted = True
        body: Json = {"ids": [str(message.id) for message in messages], "channel_id": str(place.id)}
        if place.guild is not None:
            body["guild_id"] = str(place.guild.id)
        self.world.tell(place, "MESSAGE_DELETE_BULK", body)
        place.changed()

    async def removes_bot(self, guild: Guild) -> None:
        """Kicks the bot."""
        self.world.tell_guild(guild, "GUILD_DELETE", {"id": str(guild.id)})
        guild.bot_in = False

    async def adds_bot(self, guild: Guild) -> None:
        guild.bot_in = True
        self.world.tell_guild(guild, "GUILD_CREATE", guild_json(guild, self.world.bot))

    # Commands and components. Each returns at once; what the bot answers is seen on the Interaction.

    async def slash(self, place: Channel, name: str, /, **options: Value) -> Interaction:
        """Gives a slash command; subcommands after a space ("branch new"). AssertionError for what Discord would not let them send."""
        head, *words = name.split()
        command = command_in(self.world, self.user, place, head, 1)
        return start(self.world, Asked.COMMAND, self.user, place, slash_data(self.world, command, words, options))

    async def types(self, place: Channel, name: str, option: str, text: str, /, **options: Value) -> list[Choice]:
        """Types in an option with autocomplete, and waits for what is offered."""
        head, *words = name.split()
        command = command_in(self.world, self.user, place, head, 1)
        data = slash_data(self.world, command, words, {**options, option: text}, option)
        interaction = start(self.world, Asked.AUTOCOMPLETE, self.user, place, data)
        await interaction.wait_response()
        return interaction.choices

    async def menu(self, place: Channel, name: str, target: Message | Person) -> Interaction:
        """Chooses an app command in the menu of a message or a person."""
        command = command_in(self.world, self.user, place, name, 3 if isinstance(target, Message) else 2)
        thing = target if isinstance(target, Message) else target.user
        return start(self.world, Asked.COMMAND, self.user, place, target_data(self.world, command, place, thing))

    async def presses(self, message: Message, button: str) -> Interaction:
        """Presses the button with this label or custom id. AssertionError when there is none such, or it is off."""
        return press(self.world, self.user, message, str(message.button(button)["custom_id"]))

    async def presses_id(self, message: Message, custom_id: str) -> Interaction:
        """Presses with any custom id, as an old or a forged button would."""
        return press(self.world, self.user, message, custom_id)

    async def chooses(self, message: Message, *options: str) -> Interaction:
        """Chooses options in a select, by label or value."""
        return choose(self.world, self.user, message, options)


def _forwarded(world: World, place: Channel, text: str) -> Json:
    copied: Json = {"content": text, "embeds": [], "attachments": [], "timestamp": stamp(world.now()), "edited_timestamp": None}
    copied |= {"flags": 0, "mentions": [], "mention_roles": [], "type": 0, "components": []}
    reference = {"type": 1, "channel_id": str(place.id), "message_id": str(world.new_id())}
    return {"message_reference": reference, "message_snapshots": [{"message": copied}]}
