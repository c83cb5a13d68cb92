# SPDX-License-Identifier: Apache-2.0
"""The message tables say what the protocol's definition says."""

from __future__ import annotations

import json
import pickle
import re
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from gridwire.hazelcast.protocol import customs, messages
from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.messages import fenced_lock, queue, semaphore
from gridwire.hazelcast.protocol.messages import map as map_messages
from gridwire.hazelcast.protocol.table import Message, message

MESSAGES = messages.all_messages()

# Of the lines that `canonical` makes. They were compared with the definition of protocol 2.10 when
# the tables were written; whoever changes a table compares them again and changes this.
DIGEST = "f8ebf4dc67168319"

# The definition as data, where it lies beside the checkout.
DEFINITION = Path(__file__).parents[4] / "shared/reference/hazelcast-messages.json"


def canonical(tables, structures):
    """One line for each message, event and structure, whatever they came from."""
    return "\n".join([*sorted(tables), *sorted(structures)])


def our_tables():
    for each in MESSAGES:
        retry = int(each.retryable)
        yield f"{each.request_type:06x} {each.name} {each.since} {each.route} {retry}"
        yield f"{each.request_type:06x} {each.request_text}"
        yield f"{each.response_type:06x} {each.response_text}"
        for event in each.events:
            yield f"{event.type:06x} {event.name} {event.since} {event.text}"


def our_structures():
    for name, text in customs.STRUCTURES.items():
        yield f"{name} {text}"


def test_the_tables_are_what_was_compared_with_the_definition():
    text = canonical(our_tables(), our_structures())
    assert sha256(text.encode()).hexdigest()[:16] == DIGEST


@pytest.mark.skipif(not DEFINITION.exists(), reason="the definition is not beside the checkout")
def test_the_tables_are_those_of_the_definition():
    definition = json.loads(DEFINITION.read_text())
    methods = [method for service in definition["services"] for method in service["methods"]]
    theirs = canonical(
        [line for method in methods for line in their_tables(method)],
        [f"{each['name']} {their_fields(each['params'])}" for each in definition["customTypes"]],
    )
    assert canonical(our_tables(), our_structures()).splitlines() == theirs.splitlines()


ROUTES = {
    "-1": "any",
    "none": "any",
    "partitionId": "partition",
    "any key belongs to target partition": "keys",
    "taskName": "task_name",
    "associated key with sequence": "sequence",
}


def their_tables(method):
    request_type = int(method["id"], 16)
    route = ROUTES.get(method["partition"], method["partition"])
    yield f"{request_type:06x} {method['name']} {method['since']} {route} {method['retry']}"
    yield f"{request_type:06x} {their_fields(method['req'])}"
    yield f"{request_type + 1:06x} {their_fields(method['resp'])}"
    for event in method.get("events", []):
        fields = their_fields(event["params"])
        yield f"{int(event['id'], 16):06x} {event['name']} {event['since']} {fields}"


def their_fields(rows):
    return " ".join(
        f"{name}:{their_type(type_name)}{'?' * nullable}{'@' * len(since)}{''.join(since)}"
        for name, type_name, nullable, *since in rows
    )


def their_type(name):
    match = re.fullmatch(r"(ListCN|List|Set|Map|EntryList)_([A-Za-z]+?)(?:_(.+))?", name)
    if match is None:
        return {"Integer": "int", "Long": "long"}.get(name, name)
    generic, first, rest = match.groups()
    if generic in {"Map", "EntryList"}:
        return f"{generic}[{their_type(first)},{their_type(rest)}]"
    item = their_type(name.removeprefix(f"{generic}_"))
    return f"List[{item}?]" if generic == "ListCN" else f"{generic}[{item}]"


def test_there_are_as_many_as_the_protocol_has():
    assert len(MESSAGES) == 474
    assert len({each.name for each in MESSAGES}) == 474
    assert sum(len(each.events) for each in MESSAGES) == 37
    assert len({each.request_type >> 16 for each in MESSAGES}) == 39
    assert len(customs.STRUCTURES) == 75


def test_each_module_exports_the_messages_of_a_service_under_their_names():
    modules = [name for name in sys.modules if name.startswith(f"{messages.__name__}.")]
    assert len(modules) == 39
    for module in map(sys.modules.get, modules):
        found = {name: each for name, each in vars(module).items() if isinstance(each, Message)}
        assert list(found) == [*dict.fromkeys(found)]
        assert sorted(found) == module.__all__
        services = {each.name.split(".")[0] for each in found.values()}
        assert [module.__name__.rsplit(".", 1)[1].replace("_", "")] == [*map(str.lower, services)]
        for constant, each in found.items():
            method = each.name.split(".")[1]
            assert constant.replace("_", "") == method.replace("_", "").upper()


def test_a_message_is_found_by_each_of_its_types():
    for each in MESSAGES:
        types = [each.request_type, each.response_type, *[event.type for event in each.events]]
        assert types == list(range(each.request_type, each.request_type + len(types)))
        assert all(messages.by_type(type_id) is each for type_id in types)


@pytest.mark.parametrize("type_id", [0x010002, 0x010202, 0x250100, -1, 1 << 40, 0x010000])
def test_an_unknown_type_is_refused(type_id):
    with pytest.raises(ProtocolError, match="no message has the type"):
        messages.by_type(type_id)


def test_a_wait_names_a_parameter_in_milliseconds_or_the_connection():
    waiting = {each.name: each.wait for each in MESSAGES if each.wait is not None}
    for name, wait in waiting.items():
        each = next(each for each in MESSAGES if each.name == name)
        longs = {field.name for field in each.request_fields if field.type == "long"}
        assert wait == "connection" or wait in longs
    assert map_messages.LOCK.wait == queue.TAKE.wait == fenced_lock.LOCK.wait == "connection"
    assert map_messages.TRY_LOCK.wait == "timeout"
    assert queue.OFFER.wait == "timeout_millis"
    assert semaphore.ACQUIRE.wait == fenced_lock.TRY_LOCK.wait == "timeout_ms"
    assert map_messages.PUT.wait is None


def test_some_answers_have_the_type_of_another_message():
    """Members encode them so; read from the code of members 4.2, 5.3 and 5.7."""
    odd = {
        each.name: each.answered_as
        for each in MESSAGES
        if each.answered_as - 1 != each.request_type
    }
    names = {each.response_type: each.name for each in MESSAGES}
    assert {name: names[kind] for name, kind in odd.items()} == {
        "List.ListIterator": "List.Iterator",
        "MC.ResetCPSubsystem": "MC.PromoteToCPMember",
        "Map.Project": "Map.ProjectWithPredicate",
        "ReplicatedMap.AddNearCacheEntryListener": "ReplicatedMap.AddEntryListenerWithPredicate",
        "ReplicatedMap.PutAllWithMetadata": "ReplicatedMap.PutAll",
    }
    answer = map_messages.PROJECT.encode_response(1, 0, [b"12345678"])
    assert int.from_bytes(answer[6:10], "little") == 0x013C01
    # A member that does it right is understood as well, and nothing else is.
    for kind in (0x013B01, 0x013C01):
        answer[6:10] = kind.to_bytes(4, "little")
        assert map_messages.PROJECT.decode_response(bytes(answer)) == [b"12345678"]
    answer[6:10] = (0x013A01).to_bytes(4, "little")
    with pytest.raises(ProtocolError):
        map_messages.PROJECT.decode_response(bytes(answer))


def test_a_message_tells_about_itself():
    put = map_messages.PUT
    assert repr(put) == "<Map.Put 0x010100>"
    assert (put.request_type, put.response_type) == (0x010100, 0x010101)
    assert (put.route, put.retryable, put.since) == ("key", False, "2.0")
    assert [field.name for field in put.request_fields] == [
        *("name", "key", "value", "thread_id", "ttl"),
    ]
    assert [(field.name, field.nullable) for field in put.response_fields] == [("response", True)]
    event = map_messages.ADD_ENTRY_LISTENER.events[0]
    assert repr(event) == "<Map.AddEntryListener Entry event 0x011902>"
    with pytest.raises(AttributeError, match="no attribute 'shape'"):
        _ = put.shape
    with pytest.raises(AttributeError, match="no attribute 'shape'"):
        _ = event.shape


@pytest.mark.parametrize(
    "text", ["name", "name:", ":int", "name:int??", "name:int@", "a:int,b:int"]
)
def test_a_line_is_read_when_it_is_needed_and_refused_if_it_is_not_in_the_notation(text):
    broken = message("Some.Message", 0x010100, text)
    with pytest.raises(ValueError, match="not a parameter"):
        _ = broken.request_fields


def test_a_structure_that_does_not_exist_is_refused():
    broken = message("Some.Message", 0x010100, "a:Nothing")
    with pytest.raises(ValueError, match="not a type of the protocol: Nothing"):
        _ = broken.encode_request
    with pytest.raises(AttributeError, match="Nothing"):
        _ = customs.Nothing


def test_structures_are_classes_with_defaults_for_what_may_be_missing():
    address = customs.Address("127.0.0.1", 5701)
    assert (address.host, address.port) == ("127.0.0.1", 5701)
    assert customs.Address is customs.record("Address")
    assert customs.IndexConfig(None, 0, ["age"]).b_tree_index_config is None
    assert pickle.loads(pickle.dumps(address)) == address
    assert customs.Address(port=1, host="h") == ("h", 1)
