# SPDX-License-Identifier: Apache-2.0
"""Damage to answers on their way: bytes of which a client must not make a record."""

from __future__ import annotations

from collections.abc import Callable

from gridwire.aerospike.protocol.proto import HEADER_BYTES

__all__ = ["damaged"]

_NO_VERSION = 0x7F
_NO_TYPE = 0x7F
_HUGE_LENGTH = b"\xff" * 6


def damaged(message: bytes, how: str, noise: Callable[[int], bytes]) -> bytes:
    """Damage an answer.

    Args:
        message: whole, with its frame's header.
        how: one of `fault_specs.DAMAGES`.
        noise: gives that many bytes that mean nothing.

    Returns:
        What arrives instead.
    """
    match how:
        case "length":
            return message[:2] + _HUGE_LENGTH + message[HEADER_BYTES:]
        case "type":
            return message[:1] + bytes((_NO_TYPE,)) + message[2:]
        case "version":
            return bytes((_NO_VERSION,)) + message[1:]
        case "cut":
            return message[: -max(1, len(message) // 3)]
        case _:
            return message[:HEADER_BYTES] + noise(len(message) - HEADER_BYTES)
