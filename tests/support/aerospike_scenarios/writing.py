# SPDX-License-Identifier: Apache-2.0
"""How lines are written: every client's values, keys and lifetimes in the same words."""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple

__all__ = ["SET", "Given", "Note", "digest_of", "plain", "rounded"]

_LONGEST_TEXT = 160
"""Characters of a value that a line shows; of what is longer, its length and hash."""

_NEVER = 0xFFFFFFFF


class Note(NamedTuple):
    """What came of one step.

    Attributes:
        step: what was asked.
        text: what came; empty where nothing can.
    """

    step: str
    text: str = ""

    @property
    def line(self) -> str:
        """Both, as they are written down."""
        return f"{self.step} {self.text}".rstrip()


class Given:
    """A key that is passed on as it is, or a value of a class that each client has its own of."""

    def __init__(self, value: Any, kind: str = "key", text: str | None = None) -> None:
        self.value = value
        self.kind = kind
        self.text = text


SET = Given("", "set", "SET")
"""Stands for the scenario's set in arguments."""


def digest_of(namespace: str, set_name: str, user_key: Any) -> bytes:
    """What the official client makes of a key; nothing where it has no function for it."""
    if isinstance(user_key, bytes):
        user_key = _text_of(user_key)
    if not set_name or not isinstance(user_key, str | int) or "\0" in str(user_key):
        return b""
    # Not at the top: the scenarios are counted, and left out, where there is no such client.
    import aerospike

    return bytes(aerospike.calc_digest(namespace, set_name, user_key))


def _text_of(data: bytes) -> str | None:
    """Bytes have the digest of the text that they are, if they are one."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def rounded(seconds: int) -> str:
    """Up to tens, since seconds may pass between a write and a read."""
    return "never" if seconds == _NEVER else f"to {-(-seconds // 10) * 10}"


def plain(value: Any) -> str:
    """Write a value as every client writes it."""
    text = _text(value)
    if len(text) <= _LONGEST_TEXT:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    return f"{text[:24]}... ({len(text)} characters, {digest})"


def _text(value: Any) -> str:
    if isinstance(value, Given):
        return value.text or f"a {value.kind} value"
    kind = type(value).__name__
    if kind in {"GeoJSON", "Geospatial"}:
        data = getattr(value, "geo_data", None) or json.loads(value)
        return f"geo({json.dumps(data, sort_keys=True)})"
    if kind in {"HLL", "HyperLogLog"}:
        return f"hll({bytes(value).hex()})"
    if isinstance(value, dict):
        items = sorted(f"{_text(name)}: {_text(item)}" for name, item in value.items())
        return "{" + ", ".join(items) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    return repr(value)
