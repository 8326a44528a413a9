"""A message with files as a multipart form, the JSON beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from bot.posts import File

Json = dict[str, Any]


def form_of(payload: Json, files: Sequence[File]) -> list[Json]:
    """The fields in the shape in which the library takes them."""
    told = {**payload, "attachments": [{"id": number, "filename": file.name} for number, file in enumerate(files)]}
    fields: list[Json] = [{"name": "payload_json", "value": json.dumps(told), "content_type": "application/json"}]
    for number, file in enumerate(files):
        fields.append({"name": f"files[{number}]", "value": file.data, "filename": file.name, "content_type": "application/octet-stream"})
    return fields
