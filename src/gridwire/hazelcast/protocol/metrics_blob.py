# SPDX-License-Identifier: Apache-2.0
"""The metrics that a client sends to its cluster, in the compressed form that members read.

Big endian: the version of the format (2 bytes), the length of the dictionary (4), the dictionary
(zlib), the number of metrics (4), the metrics (zlib). The dictionary gives each word a number; its
words stand sorted, and each says only in what it differs from the one before. So does each metric.
Characters are UTF-16 units.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from enum import IntEnum
from itertools import takewhile
from struct import Struct, error, pack
from typing import NamedTuple

from gridwire.hazelcast.protocol.errors import ProtocolError

__all__ = ["MAX_WORD_UNITS", "Metric", "Unit", "decode_metrics", "encode_metrics"]

MAX_WORD_UNITS = 255
"""Longest name in a metric, in UTF-16 units: its length is one byte."""

_MAX_INFLATED_BYTES = 16 * 1024 * 1024
"""What is read of one compressed part; a few bytes may unfold to gigabytes."""

_VERSION = 1
_LONG, _DOUBLE = 0, 1
# A set bit says: as in the metric before.
_SAME_PREFIX, _SAME_NAME, _SAME_KEY, _SAME_VALUE, _SAME_UNIT = 1, 2, 4, 8, 16
_SAME_TARGETS_AND_TAGS = 32 | 64
_NOTHING = -1
# A fast client matters more than a few bytes on the wire.
_ZLIB_LEVEL = 1
_BAD = "the metrics are malformed: "

_word = Struct(">iBB")
_number = Struct(">i")
_long = Struct(">q")
_double = Struct(">d")


class Unit(IntEnum):
    """What a metric is measured in."""

    BYTES = 0
    MILLISECONDS = 1
    NANOSECONDS = 2
    PERCENT = 3
    COUNT = 4
    BOOLEAN = 5
    ENUM = 6


class Metric(NamedTuple):
    """One number of a client.

    Args:
        prefix: what it belongs to, such as ``"tcp"``; may be empty.
        name: of the metric.
        value: an `int` of 64 bits, or a `float`.
        unit: or None.
        key: what tells metrics of the same name apart, such as ``"name"``; may be empty.
        key_value: the value of that for this metric.
    """

    prefix: str
    name: str
    value: int | float
    unit: Unit | None = None
    key: str = ""
    key_value: str = ""


class _Words:
    """The numbers of the words, in the order in which they were first used."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, word: str) -> bytes:
        """The number of a word, as it is written."""
        if not word:
            return _number.pack(_NOTHING)
        return _number.pack(self._numbers.setdefault(word, len(self._numbers)))

    def encode(self) -> bytes:
        """The dictionary."""
        # As units: half of a pair is a unit of its own.
        words = sorted((_units(word), number) for word, number in self._numbers.items())
        parts = [_number.pack(len(words))]
        before: tuple[int, ...] = ()
        for units, number in words:
            pairs = zip(units, before, strict=False)
            common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
            rest = units[common:]
            parts.append(_word.pack(number, common, len(rest)))
            parts.append(pack(f">{len(rest)}H", *rest))
            before = units
        return b"".join(parts)


def _units(word: str) -> tuple[int, ...]:
    encoded = word.encode("utf-16-be", "surrogatepass")
    return Struct(f">{len(encoded) // 2}H").unpack(encoded)


def _fits(metric: Metric) -> bool:
    words = (metric.prefix, metric.name, metric.key, metric.key_value)
    if any(len(_units(word)) > MAX_WORD_UNITS for word in words):
        return False
    return isinstance(metric.value, float) or -(1 << 63) <= metric.value < 1 << 63


def encode_metrics(metrics: Iterable[Metric]) -> bytes:
    """Encode metrics. One with a name or a number that the format has no room for is left out."""
    words = _Words()
    parts: list[bytes] = []
    count = 0
    before: Metric | None = None
    for metric in filter(_fits, metrics):
        parts.append(_encode_one(metric, before, words))
        before = metric
        count += 1
    dictionary = zlib.compress(words.encode(), _ZLIB_LEVEL)
    body = zlib.compress(b"".join(parts), _ZLIB_LEVEL)
    head = pack(">hi", _VERSION, len(dictionary))
    return b"".join((head, dictionary, _number.pack(count), body))


def _encode_one(metric: Metric, before: Metric | None, words: _Words) -> bytes:
    mask = 0
    parts = []
    for bit, index in ((_SAME_PREFIX, 0), (_SAME_NAME, 1), (_SAME_KEY, 4), (_SAME_VALUE, 5)):
        if before is not None and metric[index] == before[index]:
            mask |= bit
        else:
            parts.append(words.number(str(metric[index])))
    if before is not None and metric.unit == before.unit:
        mask |= _SAME_UNIT
    else:
        parts.append(bytes((0xFF if metric.unit is None else metric.unit,)))
    if before is None:
        # No targets are excluded, there are no tags; every later metric says "as before".
        parts.append(b"\0\0")
    else:
        mask |= _SAME_TARGETS_AND_TAGS
    value = metric.value
    if isinstance(value, float):
        parts.append(bytes((_DOUBLE,)) + _double.pack(value))
    else:
        parts.append(bytes((_LONG,)) + _long.pack(value))
    return bytes((mask,)) + b"".join(parts)


def decode_metrics(blob: bytes) -> list[Metric]:
    """Decode what `encode_metrics` makes.

    Raises:
        ProtocolError: it is something else.
    """
    try:
        version, size = Struct(">hi").unpack_from(blob)
        if version != _VERSION or size < 0:
            raise ProtocolError(f"{_BAD}version {version}, dictionary of {size} bytes")
        words = _decode_words(_Reader(_inflate(blob[6 : 6 + size])))
        (count,) = _number.unpack_from(blob, 6 + size)
        reader = _Reader(_inflate(blob[10 + size :]))
        found: list[Metric] = []
        for _ in range(count):
            found.append(_decode_one(reader, found[-1] if found else None, words))
    except (error, zlib.error, KeyError, ValueError, IndexError) as problem:
        raise ProtocolError(f"{_BAD}{problem}") from problem
    return found


def _inflate(data: bytes) -> bytes:
    inflater = zlib.decompressobj()
    inflated = inflater.decompress(data, _MAX_INFLATED_BYTES)
    if not inflater.eof or inflater.unused_data:
        raise ProtocolError(f"{_BAD}a part is cut off, or larger than {_MAX_INFLATED_BYTES} bytes")
    return inflated


class _Reader:
    """Takes values from the front of bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, shape: Struct) -> tuple[int, ...]:
        """The next values."""
        values = shape.unpack_from(self._data, self._at)
        self._at += shape.size
        return values

    def byte(self) -> int:
        """The next byte."""
        self._at += 1
        return self._data[self._at - 1]

    def value(self, kind: int) -> int | float:
        """The next number of a metric."""
        if kind not in (_LONG, _DOUBLE):
            raise ValueError(f"a value of kind {kind}")
        return self.take(_long if kind == _LONG else _double)[0]


def _decode_words(reader: _Reader) -> dict[int, str]:
    words = {_NOTHING: ""}
    before: tuple[int, ...] = ()
    (count,) = reader.take(_number)
    for _ in range(count):
        number, common, rest = reader.take(_word)
        before = before[:common] + reader.take(Struct(f">{rest}H"))
        words[number] = pack(f">{len(before)}H", *before).decode("utf-16-be", "surrogatepass")
    return words


def _decode_one(reader: _Reader, before: Metric | None, words: dict[int, str]) -> Metric:
    last = before or Metric("", "", 0)
    mask = reader.byte()
    texts = [
        text if mask & bit else words[reader.take(_number)[0]]
        for bit, text in (
            (_SAME_PREFIX, last.prefix),
            (_SAME_NAME, last.name),
            (_SAME_KEY, last.key),
            (_SAME_VALUE, last.key_value),
        )
    ]
    unit = last.unit
    if not mask & _SAME_UNIT:
        code = reader.byte()
        unit = None if code == 0xFF else Unit(code)
    for bit in (32, 64):
        if not mask & bit and reader.byte() and bit == 64:
            raise ValueError("tags, which clients do not send")
    return Metric(texts[0], texts[1], reader.value(reader.byte()), unit, texts[2], texts[3])
