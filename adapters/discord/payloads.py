"""What every message of the bot says beside its words: nobody is pinged, links show no previews, a key makes it one."""

from __future__ import annotations

import hashlib
from typing import Final

from adapters.discord.components import components_of
from adapters.discord.forms import Json
from bot.posts import File, Part

SUPPRESS_EMBEDS: Final = 1 << 2
EPHEMERAL: Final = 1 << 6
LOADING: Final = 1 << 7


def shown(part: Part, *, private: bool = False) -> Json:
    """The message as it is sent and edited (U12, X11)."""
    return {**words(part.text, private=private), "components": components_of(part)}


def words(text: str, *, private: bool = False) -> Json:
    """A message without buttons."""
    return {"content": text, "allowed_mentions": {"parse": []}, "flags": SUPPRESS_EMBEDS | (EPHEMERAL if private else 0)}


def files_of(part: Part) -> tuple[File, ...]:
    """What goes with the message."""
    return (part.file,) if part.file is not None else ()


def nonce_of(salt: str, key: str) -> str:
    """The same for the same key; other databases have other ones. Discord takes 25 characters (P34)."""
    return hashlib.blake2b((salt + key).encode(), digest_size=12).hexdigest()
