# SPDX-License-Identifier: Apache-2.0
"""RIPEMD-160 for interpreters whose OpenSSL does not offer it.

Source: Dobbertin, Bosselaers, Preneel, "RIPEMD-160, a strengthened version of RIPEMD" (1996).
"""

from __future__ import annotations

from struct import Struct

__all__ = ["ripemd160"]

_ROUND = 16
_MASK = 0xFFFFFFFF
_START: tuple[int, ...] = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)
_WORDS = Struct("<16I")

# The order of the message's words: a permutation of the round before, in either line.
_RHO = (7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8)


def _orders(first: list[int]) -> list[int]:
    order, whole = first, []
    for _ in range(5):
        whole += order
        order = [_RHO[word] for word in order]
    return whole


_LEFT_WORDS = _orders(list(range(_ROUND)))
_RIGHT_WORDS = _orders([(9 * word + 5) % _ROUND for word in range(_ROUND)])

# By how much each word is rotated in each round; the same for both lines.
_SHIFTS = (
    (11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8),
    (12, 13, 11, 15, 6, 9, 9, 7, 12, 15, 11, 13, 7, 8, 7, 7),
    (13, 15, 14, 11, 7, 7, 6, 8, 13, 14, 13, 12, 5, 5, 6, 9),
    (14, 11, 12, 14, 8, 6, 5, 5, 15, 12, 15, 14, 9, 9, 8, 6),
    (15, 12, 13, 13, 9, 5, 8, 6, 14, 11, 12, 11, 8, 6, 5, 5),
)
_LEFT_CONSTANTS = (0x00000000, 0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xA953FD4E)
_RIGHT_CONSTANTS = (0x50A28BE6, 0x5C4DD124, 0x6D703EF3, 0x7A6D76E9, 0x00000000)


def _mix(kind: int, x: int, y: int, z: int) -> int:
    if kind == 0:
        return x ^ y ^ z
    if kind == 1:
        return (x & y) | (~x & z)
    if kind == 2:
        return (x | ~y & _MASK) ^ z
    if kind == 3:
        return (x & z) | (y & ~z)
    return x ^ (y | ~z & _MASK)


def _line(
    state: tuple[int, ...], words: tuple[int, ...], order: list[int], right: bool
) -> tuple[int, ...]:
    a, b, c, d, e = state
    constants = _RIGHT_CONSTANTS if right else _LEFT_CONSTANTS
    for step in range(5 * _ROUND):
        number = step // _ROUND
        word = order[step]
        total = a + _mix(4 - number if right else number, b, c, d) + words[word]
        total = (total + constants[number]) & _MASK
        shift = _SHIFTS[number][word]
        total = ((total << shift | total >> 32 - shift) + e) & _MASK
        a, e, d, c, b = e, d, (c << 10 | c >> 22) & _MASK, b, total
    return a, b, c, d, e


def ripemd160(data: bytes) -> bytes:
    """The RIPEMD-160 hash of bytes.

    Args:
        data: what to hash.

    Returns:
        20 bytes.
    """
    padded = data + b"\x80" + bytes(-(len(data) + 9) % 64) + (8 * len(data)).to_bytes(8, "little")
    state = _START
    for start in range(0, len(padded), 64):
        words = _WORDS.unpack_from(padded, start)
        left = _line(state, words, _LEFT_WORDS, False)
        right = _line(state, words, _RIGHT_WORDS, True)
        state = tuple(
            (state[(index + 1) % 5] + left[(index + 2) % 5] + right[(index + 3) % 5]) & _MASK
            for index in range(5)
        )
    return b"".join(part.to_bytes(4, "little") for part in state)
