# SPDX-License-Identifier: Apache-2.0
"""Objects of members that reach a client inside values: results of queries, topic messages.

They are IdentifiedDataSerializable classes with negative ids. Those that have a kin in Python are
read as it. Their layout was checked with members of versions 4.2, 5.3 and 5.7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from gridwire.hazelcast.core import Address, MapEntry
from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.api import IdentifiedDataSerializable
from gridwire.hazelcast.serialization.containers import read_set

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.serialization.input import ObjectDataInput
    from gridwire.hazelcast.serialization.output import ObjectDataOutput

__all__ = ["MEMBER_OBJECTS", "ReliableTopicMessage"]


class ReliableTopicMessage(IdentifiedDataSerializable):
    """A message of a reliable topic, as it lies in the ringbuffer of the topic.

    Args:
        publish_time: when it was published, in milliseconds since 1970 (UTC).
        payload: the message, serialized.
        publisher_address: the member that published it; None for a client.
    """

    FACTORY_ID: Final = -9
    """By which members find the factory of the class."""

    CLASS_ID: Final = 2
    """By which the factory knows the class."""

    def __init__(
        self,
        publish_time: int = 0,
        payload: Buffer | None = None,
        publisher_address: Address | None = None,
    ) -> None:
        self.publish_time = publish_time
        self.payload = payload
        self.publisher_address = publisher_address

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        """Write time, address and payload; the address always as null, clients have none."""
        object_data_output.write_long(self.publish_time)
        object_data_output.write_object(None)
        object_data_output.write_byte_array(self.payload)

    def read_data(self, object_data_input: ObjectDataInput) -> None:
        """Read time, address and payload."""
        self.publish_time = object_data_input.read_long()
        self.publisher_address = object_data_input.read_object()
        self.payload = object_data_input.read_bytes()

    def get_factory_id(self) -> int:
        """The factory of reliable topics."""
        return self.FACTORY_ID

    def get_class_id(self) -> int:
        """The class id of messages."""
        return self.CLASS_ID


def _read_message(inp: ObjectDataInput) -> ReliableTopicMessage:
    message = ReliableTopicMessage()
    message.read_data(inp)
    return message


def _read_address(inp: ObjectDataInput) -> Address:
    port = inp.read_int()
    inp.read_byte()  # 4 or 6, the version of the Internet protocol; the host tells it as well
    host = inp.read_string()
    if host is None:
        raise HazelcastSerializationError("The data has the address of a member without its host")
    return Address(host, port)


def _read_entry(inp: ObjectDataInput) -> MapEntry[Any, Any]:
    key, value = inp.read_objects(2)
    return MapEntry(key, value)


MEMBER_OBJECTS: Mapping[tuple[int, int], Callable[[ObjectDataInput], Any]] = {
    (0, 1): _read_address,
    (-4, 120): _read_entry,
    (ReliableTopicMessage.FACTORY_ID, ReliableTopicMessage.CLASS_ID): _read_message,
    # Results of the aggregator "distinct".
    (-29, 19): read_set,
}
"""Readers by factory id and class id."""
