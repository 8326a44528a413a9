"""Everything that servers of the OpenAI API were seen to do wrong, each under the number of its row in the list of faults.

server.script(FAULTS["m4_clean_end_without_finish"].step)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.errors import ModelErrorKind
from tests.fakes.openai_script import DONE, ROLE, Raw, Refusal, Reply, Step, chunk, error_body, event, stream

HTML = "<!DOCTYPE html><html><head><title>502</title></head><body>Bad gateway sk-canary-0123456789</body></html>"
COMMENT = b": OPENROUTER PROCESSING\n\n"


@dataclass(frozen=True, slots=True)
class Fault:
    """What the server does, and what a model must make of it: an error of this kind, or (with "") a whole answer. `text` is what may be
    shown of it, None where that depends on timing. `awaits`: the deadline that has to pass for it, if any: all others may be ample."""

    step: Step
    kind: ModelErrorKind | str
    text: str | None = ""
    retry_after: float | None = None
    awaits: Literal["", "first_token", "gap"] = ""


def refusal(status: int, code: str, message: str, **headers: str) -> Refusal:
    return Refusal(status, error_body(message, code=code), {name.replace("_", "-"): value for name, value in headers.items()})


def _begun(*rest: bytes | float, end: str = "whole", content_type: str = "text/event-stream") -> Raw:
    return Raw((ROLE, chunk("Half "), chunk("an"), *rest), end=end, content_type=content_type)  # type: ignore[arg-type]


TOO_LONG = {
    "openai": refusal(400, "context_length_exceeded", "This model's maximum context length is 8192 tokens."),
    "llama_cpp": Refusal(
        400, {"error": {"code": 400, "message": "the request exceeds the context size", "type": "exceed_context_size_error"}}
    ),
    "vllm": Refusal(
        400, {"object": "error", "message": "'max_tokens' is too large. The model's maximum context length is 512", "code": 400}
    ),
    "anthropic": Refusal(400, error_body("prompt is too long: 210000 tokens > 200000 maximum")),
    "gemini": Refusal(400, error_body("The input token count (2) exceeds the maximum number of tokens allowed (1).")),
    "plain": Refusal(500, "input is too long for the context window", content_type="text/plain"),
}

FAULTS: dict[str, Fault] = {
    "m1_nothing_comes": Fault(Raw((), end="hang"), "timeout", awaits="first_token"),
    "m1_no_headers": Fault(Raw((), headers_after=30), "timeout", awaits="first_token"),
    "m1_silence_in_the_middle": Fault(_begun(end="hang"), "timeout", "Half an", awaits="gap"),
    "m2_slow_first_token": Fault(Reply("Late but whole", first_token_after=0.1), "", "Late but whole"),
    "m3_cut_by_fin": Fault(_begun(end="fin"), "interrupted", "Half an"),
    "m3_cut_by_rst": Fault(_begun(end="rst"), "interrupted", "Half an"),
    "m4_clean_end_without_finish": Fault(_begun(), "interrupted", "Half an"),
    "m4_clean_end_before_a_word": Fault(Raw((ROLE,)), "interrupted"),
    "m4_ollama_done_without_finish": Fault(_begun(DONE), "", "Half an"),
    "m4_finish_without_done": Fault(_begun(chunk({}, "stop")), "", "Half an"),
    "m4_rst_after_the_finish": Fault(_begun(chunk({}, "stop"), end="rst"), "", "Half an"),
    "m4_last_event_without_blank_line": Fault(_begun(chunk({}, "stop").rstrip()), "", "Half an"),
    "m5_broken_json": Fault(_begun(b'data: {"choices": [{"del\n\n'), "malformed", "Half an"),
    "m5_no_object": Fault(_begun(b"data: 42\n\n"), "malformed", "Half an"),
    "m5_deep_json": Fault(_begun(b"data: " + b"[" * 200_000 + b"\n\n"), "malformed", "Half an"),
    "m6_wrong_encoding": Fault(_begun(b'data: {"choices":[{"index":0,"delta":{"content":"caf\xe9"}}]}\n\n'), "malformed", "Half an"),
    "m7_error_object": Fault(_begun(event(error_body("boom", type="server_error"))), "overloaded", "Half an"),
    "m7_error_text": Fault(_begun(event({"error": "boom"})), "interrupted", "Half an"),
    "m7_error_named_event": Fault(_begun(b"event: error\n" + event({"message": "boom"})), "interrupted", "Half an"),
    "m7_error_code": Fault(_begun(event({"error": {"code": 429, "message": "slow down"}})), "rate_limited", "Half an"),
    "m7_error_code_as_text": Fault(Raw((event({"error": {"code": "402", "message": "credits"}}),)), "unpaid"),
    "m7_error_before_a_word": Fault(Raw((event({"error": "boom"}),)), "overloaded"),
    "m7_finish_error": Fault(_begun(chunk({}, "error"), DONE), "interrupted", "Half an"),
    "m8_page_with_status_200": Fault(Raw((HTML.encode(),), content_type="text/html"), "malformed"),
    "m8_page_as_event_stream": Fault(Raw((HTML.encode(),)), "malformed"),
    "m8_error_json_with_status_200": Fault(
        Raw((b'{"error":{"message":"x","code":"rate_limit_exceeded"}}',), content_type="application/json"), "rate_limited"
    ),
    "m8_other_json_with_status_200": Fault(Raw((b'{"status":"ok"}',), content_type="application/json"), "malformed"),
    "m8_broken_json_with_status_200": Fault(Raw((b'{"status":',), content_type="application/json"), "malformed"),
    "m8_answer_in_one_document": Fault(
        Raw((b'{"choices":[{"message":{"content":"All at once"},"finish_reason":"stop"}]}',), content_type="application/json"),
        "",
        "All at once",
    ),
    "m8_stream_called_json": Fault(Raw((stream("Well"),), content_type="application/json"), "", "Well"),
    "m8_empty_body": Fault(Raw(()), "malformed"),
    "m9_empty_answer": Fault(Raw((stream(),)), "empty"),
    "m9_blank_answer": Fault(Raw((stream(" ", "\n", "\u200b"),)), "empty", None),
    "m10_choices_null": Fault(Raw((event({"choices": None}), stream("Well"))), "", "Well"),
    "m10_choices_empty": Fault(Raw((event({"choices": []}), event({}), stream("Well"))), "", "Well"),
    "m10_choice_odd": Fault(Raw((event({"choices": ["a", 1]}), event({"choices": {"a": 1}}), stream("Well"))), "", "Well"),
    "m10_delta_null": Fault(Raw((chunk(None), event({"choices": [{"index": 0}]}), stream("Well"))), "", "Well"),
    "m10_content_null": Fault(Raw((chunk({"content": None}), chunk({"content": 7}), stream("Well"))), "", "Well"),
    "m10_content_as_parts": Fault(Raw((chunk({"content": [{"type": "text", "text": "Well"}, 5]}), stream())), "", "Well"),
    "m11_filtered_at_once": Fault(Raw((stream(finish="content_filter"),)), "filtered"),
    "m11_filtered_in_the_middle": Fault(Raw((stream("Well", finish="content_filter"),)), "", "Well"),
    "m11_azure_filter": Fault(Raw((stream("Well", finish=None, done=False), chunk(None, "content_filter"), DONE)), "", "Well"),
    "m11_refused_prompt": Fault(refusal(400, "content_filter", "The response was filtered"), "filtered"),
    "m12_length": Fault(Raw((stream("Well", finish="length"),)), "", "Well"),
    "m12_length_before_a_word": Fault(Raw((chunk({"reasoning": "hm"}), stream(finish="length"))), "empty"),
    **{f"m13_too_long_{name}": Fault(step, "context_too_long") for name, step in TOO_LONG.items()},
    "m14_bad_key": Fault(refusal(401, "invalid_api_key", "Incorrect API key provided: sk-canary-0123456789"), "refused"),
    "m14_forbidden": Fault(Refusal(403, HTML), "forbidden"),
    "m15_unpaid": Fault(refusal(402, "insufficient_credits", "Insufficient credits"), "unpaid"),
    "m15_quota": Fault(refusal(429, "insufficient_quota", "You exceeded your current quota"), "unpaid"),
    "m16_no_such_model": Fault(refusal(404, "model_not_found", "The model `x` does not exist"), "no_such_model"),
    "m16_no_such_model_400": Fault(Refusal(400, error_body("x is not a valid model ID")), "no_such_model"),
    "m17_rate_limit": Fault(refusal(429, "rate_limit_exceeded", "Slow down", Retry_After="2"), "rate_limited", retry_after=2.0),
    "m17_rate_limit_ms": Fault(refusal(429, "x", "Slow", retry_after_ms="1500", Retry_After="9"), "rate_limited", retry_after=1.5),
    "m17_rate_limit_without_time": Fault(refusal(429, "x", "Slow", Retry_After="soon"), "rate_limited"),
    "m18_long_wait": Fault(refusal(429, "rate_limit_exceeded", "Slow down", Retry_After="600"), "rate_limited", retry_after=600.0),
    "m18_long_wait_as_date": Fault(
        refusal(429, "rate_limit_exceeded", "Slow down", Retry_After="Sun, 01 Nov 2026 12:10:00 GMT"), "rate_limited", retry_after=600.0
    ),
    **{f"m19_status_{status}": Fault(refusal(status, "server_error", "boom"), "overloaded") for status in (500, 502, 503, 529)},
    "m19_error_page": Fault(Refusal(502, HTML), "overloaded"),
    "m19_large_error_page": Fault(Refusal(500, HTML * 20_000), "overloaded"),
    "m20_only_comments": Fault(Raw((COMMENT, 0.02), repeat=True), "timeout", awaits="first_token"),
    "m20_only_empty_chunks": Fault(Raw((ROLE, 0.02), repeat=True), "timeout", awaits="first_token"),
    "m20_comments_in_the_middle": Fault(
        Raw((COMMENT, chunk("Half "), COMMENT, COMMENT, chunk("an"), *((0.03, COMMENT) * 300)), end="hang"),
        "timeout",
        "Half an",
        awaits="gap",
    ),
    "m21_never_ending": Fault(Raw((chunk("more and more " * 64), 0.0), repeat=True), "", None),
    "m22_long_answer": Fault(Reply(pieces=("word " * 10,) * 10_000), "", "word " * 100_000),
    "m23_lone_surrogate": Fault(Raw((event('{"choices":[{"delta":{"content":"a\\ud83d b"}}]}'), stream())), "", "a\ufffd b"),
    "m23_lone_surrogate_last": Fault(Raw((event('{"choices":[{"delta":{"content":"a\\ud83d"}}]}'), stream())), "", "a\ufffd"),
    "m23_pair_in_two_chunks": Fault(
        Raw(
            (
                event('{"choices":[{"delta":{"content":"a\\ud83d"}}]}'),
                event('{"choices":[{"delta":{"content":"\\ude00b"}}]}'),
                stream(),
            )
        ),
        "",
        "a😀b",
    ),
    "m24_nul": Fault(Raw((event('{"choices":[{"delta":{"content":"a\\u0000b"}}]}'), stream())), "", "ab"),
    "m25_reasoning_content": Fault(Raw((chunk({"reasoning_content": "secret", "content": None}), stream("Well"))), "", "Well"),
    "m25_reasoning": Fault(
        Raw((chunk({"reasoning": "secret", "reasoning_details": [{"text": "secret"}], "content": ""}), stream("Well"))), "", "Well"
    ),
    "m25_think_inline": Fault(Raw((stream("<thi", "nk>sec", "ret</th", "ink>\n", "\nWell", " <think>"),)), "", "Well <think>"),
    "m25_think_never_closed": Fault(Raw((stream("<think>", "secret"),)), "empty"),
    "m25_thinking_parts": Fault(
        Raw((chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "secret"}]}]}), stream("Well"))), "", "Well"
    ),
    "m25_tool_calls": Fault(
        Raw((chunk({"tool_calls": [{"index": 0, "function": {"name": "secret", "arguments": "{}"}}]}), stream(finish="tool_calls"))),
        "empty",
    ),
    "m25_other_fields": Fault(
        Raw((chunk({"refusal": None, "audio": {"transcript": "secret"}, "thoughts": "secret"}), stream("Well"))), "", "Well"
    ),
    "m26_large_event": Fault(Raw((b"data: ", *(b"x" * 1_000_000,) * 20, b"\n\n", stream("Well"))), "malformed"),
}
