# SPDX-License-Identifier: Apache-2.0
"""The response that says that a request failed.

It has type 0 whatever the request was, and a list of holders: the error, then its causes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.protocol.decoders import decoder
from gridwire.hazelcast.protocol.encoders import encoder
from gridwire.hazelcast.protocol.frames import UNFRAGMENTED
from gridwire.hazelcast.protocol.notation import parse_fields
from gridwire.hazelcast.protocol.plans import Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridwire.hazelcast.protocol.frames import Buffer

__all__ = ["ERROR_TYPE", "decode_error", "encode_error"]

ERROR_TYPE = 0
"""The message type of an error response."""

_PLAN = Plan(
    "response", "error response", ERROR_TYPE, UNFRAGMENTED, parse_fields("errors:List[ErrorHolder]")
)
_encode = encoder(_PLAN)
_decode = decoder(_PLAN)


def encode_error(correlation_id: int, holders: Sequence[Any]) -> bytearray:
    """Write an error response.

    Args:
        correlation_id: that of the request.
        holders: `customs.ErrorHolder` or objects with the same attributes.

    Returns:
        The message.
    """
    message = _encode(correlation_id, 0, holders)
    assert isinstance(message, bytearray)
    return message


def decode_error(buffer: Buffer) -> list[Any]:
    """Read an error response.

    Args:
        buffer: the whole message.

    Returns:
        `customs.ErrorHolder` of the error, then those of its causes.

    Raises:
        ProtocolError: the bytes are not an error response.
    """
    holders: list[Any] = _decode(buffer)
    return holders
