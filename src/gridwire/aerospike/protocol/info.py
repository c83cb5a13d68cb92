# SPDX-License-Identifier: Apache-2.0
"""The text protocol: names and commands in lines, values after a tab (notes, section 2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.proto import HEADER_BYTES, INFO, frame, kind_of
from gridwire.aerospike.protocol.texts import decode_text, encode_text

__all__ = ["InfoFailure", "encode_info", "failure_of", "read_info"]

# ERROR:4:text, FAIL:4:text, and the variants without a number.
_FAILURE = re.compile(
    r"(?:ERROR|FAIL)(?::(?P<code>\d*))?(?::(?P<text>.*))?\Z", re.IGNORECASE | re.DOTALL
)
_SERVER_ERROR = 1
# Codes have three; what is very long is no number that Python would read.
_CODE_DIGITS = 9


class InfoFailure(NamedTuple):
    """What a command was answered with instead of a value."""

    code: int
    text: str


def encode_info(names: Iterable[str]) -> bytes:
    """A request for values.

    Args:
        names: names and commands, without line ends.

    Raises:
        TypeError: one is not text.
        ValueError: one has a line end in it, which would make it two.
    """
    lines = []
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"an info command must be a str, not {type(name).__name__}")
        if "\n" in name:
            raise ValueError(f"an info command is one line: {name!r}")
        lines.append(f"{name}\n")
    return frame(INFO, encode_text("".join(lines)))


def read_info(message: bytes) -> dict[str, str]:
    """The values of an answer by the line that asked for them.

    Args:
        message: the answer with its frame's header.

    Raises:
        ProtocolError: it is not an answer of this protocol.
    """
    if kind_of(message) != INFO:
        raise ProtocolError(f"not an info answer: {message[:8].hex()}")
    values: dict[str, str] = {}
    text = decode_text(message[HEADER_BYTES:])
    for line in text.split("\n"):
        if line:
            name, _, value = line.partition("\t")
            values[name] = value
    return values


def failure_of(value: str) -> InfoFailure | None:
    """What an answer says went wrong, None if it is a value.

    Args:
        value: the text after the tab.
    """
    match = _FAILURE.match(value)
    if match is None:
        return None
    code = match["code"]
    return InfoFailure(
        int(code[:_CODE_DIGITS]) if code else _SERVER_ERROR, (match["text"] or value).strip()
    )
