"""The smallest bot that streams: discord.py and the openai SDK as they come, an edit a second, nothing stored."""

from __future__ import annotations

import contextlib
import os
import time

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from openai import AsyncOpenAI

PREVIEW_EVERY = 1.0  # seconds

client = AsyncOpenAI()  # reads OPENAI_API_KEY and OPENAI_BASE_URL


class Baseline(discord.Client):
    """Answers direct messages, and messages that mention it."""

    async def on_message(self, message: discord.Message) -> None:
        """Sends a placeholder, edits it each second, and once more at the end."""
        if message.author.bot or not (message.guild is None or self.user in message.mentions):
            return
        post = await message.channel.send("…")
        text, shown_at = "", time.monotonic()
        stream = await client.chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": message.content}], stream=True
        )
        async for chunk in stream:
            text += chunk.choices[0].delta.content or "" if chunk.choices else ""
            if text.strip() and time.monotonic() - shown_at >= PREVIEW_EVERY:
                with contextlib.suppress(discord.HTTPException):
                    await post.edit(content=text)
                shown_at = time.monotonic()
        with contextlib.suppress(discord.HTTPException):
            await post.edit(content=text)


def main() -> None:
    Route.BASE = os.environ["DISCORD_API_URL"]
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
    Baseline(intents=discord.Intents.default(), allowed_mentions=discord.AllowedMentions.none()).run(os.environ["DISCORD_TOKEN"])


if __name__ == "__main__":
    main()
