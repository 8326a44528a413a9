"""/help, /start, /cancel, and what is said to a command that does not exist."""

from __future__ import annotations

from difflib import get_close_matches

from bot.changes import CloseQuestion
from bot.commands.call import Call
from bot.commands.catalog import BY_NAME, Command, visible
from bot.replies import texts
from bot.rules.decision import Decision


async def help_(call: Call) -> Decision:
    """All commands, or one in detail, from the catalogue."""
    name = call.args.split()[0].removeprefix("/").lower() if call.args else ""
    if not name:
        lines = "\n".join(f"- `{command.usage}`: {command.help}" for command in visible())
        return call.say(texts.HELP_HEAD.format(commands=lines, tail=texts.HELP_TAIL))
    command = BY_NAME.get(name)
    if command is None or command.hidden:
        return call.refuse(unknown(name))
    return call.say(_detail(command))


def _detail(command: Command) -> str:
    head = f"`{command.usage}`: {command.help}"
    options = "\n".join(f"- `{option.name}`: {option.help}" for option in command.options)
    more = texts.HELP_MORE.get(command.name, "")
    return "\n\n".join(part for part in (head, options, more) if part)


def unknown(name: str) -> str:
    """What to say to a command that does not exist, with the nearest one that does."""
    shown = "".join(letter for letter in name if letter.isalnum() or letter in "_-")[:32]
    near = get_close_matches(shown, [command.name for command in visible()], n=1, cutoff=0.6)
    hint = texts.DID_YOU_MEAN.format(name=near[0]) if near else texts.SEE_HELP
    return texts.NO_SUCH_COMMAND.format(name=texts.plain(shown), hint=hint)


async def start(call: Call) -> Decision:
    """A greeting. Telegram sends /start when a person opens the chat; what a link adds is not needed yet."""
    return call.say(texts.WELCOME.format(name=texts.plain(call.event.author.name)))


async def cancel(call: Call) -> Decision:
    """Closes an open question of the bot."""
    ask = call.given.found.ask
    if ask is None:
        return call.refuse(texts.NOTHING_OPEN)
    return Decision((CloseQuestion(ask.id),)) + call.say(texts.CLOSED_QUESTION)
