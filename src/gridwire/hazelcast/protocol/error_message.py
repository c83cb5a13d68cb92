# SPDX-License-Identifier: Apache-2.0
"""The response that says that a request failed.

It has type 0 whatever the request was, and a list of holders: the error, then its causes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.protocol.table import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridwire.hazelcast.protocol.frames import Buffer

__all__ = ["ERROR_TYPE", "decode_error", "encode_error"]

ERROR_TYPE = 0
"""The message type of an error response."""

# A message of which only the response exists, whose type is one above that of its request.
_ERROR = message("error", ERROR_TYPE - 1, "", "errors:List[ErrorHolder]")


def encode_error(correlation_id: int, holders: Sequence[Any]) -> bytearray:
    """Write an error response.

    Args:
        correlation_id: that of the request.
        holders: `customs.ErrorHolder` or objects with the same attributes.

    Returns:
        The message.
    """
    encoded = _ERROR.encode_response(correlation_id, 0, holders)
    assert isinstance(encoded, bytearray)
    return encoded


def decode_error(buffer: Buffer) -> list[Any]:
    """Read an error response.

    Args:
        buffer: the whole message.

    Returns:
        `customs.ErrorHolder` of the error, then those of its causes.

    Raises:
        ProtocolError: the bytes are not an error response.
    """
    holders: list[Any] = _ERROR.decode_response(buffer)
    return holders
