# SPDX-License-Identifier: Apache-2.0
"""Damaged data of every kind: a value or a typed error, in bounded time and memory.

``GRIDWIRE_FUZZ_SEED`` chooses other mutations than those that every run makes; a failure names the
number and the data.
"""

from __future__ import annotations

import os
import struct
import time
import tracemalloc
from random import Random

import pytest

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.limits import MAX_EQUAL_HASHES
from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.hazelcast.serialization.unknown import UnknownObject
from support.serialization_corpus import FOLDER, KINDS, mutated, seeds

FIRST = int(os.environ.get("GRIDWIRE_FUZZ_SEED", "1"))
FEW, MANY = 25, 2000

# For an object of a few hundred bytes, whatever they are. A list of nothing takes 56 bytes, and the
# data for it eight; the rest is what hashing, counting and saying what is wrong takes.
SECONDS = 2.0
MEMORY = 2_000_000


def look(service, data, number):
    """Read, and write again what was read."""
    said = f"mutation {number}: {data[:500].hex()}"
    began = time.thread_time()
    try:
        value = service.to_object(data)
    except HazelcastSerializationError:
        return "refused"
    except BaseException as error:
        error.add_note(said)
        raise
    finally:
        assert time.thread_time() - began < SECONDS, said
    try:
        again = service.to_data(value)
    except HazelcastSerializationError:
        again = None
    except BaseException as error:
        error.add_note(said)
        raise
    try:
        service.to_object(again)
    except BaseException as error:
        error.add_note(f"what was written of it cannot be read; {said}")
        raise
    repr(value)
    if isinstance(value, UnknownObject):
        assert again == data, said
        return "unknown"
    return "read"


def test_every_corpus_has_a_kind():
    assert {path.stem for path in FOLDER.iterdir()} <= set(KINDS)
    assert all(seeds(kind) for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_corpus_can_be_read(kind):
    services = {big: KINDS[kind](big) for big in (True, False)}
    for seed in seeds(kind):
        try:
            services[seed.is_big_endian].to_object(seed.data)
        except HazelcastSerializationError:
            # Two vectors are of values that Python does not have.
            assert seed.name in {"localdate bc", "hashmap keys equal in python"}


def fuzz(kind, count, first):
    services = {big: KINDS[kind](big) for big in (True, False)}
    corpus = seeds(kind)
    ends = dict.fromkeys(("refused", "unknown", "read"), 0)
    for index, seed in enumerate(corpus):
        for number in range(first, first + count):
            data = mutated(seed, corpus, Random(f"{number} {index}"))
            ends[look(services[seed.is_big_endian], data, f"{number} of {seed}")] += 1
    return ends


@pytest.mark.parametrize("kind", KINDS)
def test_damage_gives_values_and_typed_errors(kind):
    ends = fuzz(kind, FEW, FIRST)
    # Each happens, or the mutations are no good.
    assert min(ends.values()) > 5, ends


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_much_damage(kind):
    fuzz(kind, MANY, FIRST + FEW)


@pytest.mark.parametrize("kind", KINDS)
def test_memory_is_bounded(kind):
    services = {big: KINDS[kind](big) for big in (True, False)}
    corpus = seeds(kind)
    tracemalloc.start()
    try:
        for index, seed in enumerate(corpus):
            for number in range(FIRST, FIRST + 5):
                data = mutated(seed, corpus, Random(f"memory {number} {index}"))
                tracemalloc.reset_peak()
                before = tracemalloc.get_traced_memory()[0]
                look(services[seed.is_big_endian], data, f"{number} of {seed}")
                peak = tracemalloc.get_traced_memory()[1] - before
                assert peak < MEMORY, (peak, number, str(seed), data.hex())
    finally:
        tracemalloc.stop()


# Data that was made to hurt


def item(*words, raw=b""):
    return struct.pack(f">{len(words)}i", *words) + raw


def whole(type_id, *parts):
    return struct.pack(">ii", 0, type_id) + b"".join(parts)


BOMBS = {
    "lists in lists": whole(-29, item(1, -29) * 200_000),
    "lists of two in lists of two": whole(-29, item(2, -29, 0, -29) * 50_000),
    "maps in maps": whole(-32, item(1, 0, -32) * 100_000),
    "sets in sets": whole(-37, item(1, -37) * 100_000),
    "entries in entries": whole(-22, item(0, -22) * 100_000),
    "optionals in optionals": whole(-50, (b"\1" + item(-50)) * 100_000),
    "comparators in comparators": whole(-36, item(-36) * 200_000),
    "a count of all there is": whole(-29, item((1 << 31) - 1), bytes(400_000)),
    "many nulls in a set": whole(-37, item(100_000), bytes(400_000)),
    "java references": whole(
        -29, item(1, -100), b"\xac\xed\0\5\x75\x71\0\x7e\0\0" + b"\x71\0\x7e\0\0" * 100_000
    ),
    "java lists in java lists": whole(-29, item(1, -100), b"\xac\xed\0\5" + b"\x73" * 100_000),
    "java blocks": whole(
        -29,
        item(1, -100),
        b"\xac\xed\0\5\x73\x72\0\1A" + bytes(8) + b"\3\0\0" + b"\x77\0" * 400_000,
    ),
    "many java objects": whole(-29, item(20_000), (item(-100) + b"\xac\xed\0\5\x70") * 20_000),
    "a long number": whole(-27, item(4096), b"\x7f" * 4096, item(-(1 << 31))),
    "long numbers": whole(-29, item(200), (item(-27, 4096) + b"\x7f" * 4096 + item(1)) * 200),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs(name):
    service = KINDS["builtin"](True)
    data = BOMBS[name]
    began = time.thread_time()
    tracemalloc.start()
    try:
        look(service, data, name)
        # A Python object for every four bytes is the worst that honest data does, too.
        assert tracemalloc.get_traced_memory()[1] < 200 * len(data) + MEMORY
    finally:
        tracemalloc.stop()
    assert time.thread_time() - began < 30 * SECONDS  # Tracing takes most of it.


def test_equal_hashes():
    """Ints and UUIDs whose hashes are equal: Python's dict takes quadratic time for them."""
    modulus = (1 << 61) - 1
    service = KINDS["builtin"](True)

    def table(count):
        keys = (
            item(TypeId.BIG_INTEGER, 20) + (5 + modulus * number).to_bytes(20, "big") + item(0)
            for number in range(count)
        )
        return whole(TypeId.HASH_MAP, item(count), b"".join(keys))

    def group(count):
        items = (
            item(TypeId.UUID) + (modulus * number).to_bytes(16, "big") for number in range(count)
        )
        return whole(TypeId.HASH_SET, item(count), b"".join(items))

    for make in (table, group):
        assert len(service.to_object(make(MAX_EQUAL_HASHES + 1))) == MAX_EQUAL_HASHES + 1
        with pytest.raises(HazelcastSerializationError, match="whose hash another one has"):
            service.to_object(make(50_000))
    honest = {number: number for number in range(-5000, 50_000)}
    assert service.to_object(service.to_data(honest)) == honest
