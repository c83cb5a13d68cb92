# SPDX-License-Identifier: Apache-2.0
"""Recorded exchanges with a real server, and answers of a server made by hand."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable
from pathlib import Path
from struct import pack
from typing import Any

from gridwire.aerospike.protocol.particles import encode_particle
from gridwire.aerospike.protocol.values import HLL, GeoJSON

VECTORS = Path(__file__).resolve().parent.parent / "vectors" / "aerospike"

NOW = 1_790_000_000.0
"""What the clock says where the tests have one."""


def lines(name: str) -> list[dict[str, Any]]:
    """The recorded exchanges of a file."""
    text = VECTORS.joinpath(name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def frame_of(text: str) -> bytes:
    """A recorded frame: hexadecimal, or when long compressed and in base 64."""
    if text.startswith("z:"):
        return zlib.decompress(base64.b64decode(text[2:]))
    return bytes.fromhex(text)


def plain(value: Any) -> Any:
    """A recorded value; what JSON lacks is tagged."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    for tag, make in _TAGS.items():
        if tag in value:
            return make(value[tag])
    return {name: plain(item) for name, item in value.items()}


_TAGS: dict[str, Any] = {
    "$bytes": bytes.fromhex,
    "$hll": lambda text: HLL(bytes.fromhex(text)),
    "$geo": GeoJSON,
    "$float": float,
    "$map": lambda pairs: {plain(key): plain(item) for key, item in pairs},
    "$omap": lambda pairs: {plain(key): plain(item) for key, item in pairs},
}


def section(
    code: int = 0,
    bins: Iterable[tuple[str, Any]] = (),
    *,
    index: int = 0,
    generation: int = 1,
    void_time: int = 0,
    fields: Iterable[tuple[int, bytes]] = (),
    info3: int = 0,
) -> bytes:
    """One answer without its frame."""
    given, results = list(fields), list(bins)
    body = pack(
        ">BBBBBBIIIHH",
        *(22, 0, 0, info3, 0, code, generation, void_time, index, len(given), len(results)),
    )
    for kind, value in given:
        body += pack(">IB", len(value) + 1, kind) + value
    for name, value in results:
        particle, data = encode_particle(value)
        raw = name.encode("utf-8", "surrogateescape")
        body += pack(">IBBBB", 4 + len(raw) + len(data), 1, particle, 0, len(raw)) + raw + data
    return body


def framed(*sections: bytes, kind: int = 3) -> bytes:
    """Answers in a frame."""
    body = b"".join(sections)
    return pack(">Q", 2 << 56 | kind << 48 | len(body)) + body


def last(code: int = 0) -> bytes:
    """The end of a batch."""
    return section(code, info3=1, generation=0)
