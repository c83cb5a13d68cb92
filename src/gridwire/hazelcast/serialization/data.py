# SPDX-License-Identifier: Apache-2.0
"""Serialized data: a header of 8 bytes and a payload, and the partition that it belongs to.

The header is big endian, whatever the order of the payload: a signed 32-bit partition hash, which
is zero unless the key names another object that decides its partition, and the type id.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final

from mmh3 import mmh3_32_sintdigest

from gridwire.hazelcast.serialization.faults import truncated

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.frames import Buffer

__all__ = ["HEADER", "HEADER_BYTES", "partition_hash", "partition_of", "payload_hash", "type_id_of"]

HEADER: Final = Struct(">ii")
"""Partition hash and type id."""

HEADER_BYTES: Final = 8
"""Bytes of the header: the partition hash and the type id."""

_NO_HASH = b"\0\0\0\0"
_SEED = 0x01000193
_INT32_MIN = -(1 << 31)
# From here on, a view of the payload is cheaper than a copy of it.
_LARGE_BYTES = 4096

_unpack_int32 = Struct(">i").unpack_from


def partition_hash(data: Buffer) -> int:
    """The hash that decides the partition of a key.

    The hash in the header wins when it is not zero; else it is the murmur3 (x86, 32 bits) of the
    payload. The type id is not hashed, so that an empty string and the int 0 share a partition.

    Args:
        data: the serialized key, header included.

    Returns:
        A signed 32-bit number.

    Raises:
        HazelcastSerializationError: the data is shorter than its header.
    """
    size = len(data)
    if size < HEADER_BYTES:
        raise truncated(HEADER_BYTES, size)
    if data[:4] != _NO_HASH:
        hashed: int = _unpack_int32(data)[0]
        return hashed
    return mmh3_32_sintdigest(data[8:] if size < _LARGE_BYTES else memoryview(data)[8:], _SEED)


def payload_hash(data: Buffer) -> int:
    """The hash of the payload alone, whatever the header says; else as `partition_hash`."""
    return mmh3_32_sintdigest(memoryview(data)[8:], _SEED)


def partition_of(data: Buffer, partition_count: int) -> int:
    """The partition that a serialized key belongs to, as members compute it.

    Args:
        data: the serialized key, header included.
        partition_count: number of partitions of the cluster (271 unless configured).

    Returns:
        A partition id from 0 to ``partition_count - 1``.

    Raises:
        HazelcastSerializationError: the data is shorter than its header.
    """
    hashed = partition_hash(data)
    # Java has no absolute value for its least int, so members send that one to partition 0.
    return (0 if hashed == _INT32_MIN else abs(hashed)) % partition_count


def type_id_of(data: Buffer) -> int:
    """The type id of serialized data.

    Args:
        data: serialized data, header included.

    Returns:
        The id, see `type_ids`.

    Raises:
        HazelcastSerializationError: the data is shorter than its header.
    """
    if len(data) < HEADER_BYTES:
        raise truncated(HEADER_BYTES, len(data))
    type_id: int = _unpack_int32(data, 4)[0]
    return type_id
