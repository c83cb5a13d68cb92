# SPDX-License-Identifier: Apache-2.0
"""Serialized data to begin with when decoders are fed with damaged data, and the damage.

The corpus is a file for each kind of data, ``tests/vectors/hazelcast/corpus/<kind>.txt``. A line is
a name, the byte order and the data as hexadecimal digits, with tabs between; ``#`` begins a remark.
Another way to serialize joins with a file of its own and a line in `KINDS`, which says how to make
a service that can read it. Every mutation is made from a `Random`: a number reproduces it.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gridwire.hazelcast.serialization.api import (
    FieldKind,
    IdentifiedDataSerializable,
    Portable,
)
from gridwire.hazelcast.serialization.service import SerializationService
from support.compact_records import EXAMPLES, NAMES, Record, our_service
from support.compact_records import KINDS as COMPACT_KINDS
from support.portables import FIELDS, record_class

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

__all__ = [
    "FOLDER",
    "KINDS",
    "Seed",
    "compact_records",
    "mutated",
    "portable_records",
    "seeds",
]

VECTORS = Path(__file__).parents[1] / "vectors" / "hazelcast"
FOLDER = VECTORS / "corpus"


@dataclass(frozen=True)
class Seed:
    """Data that can be read."""

    name: str
    is_big_endian: bool
    data: bytes

    def __str__(self) -> str:
        return f"{self.name}-{'big' if self.is_big_endian else 'little'}"


class Known(IdentifiedDataSerializable):
    """A class of the program, with what readers of such classes do."""

    def read_data(self, object_data_input) -> None:
        self.number = object_data_input.read_int()
        self.inner = object_data_input.read_object()
        self.texts = object_data_input.read_string_array()

    def get_factory_id(self) -> int:
        return 7

    def get_class_id(self) -> int:
        return 1


def _builtin(is_big_endian: bool) -> SerializationService:
    return SerializationService(
        is_big_endian=is_big_endian, data_serializable_factories={7: {1: Known}}
    )


def compact_records() -> list[Record]:
    """Records that have a field of each kind, as many kinds in a record as it has names."""
    kinds = list(COMPACT_KINDS)
    groups = [kinds[start : start + len(NAMES)] for start in range(0, len(kinds), len(NAMES))]
    records = [
        Record(**{name: (kind, EXAMPLES[kind]) for name, kind in zip(NAMES, group, strict=False)})
        for group in groups
    ]
    return [*records, Record(a=(FieldKind.STRING, None)), Record()]


def _compact(is_big_endian: bool, **options: object) -> SerializationService:
    """A service that knows the schemas of the corpus, as if the cluster had told them."""
    service = our_service(is_big_endian=is_big_endian, **options)
    writer = our_service(is_big_endian=is_big_endian)
    for record in compact_records():
        writer.to_data(record)
    for schema in writer.schemas.by_id.values():
        service.schemas.known(schema)
    return service


def _generic(is_big_endian: bool) -> SerializationService:
    return _compact(is_big_endian, compact_serializers=[])


PortableRecord = record_class(Portable)


def portable_records() -> list[object]:
    """Portables with a field of each type."""
    single = [(kind, kind, value) for kind, (value, _) in FIELDS.items()]
    arrays = [(f"{kind}_array", kind, items) for kind, (_, items) in FIELDS.items()]
    inner = PortableRecord([("int", "x", 5), ("string", "y", "é")], 3)
    outer = [("portable", "one", inner), ("portable_array", "many", [inner, inner])]
    return [
        PortableRecord(single, 1),
        PortableRecord(arrays, 2),
        PortableRecord(outer, 4),
        PortableRecord([("int", "x", 5)], 5, raw="raw"),
    ]


def _portable(is_big_endian: bool) -> SerializationService:
    service = SerializationService(
        is_big_endian=is_big_endian,
        portable_factories={1: dict.fromkeys(range(1, 6), PortableRecord)},
    )
    for record in portable_records():
        service.to_data(record)
    return service


KINDS: dict[str, Callable[[bool], SerializationService]] = {
    "builtin": _builtin,
    "portable": _portable,
    "compact": _compact,
    "generic": _generic,
}
"""How to make a service that reads the data of a kind; the argument is ``is_big_endian``."""

_FILES = {"generic": "compact"}
"""Kinds that are other ways to read the data of another kind."""


def seeds(kind: str) -> list[Seed]:
    """The corpus of a kind."""
    found = list(_lines(FOLDER / f"{_FILES.get(kind, kind)}.txt"))
    if kind == "builtin":
        # What members wrote of every type that they know is a corpus as well.
        vectors = json.loads((VECTORS / "serialization.json").read_text("utf-8"))["vectors"]
        found += [
            Seed(vector["name"], order == "big", bytes.fromhex(vector[order]))
            for vector in vectors
            for order in ("big", "little")
        ]
    return found


def _lines(path: Path) -> Iterator[Seed]:
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, order, digits = line.split("\t")
            yield Seed(name, order == "big", bytes.fromhex(digits))


_NUMBERS = (0, 1, -1, 2, -2, 127, 128, 255, 1 << 16, 1 << 24, (1 << 31) - 1, -(1 << 31))
_TYPE_IDS = (*range(-60, 1), -100, -101, -102, -110, -120, -130, -140, 7, 42)


def mutated(seed: Seed, others: list[Seed], random: Random) -> bytes:
    """Damage data in one to four ways.

    Args:
        seed: what to damage.
        others: data of the same kind, to take parts of.
        random: decides everything.
    """
    data = bytearray(seed.data)
    for _ in range(random.randint(1, 4)):
        random.choice(_DAMAGE)(data, seed, others, random)
    return bytes(data)


def _flip(data: bytearray, _seed: Seed, _others: list[Seed], random: Random) -> None:
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _overwrite(data: bytearray, seed: Seed, _others: list[Seed], random: Random) -> None:
    order = ">" if seed.is_big_endian else "<"
    form, number = random.choice([("i", random.choice(_NUMBERS)), ("i", random.choice(_TYPE_IDS))])
    _place(data, struct.pack(order + form, number), random)


def _offset(data: bytearray, seed: Seed, _others: list[Seed], random: Random) -> None:
    """A number that may be a position in the data, as some formats have them."""
    order = ">" if seed.is_big_endian else "<"
    number = random.randrange(-2, len(data) + 2)
    raw = struct.pack(f"{order}i", number)
    _place(data, raw if random.random() < 0.7 else raw[-1 if order == ">" else 0 :][:1], random)


def _header(data: bytearray, _seed: Seed, _others: list[Seed], random: Random) -> None:
    data[4:8] = struct.pack(">i", random.choice(_TYPE_IDS))


def _cut(data: bytearray, _seed: Seed, _others: list[Seed], random: Random) -> None:
    del data[random.randrange(len(data) + 1) :]


def _remove(data: bytearray, _seed: Seed, _others: list[Seed], random: Random) -> None:
    start = random.randrange(len(data) + 1)
    del data[start : start + random.randint(1, 8)]


def _insert(data: bytearray, _seed: Seed, _others: list[Seed], random: Random) -> None:
    start = random.randrange(len(data) + 1)
    data[start:start] = random.randbytes(random.randint(1, 8))


def _repeat(data: bytearray, _seed: Seed, _others: list[Seed], random: Random) -> None:
    start = random.randrange(len(data) + 1)
    part = data[start : start + random.randint(1, 32)]
    data[start:start] = part * random.randint(1, 20)


def _splice(data: bytearray, seed: Seed, others: list[Seed], random: Random) -> None:
    other = random.choice(others)
    start = random.randrange(len(data) + 1)
    # From its type id on, in the order of the data: an object inside of an object.
    type_id = struct.unpack_from(">i", other.data, 4)[0]
    item = struct.pack(">i" if seed.is_big_endian else "<i", type_id) + other.data[8:]
    data[start : start + random.choice((0, 4, len(item)))] = item


def _place(data: bytearray, raw: bytes, random: Random) -> None:
    if data:
        # Numbers mostly lie at multiples of four behind the header.
        start = random.randrange(len(data))
        if random.random() < 0.6:
            start &= ~3
        data[start : start + len(raw)] = raw


_DAMAGE = (
    _flip,
    _overwrite,
    _overwrite,
    _offset,
    _header,
    _cut,
    _remove,
    _insert,
    _repeat,
    _splice,
)
