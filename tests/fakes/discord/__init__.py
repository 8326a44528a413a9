"""Discord on 127.0.0.1."""

from tests.fakes.discord.faults import Fault, Faults
from tests.fakes.discord.gateway import Gateway, StartLimit
from tests.fakes.discord.interactions import Choice, Interaction, Modal, Response
from tests.fakes.discord.limits import Limits
from tests.fakes.discord.params import Call
from tests.fakes.discord.people import Person
from tests.fakes.discord.places import Channel, Guild, Message, User
from tests.fakes.discord.server import TOKEN, FakeDiscord

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
