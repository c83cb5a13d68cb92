# SPDX-License-Identifier: Apache-2.0
"""All rows that a service begins with; those of Portable and Compact join them in `service`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.hazelcast.serialization.array_type import ArrayType
from gridwire.hazelcast.serialization.arrays import array_codecs
from gridwire.hazelcast.serialization.containers import container_codecs
from gridwire.hazelcast.serialization.identified import Factories, identified_codec
from gridwire.hazelcast.serialization.numerals import numeral_codecs
from gridwire.hazelcast.serialization.texts import text_codecs
from gridwire.hazelcast.serialization.times import time_codecs

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.int_type import IntType
    from gridwire.hazelcast.serialization.limits import Limits
    from gridwire.hazelcast.serialization.registry import Codec

__all__ = ["builtin_codecs"]


def builtin_codecs(
    order: ByteOrder,
    limits: Limits,
    int_type: IntType,
    factories: Factories,
    array_type: ArrayType = ArrayType.LIST,
) -> list[Codec]:
    """The rows of Hazelcast's own types.

    Args:
        order: the byte order of payloads.
        limits: bounds that some rows check.
        int_type: what an int is written as.
        factories: classes of the program that write and read themselves.
        array_type: what arrays of numbers are read as.

    Returns:
        Rows for the registry.
    """
    return [
        *text_codecs(order),
        *numeral_codecs(order, limits, int_type),
        *array_codecs(order, array_type),
        *container_codecs(),
        *time_codecs(order),
        identified_codec(factories),
    ]
