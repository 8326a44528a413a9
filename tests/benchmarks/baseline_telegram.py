"""The smallest bot that streams: python-telegram-bot and the openai SDK as they come, an edit a second, nothing stored."""

from __future__ import annotations

import contextlib
import os
import time

from openai import AsyncOpenAI
from telegram import Update
from telegram.error import TelegramError
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters

PREVIEW_EVERY = 1.0  # seconds

client = AsyncOpenAI()  # reads OPENAI_API_KEY and OPENAI_BASE_URL


async def answer(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Sends a placeholder, edits it each second, and once more at the end."""
    if update.message is None or update.message.text is None:
        return
    post = await update.message.reply_text("…")
    text, shown_at = "", time.monotonic()
    stream = await client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": update.message.text}], stream=True
    )
    async for chunk in stream:
        text += chunk.choices[0].delta.content or "" if chunk.choices else ""
        if text.strip() and time.monotonic() - shown_at >= PREVIEW_EVERY:
            with contextlib.suppress(TelegramError):
                await post.edit_text(text)
            shown_at = time.monotonic()
    with contextlib.suppress(TelegramError):
        await post.edit_text(text)


def main() -> None:
    builder = ApplicationBuilder().token(os.environ["TELEGRAM_TOKEN"]).base_url(os.environ["TELEGRAM_API_URL"] + "/bot")
    app = builder.concurrent_updates(True).build()
    app.add_handler(MessageHandler(filters.TEXT & filters.UpdateType.MESSAGE, answer))
    app.run_polling()


if __name__ == "__main__":
    main()
