"""Carries out a command: finds who does it, and asks first whether this person may, in a shared place."""

from __future__ import annotations

from bot.commands import edits, forget, general, lists, sessions, speaking, versions
from bot.commands.call import Call, Handler
from bot.replies import texts
from bot.rules.decision import Decision

HANDLERS: dict[str, Handler] = {
    "new": sessions.new,
    "fork": sessions.fork,
    "back": sessions.back,
    "end": sessions.end,
    "open": sessions.open_named,
    "confirm": sessions.confirm,
    "title": sessions.title,
    "delete": sessions.delete,
    "undelete": sessions.undelete,
    "history": lists.history,
    "sessions": lists.sessions,
    "page": lists.page,
    "edit": edits.edit,
    "retry": edits.retry_last,
    "undo": edits.undo_last,
    "stop": edits.stop_running,
    "version": versions.version,
    "versions": versions.versions,
    "ask": speaking.ask,
    "branch": speaking.branch,
    "continue": speaking.go_on,
    "help": general.help_,
    "start": general.start,
    "cancel": general.cancel,
    "forget": forget.forget,
    "erase": forget.erase,
}


async def perform(call: Call) -> Decision:
    """What the command changes and says."""
    if call.given.shared and call.command.admin_in_shared and not call.event.author.is_admin:
        return call.refuse(texts.ADMINS_ONLY)
    return await HANDLERS[call.command.name](call)
