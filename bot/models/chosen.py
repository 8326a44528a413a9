"""Which model answers, as the settings say: one behind the OpenAI API, or the demo. Each is imported when it is made."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.config import Settings
from bot.models.steady import PreparedModel, SteadyModel
from bot.ports import Clock

PREPARE_AFTER = 1.0
"""Seconds after the start until the model's library is loaded: platforms come first, and the first answer need not wait either."""


def is_there(settings: Settings) -> bool:
    """Whether a language model was set up."""
    return settings.openai_api_key is not None or settings.openai_base_url is not None


def line(settings: Settings) -> str:
    """What answers, for the operator."""
    if not is_there(settings):
        return (
            "Model: the built-in demo answers, which is no language model; set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own."
        )
    where = urlsplit(settings.openai_base_url).hostname if settings.openai_base_url else "OpenAI"
    instead = f", or {settings.parley_fallback_model}" if settings.parley_fallback_model else ""
    return f"Model: {settings.parley_model}{instead} at {where}."


def model(settings: Settings, clock: Clock) -> PreparedModel:
    """The model; closed by the caller."""
    if not is_there(settings):
        from bot.models.demo import DemoModel  # noqa: PLC0415 - for a quick start

        return DemoModel(clock)
    from bot.models.openai import OpenAIModel  # noqa: PLC0415
    from bot.models.patience import Deadlines  # noqa: PLC0415

    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
    headers = {name: value.get_secret_value() for name, value in settings.openai_headers.items()}
    model = OpenAIModel(key, settings.openai_base_url or "", headers, Deadlines(), clock=clock, model=settings.parley_model)
    return SteadyModel(model, clock, settings.parley_fallback_model)


async def prepare(made: PreparedModel, clock: Clock) -> None:
    """Loads its library ahead, a little after the start."""
    await clock.sleep(PREPARE_AFTER)
    await made.prepare()
