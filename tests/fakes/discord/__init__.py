"""Discord on 127.0.0.1."""

from tests.fakes.discord.faults import Fault, Faults
from tests.fakes.discord.limits import Limits
from tests.fakes.discord.params import Call
from tests.fakes.discord.people import Person
from tests.fakes.discord.places import Channel, Guild, Message, User
from tests.fakes.discord.server import TOKEN, FakeDiscord

__all__ = ["TOKEN", "Call", "Channel", "FakeDiscord", "Fault", "Faults", "Guild", "Limits", "Message", "Person", "User"]
