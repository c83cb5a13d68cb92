# SPDX-License-Identifier: Apache-2.0
"""All messages of the protocol: one module a service group, one constant a message.

    from gridwire.hazelcast.protocol.messages import map as map_messages
    map_messages.PUT.encode_request(partition_id, "name", key, value, thread_id, ttl)

A client imports the groups that it uses. What must understand any message, such as a test member,
finds it here by its type.
"""

from __future__ import annotations

from importlib import import_module

from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.table import Message

__all__ = ["all_messages", "by_type"]

# Service id (the upper 16 bits of a message type) to module.
_GROUPS = {
    0x00: "client",
    0x01: "map",
    0x02: "multi_map",
    0x03: "queue",
    0x04: "topic",
    0x05: "list",
    0x06: "set",
    0x07: "fenced_lock",
    0x08: "executor_service",
    0x09: "atomic_long",
    0x0A: "atomic_ref",
    0x0B: "count_down_latch",
    0x0C: "semaphore",
    0x0D: "replicated_map",
    0x0E: "transactional_map",
    0x0F: "transactional_multi_map",
    0x10: "transactional_set",
    0x11: "transactional_list",
    0x12: "transactional_queue",
    0x13: "cache",
    0x14: "xa_transaction",
    0x15: "transaction",
    0x16: "continuous_query",
    0x17: "ringbuffer",
    0x18: "durable_executor",
    0x19: "cardinality_estimator",
    0x1A: "scheduled_executor",
    0x1B: "dynamic_config",
    0x1C: "flake_id_generator",
    0x1D: "pn_counter",
    0x1E: "cp_group",
    0x1F: "cp_session",
    0x20: "mc",
    0x21: "sql",
    0x22: "cp_subsystem",
    0x23: "cp_map",
    0x24: "vector_collection",
    0xFD: "experimental",
    0xFE: "jet",
}

_by_type: dict[int, Message] = {}


def by_type(type_id: int) -> Message:
    """Find the message that a type belongs to.

    Args:
        type_id: the 32-bit type of a request, a response or an event.

    Returns:
        The message.

    Raises:
        ProtocolError: no message has this type.
    """
    message = _by_type.get(type_id)
    if message is None:
        group = _GROUPS.get(type_id >> 16)
        if group is not None:
            _load(group)
            message = _by_type.get(type_id)
        if message is None:
            raise ProtocolError(f"no message has the type 0x{type_id:06x}")
    return message


def all_messages() -> tuple[Message, ...]:
    """All messages of the protocol, in the order of their types."""
    for group in _GROUPS.values():
        _load(group)
    return tuple({message.request_type: message for message in _by_type.values()}.values())


def _load(group: str) -> None:
    module = import_module(f"{__name__}.{group}")
    for value in vars(module).values():
        if isinstance(value, Message):
            types = [value.request_type, value.response_type]
            types += [event.type for event in value.events]
            _by_type.update(dict.fromkeys(types, value))
