"""Discord on 127.0.0.1, for tests: REST v10 and the gateway in one server, people to play, faults to make.

    async with FakeDiscord() as fake:                      # fake.api_url, fake.gateway_url, fake.token, fake.application_id
        ann = fake.person(1001, "Ann")                     # discord.http.Route.BASE and DiscordWebSocket.DEFAULT_GATEWAY must lead here
        general = fake.guild("Club", ann, admins=[ann]).channel("general")
        await fake.gateway.wait_connected()                # with no session events are lost, as on Discord
        asked = await ann.says(general, "hello", mention=True)
        answer = await general.wait_for("Hi")              # so many bot messages, a text, or a condition on the channel
        press = await ann.presses(answer, "Retry")         # an Interaction: await press.wait_response(), press.message, press.followups
        print(general.transcript(viewer=ann))

FakeDiscord(limits=, message_content=, heartbeat=, nonce_seconds=, promises=, seed=, token=, port=). fake.advance(seconds=, hours=) ages
nonces, interactions and ids. fake.application[...] changes what the application tells; fake.revoke_token(): 401 and 4004.
Places: dm(person), guild(name, *people, admins=, bot_in=) -> .channel(name) -> .thread(name, starter=, by=), group_dm(*people) without the
bot. To spoil one: bot_may_write / bot_may_see = False, dm.closed = True, fake.archives(thread, locked=True), fake.deletes_channel(channel).
People: says(place, text, reply_to=, mention=, mention_reply=, attachments=, sticker=, forwarded=), edits, unfurl, deletes, deletes_bulk,
removes_bot, adds_bot; slash(place, "edit", n=3), types(place, "open", "id", "7f") -> choices, menu(place, "Versions", message),
presses(message, label or id), presses_id(message, forged id), chooses(message, *labels or values). What Discord's client would not send
(a command that is not synced or not allowed there, a wrong option, a button that is off) is an AssertionError.
Interaction: .response (type, data), .message, .followups, .messages, .modal (.title, .values, .fields), .choices, .refused,
wait_response(), wait_message(text), submit(text or {custom_id: text}). person(..., installed=True) has the app in their account.
To look: channel.messages / from_bot / texts / last / everything (with deleted ones and notes) / typed, message.text / labels() / options()
/ history / reply_to / attachments / only_for / thread, fake.answers_to(message), fake.calls, fake.calls_of("create message") or
("POST /channels/{id}/messages"), fake.commands, fake.violations (what Discord would refuse, and promises not kept; refused with 400 too).
Gateway: cut(), reconnect() (op 7), forget_session() (op 9 at RESUME), invalidate(), mute(resume_heals=)/unmute() (half-dead: events are
lost), silence() (nothing comes, a RESUME replays it), acknowledges = False, accepts = False, shuffles = True (replay in wrong order),
repeat_last(), send_raw(name, data), close_with(code), heartbeat, start_limit.remaining; identifies, resumes, refused_resumes, heartbeats,
intents, connected, wait_connected().
Faults (faults.What), by name or route (routes.py): fake.faults.add("create message", error=503, after=True), ("edit message",
retry_after=3.0, times=2), ("*", cut=True, after=True, chance=0.1, times=None), ("callback", hang=True), (..., slow=2.0), (..., html=True),
(..., error=404, code=10008), (..., when=lambda call: call.body["content"] == "x", skip=1). discord.py itself retries 500, 502, 504 and 524
after 1, 3, 5 s, and webhook calls at every 5xx; it sleeps 5 s before every IDENTIFY but the first (before_identify_hook).
Limits: FakeDiscord(limits=Limits(per_channel=5, seconds=5.0, overall=50, html=False)) answers 429; fake.limits.refused counts.
"""

from tests.fakes.discord.faults import Fault, Faults
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.interactions import Choice, Interaction, Modal, Response
from tests.fakes.discord.limits import Limits
from tests.fakes.discord.params import Call
from tests.fakes.discord.people import Person
from tests.fakes.discord.places import Channel, Guild, Message, User
from tests.fakes.discord.server import TOKEN, FakeDiscord
from tests.fakes.discord.sessions import StartLimit

__all__ = [
    "TOKEN",
    "Call",
    "Channel",
    "Choice",
    "FakeDiscord",
    "Fault",
    "Faults",
    "Gateway",
    "Guild",
    "Interaction",
    "Limits",
    "Message",
    "Modal",
    "Person",
    "Response",
    "StartLimit",
    "User",
]
