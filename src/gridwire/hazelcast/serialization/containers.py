# SPDX-License-Identifier: Apache-2.0
"""Rows of lists, sets, maps, queues, entries and Optional.

==================  ===================  ==========================================================
Python              is written as        and these are read as it
==================  ===================  ==========================================================
``list``            ``ArrayList``        ``ArrayList LinkedList CopyOnWriteArrayList Object[]`` and
                                         all queues
``tuple``           ``ArrayList``
``set frozenset``   ``HashSet``          all sets (as ``set``)
``dict``            ``HashMap``          ``HashMap ConcurrentHashMap TreeMap
                                         ConcurrentSkipListMap``
``OrderedDict``     ``LinkedHashMap``    ``LinkedHashMap``
``deque``           ``ArrayDeque``       ``ArrayDeque``
``MapEntry``        ``SimpleEntry``      ``SimpleEntry SimpleImmutableEntry``
==================  ===================  ==========================================================

Sets are written in the order of their items' bytes: equal sets give equal data in every process,
so that a frozenset can be a key. Items of Java's sets and keys of its maps that Python cannot hash
are read as their hashable kin: a list as a tuple, a set as a frozenset.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict, deque
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from gridwire.hazelcast.core import MapEntry
from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.faults import shown, user_code
from gridwire.hazelcast.serialization.limits import LEAST_OBJECT_BYTES, MAX_EQUAL_HASHES
from gridwire.hazelcast.serialization.registry import Codec
from gridwire.hazelcast.serialization.type_ids import TypeId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gridwire.hazelcast.serialization.input import ObjectDataInput, Reader
    from gridwire.hazelcast.serialization.output import ObjectDataOutput

__all__ = ["container_codecs", "read_set"]

_D = TypeVar("_D", bound=dict[Any, Any])


def container_codecs() -> list[Codec]:
    """The rows of this module, the same in both byte orders."""
    return [
        Codec(
            type_id=TypeId.ARRAY_LIST,
            read=_read_list,
            write=_write_items,
            types=(list,),
        ),
        Codec(
            type_id=TypeId.ARRAY_LIST,
            write=_write_items,
            types=(tuple,),
            replaceable=True,
        ),
        Codec(
            type_id=TypeId.HASH_SET,
            read=read_set,
            write=_write_set,
            types=(set, frozenset),
            replaceable=True,
        ),
        Codec(
            type_id=TypeId.HASH_MAP,
            read=_read_dict,
            write=_write_dict,
            types=(dict,),
            replaceable=True,
        ),
        Codec(
            type_id=TypeId.LINKED_HASH_MAP,
            read=_read_ordered_dict,
            write=_write_dict,
            types=(OrderedDict,),
            replaceable=True,
        ),
        Codec(
            type_id=TypeId.ARRAY_DEQUE,
            read=lambda inp: deque(_read_list(inp)),
            write=_write_deque,
            types=(deque,),
            replaceable=True,
        ),
        Codec(
            type_id=TypeId.SIMPLE_ENTRY,
            read=_read_entry,
            write=_write_entry,
            types=(MapEntry,),
            replaceable=True,
        ),
        Codec(type_id=TypeId.SIMPLE_IMMUTABLE_ENTRY, read=_read_entry),
        Codec(type_id=TypeId.OPTIONAL, read=_read_optional),
        *(Codec(type_id=type_id, read=read) for type_id, read in _ONLY_READ.items()),
    ]


def _read_list(inp: ObjectDataInput) -> list[Any]:
    return inp.read_objects(inp.read_int())


def read_set(inp: ObjectDataInput) -> set[Any]:
    """Read a count and as many items, into a set."""
    items = inp.read_objects(inp.read_int())
    return set(_distinct(items))


def _read_dict(inp: ObjectDataInput) -> dict[Any, Any]:
    return _filled(dict, inp)


def _read_ordered_dict(inp: ObjectDataInput) -> OrderedDict[Any, Any]:
    return _filled(OrderedDict, inp)


def _filled(kind: type[_D], inp: ObjectDataInput) -> _D:
    count = inp.read_int()
    inp.check_count(count, 2 * LEAST_OBJECT_BYTES)
    items = inp.read_objects(2 * count)
    keys, values = items[::2], items[1::2]
    if count <= MAX_EQUAL_HASHES:
        try:
            found = kind(zip(keys, values, strict=True))
        except Exception:  # noqa: BLE001 - what is wrong with the keys is found out below
            found = kind()
        if len(found) == count:
            return found
    return kind(zip(_distinct(keys), values, strict=True))


def _read_entry(inp: ObjectDataInput) -> MapEntry[Any, Any]:
    key, value = inp.read_objects(2)
    return MapEntry(key, value)


def _read_optional(inp: ObjectDataInput) -> Any:
    return inp.read_object() if inp.read_boolean() else None


def _sorted(read: Reader, java_type: str) -> Reader:
    """A reader of something whose comparator comes first."""

    def read_sorted(inp: ObjectDataInput) -> Any:
        try:
            inp.read_object()
        except HazelcastSerializationError as error:
            error.add_note(f"It is the comparator of a {java_type}")
            raise
        return read(inp)

    return read_sorted


_ONLY_READ: dict[TypeId, Callable[[ObjectDataInput], Any]] = {
    TypeId.OBJECT_ARRAY: _read_list,
    TypeId.LINKED_LIST: _read_list,
    TypeId.COPY_ON_WRITE_ARRAY_LIST: _read_list,
    TypeId.CONCURRENT_SKIP_LIST_MAP: _sorted(_read_dict, "ConcurrentSkipListMap"),
    TypeId.CONCURRENT_HASH_MAP: _read_dict,
    TypeId.TREE_MAP: _sorted(_read_dict, "TreeMap"),
    TypeId.TREE_SET: _sorted(read_set, "TreeSet"),
    TypeId.LINKED_HASH_SET: read_set,
    TypeId.COPY_ON_WRITE_ARRAY_SET: read_set,
    TypeId.CONCURRENT_SKIP_LIST_SET: _sorted(read_set, "ConcurrentSkipListSet"),
    TypeId.LINKED_BLOCKING_QUEUE: _read_list,
    TypeId.ARRAY_BLOCKING_QUEUE: _read_list,
    TypeId.PRIORITY_BLOCKING_QUEUE: _sorted(_read_list, "PriorityBlockingQueue"),
    TypeId.DELAY_QUEUE: _read_list,
    TypeId.SYNCHRONOUS_QUEUE: _read_list,
    TypeId.LINKED_TRANSFER_QUEUE: _read_list,
    TypeId.PRIORITY_QUEUE: _sorted(_read_list, "PriorityQueue"),
}


# Collections are copied before they are written (which is cheap beside writing them): the program
# may change them meanwhile, from another thread or in a serializer of its own.


def _write_items(out: ObjectDataOutput, items: Iterable[Any]) -> None:
    objects = tuple(items)
    out.write_count("A collection", len(objects))
    out.write_objects(objects)


def _write_deque(out: ObjectDataOutput, items: deque[Any]) -> None:
    if any(item is None for item in items):
        raise HazelcastSerializationError(
            "A deque with None cannot be serialized: java.util.ArrayDeque holds no nulls",
            hint="Store a list.",
        )
    _write_items(out, items)


def _write_set(out: ObjectDataOutput, items: Iterable[Any]) -> None:
    objects = tuple(items)
    out.write_count("A collection", len(objects))
    start = len(out.buffer)
    written = []
    for item in objects:
        out.write_objects((item,))
        written.append(bytes(out.buffer[start:]))
        del out.buffer[start:]
    out.buffer += b"".join(sorted(written))


def _write_dict(out: ObjectDataOutput, entries: dict[Any, Any]) -> None:
    parts = tuple(chain.from_iterable(entries.items()))
    out.write_count("A map", len(parts) // 2)
    out.write_objects(parts)


def _write_entry(out: ObjectDataOutput, entry: MapEntry[Any, Any]) -> None:
    out.write_objects((entry.key, entry.value))


def _distinct(items: list[Any]) -> Iterable[Any]:
    """The items (or their hashable kin) in their order; an error if some are equal in Python.

    Java's Integer 1 and Long 1 are two keys of a map. Losing one of them would be a wrong answer.
    """
    try:
        distinct = _by_hash(items)
    except TypeError:
        items = [_hashable(item) for item in items]
        distinct = _by_hash(items)
    except HazelcastSerializationError:
        raise
    except Exception as error:  # objects of the program hash and compare as they like
        raise user_code("Hashing an item of a set or map", error) from error
    if len(distinct) == len(items):
        return items
    for item in items:
        if item not in distinct:
            break
        del distinct[item]
    raise HazelcastSerializationError(
        "A set or map has several items that Java tells apart and Python does not, such as "
        f"{shown(item)}"
    )


def _by_hash(items: list[Any]) -> dict[Any, None]:
    if len(items) > MAX_EQUAL_HASHES:
        equal = len(items) - len(set(map(hash, items)))
        if equal > MAX_EQUAL_HASHES:
            raise HazelcastSerializationError(
                f"A set or map has {equal} items whose hash another one has, and the limit is "
                f"{MAX_EQUAL_HASHES} (MAX_EQUAL_HASHES)",
                hint="Somebody may have chosen them so that reading takes for ever.",
            )
    return dict.fromkeys(items)


def _hashable(item: Any) -> Any:
    kind = type(item)
    if kind is list or kind is deque:
        return tuple(map(_hashable, item))
    if kind is set:
        return frozenset(item)
    if kind is array or kind.__module__ == "numpy":
        return tuple(item.tolist())
    try:
        hash(item)
    except TypeError:
        raise HazelcastSerializationError(
            f"A set or the keys of a map contain an object of type {kind.__qualname__}, which "
            "Python cannot hash",
            hint=None
            if kind is dict
            else "Give the class a __hash__; a dataclass has one with frozen=True.",
        ) from None
    return item
