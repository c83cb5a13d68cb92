# SPDX-License-Identifier: Apache-2.0
"""Every message survives its codec, and the official client reads and writes the same bytes."""

from __future__ import annotations

import inspect
import re
import struct
from datetime import datetime, timedelta, timezone
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridwire.hazelcast.protocol import customs, messages
from gridwire.hazelcast.protocol.error_message import decode_error, encode_error
from gridwire.hazelcast.protocol.messages import sql
from gridwire.hazelcast.protocol.sql_page import SqlPage

MESSAGES = messages.all_messages()
# There are many messages, and the values of a type are tried with each of them.
few = settings(max_examples=3, suppress_health_check=list(HealthCheck), database=None)
some = settings(max_examples=20)
# To begin with an example costs more than to try a message; too many would not fit into one.
AT_ONCE = 5


def for_each_service(selected):
    """Run a check, which takes a message and hypothesis' data, for the messages of a service."""

    def decorate(check):
        @few
        @given(data=st.data())
        def checked(some_messages, data):
            for message in some_messages:
                check(message, data)

        @pytest.mark.parametrize("service", dict.fromkeys(service_of(m) for m in selected))
        def run(service):
            mine = [message for message in selected if service_of(message) == service]
            for start in range(0, len(mine), AT_ONCE):
                checked(some_messages=mine[start : start + AT_ONCE])

        return run

    return decorate


def service_of(message):
    return message.name.split(".")[0]


# --- values of the types, from their notation alone


def integers(bits):
    return st.integers(-(1 << bits - 1), (1 << bits - 1) - 1)


floats = st.floats(width=32, allow_nan=False)
# Any byte may be in a blob; the long ones exceed the size of every buffer in a message.
blobs = st.binary(max_size=12)
texts = st.text(max_size=6)
zones = st.builds(timezone, st.builds(timedelta, seconds=st.integers(-64800, 64800)))
COLUMNS = {
    0: texts,
    1: st.booleans(),
    2: integers(8),
    3: integers(16),
    4: integers(32),
    5: integers(64),
    6: st.decimals(allow_nan=False, allow_infinity=False, places=3),
    7: floats,
    8: st.floats(allow_nan=False),
    9: st.dates(),
    10: st.times(),
    11: st.datetimes(),
    12: st.builds(datetime.replace, st.datetimes(), tzinfo=zones),
    13: blobs,
    14: st.none(),
    15: texts.map(customs.HazelcastJsonValue),
    16: texts,
}
SIMPLE = {
    "boolean": st.booleans(),
    "byte": integers(8),
    "int": integers(32),
    "long": integers(64),
    "float": floats,
    "UUID": st.uuids(),
    "String": texts,
    "Data": blobs,
    "byteArray": blobs,
    "longArray": st.lists(integers(64), max_size=3),
    "floatArray": st.lists(floats, max_size=3),
}
# The official client takes only the kinds that there are.
KINDS = st.sampled_from([kind for kind in range(1, 47) if kind not in {5, 6, 31, 32}])


@st.composite
def pages(draw):
    types = draw(st.lists(st.sampled_from(sorted(COLUMNS)), max_size=3))
    rows = draw(st.integers(0, 10))
    columns = [
        draw(st.lists(st.none() | COLUMNS[each], min_size=rows, max_size=rows)) for each in types
    ]
    return SqlPage(draw(st.booleans()), types, columns)


def inner_types(type_text):
    """The parts of `List[...]`, `Map[...,...]` and so on: the name, and what is inside."""
    match = re.fullmatch(r"(List|Set|Map|EntryList)\[(.+)\]", type_text)
    if match is None:
        return None
    name, inside = match.groups()
    return name, [inside] if name in {"List", "Set"} else inside.split(",", 1)


@cache
def values(type_text):
    """A strategy for values of a type."""
    if type_text.endswith("?"):
        return st.none() | values(type_text[:-1])
    if type_text in SIMPLE:
        return SIMPLE[type_text]
    if type_text == "SqlPage":
        return pages()
    generic = inner_types(type_text)
    if generic is None:
        made = [field_values(f) for f in customs.structure_fields(type_text)]
        if type_text == "FieldDescriptor":
            made = [texts, KINDS]
        return st.tuples(*made).map(customs.record(type_text)._make)
    name, inside = generic
    parts = [values(each) for each in inside]
    match name:
        case "List":
            return st.lists(*parts, max_size=3)
        case "Set":
            return st.sets(*parts, max_size=3)
        case "Map":
            return st.dictionaries(*parts, max_size=3)
    return st.lists(st.tuples(*parts), max_size=3)


def field_values(field):
    return values(f"{field.type}?" if field.nullable else field.type)


def all_values(fields):
    return st.tuples(*[field_values(field) for field in fields])


# --- round trips


@for_each_service(MESSAGES)
def test_what_is_encoded_is_decoded(message, data):
    request = data.draw(all_values(message.request_fields))
    encoded = bytes(message.encode_request(7, *request))
    assert header(encoded) == (message.request_type, 0)
    assert struct.unpack_from("<i", encoded, 18) == (7,)
    decoded = message.decode_request(encoded)
    assert decoded == request
    assert decoded._fields == tuple(field.name for field in message.request_fields)

    response = data.draw(all_values(message.response_fields))
    encoded = bytes(message.encode_response(1 << 40, 2, *response))
    assert header(encoded) == (message.answered_as, 1 << 40)
    assert encoded[18] == 2
    decoded = message.decode_response(memoryview(encoded))
    if len(response) < 2:
        assert decoded == (response[0] if response else None)
    else:
        assert decoded == response

    for event in message.events:
        expected = data.draw(all_values(event.fields))
        encoded = bytes(event.encode(-3, -1, *expected))
        assert header(encoded) == (event.type, -3)
        assert event.decode(encoded) == expected


def header(encoded):
    """Type and correlation id; and the frames are a chain that ends where the message ends."""
    chain = frames(encoded)
    assert [bool(flags & 0x2000) for flags, _ in chain] == [False] * (len(chain) - 1) + [True]
    assert chain[0][0] & 0xC000 == 0xC000
    return struct.unpack_from("<iq", encoded, 6)


def frames(encoded):
    at, result = 0, []
    while at < len(encoded):
        length, flags = struct.unpack_from("<IH", encoded, at)
        result.append((flags, bytes(encoded[at + 6 : at + length])))
        at += length
    assert at == len(encoded)
    return result


@some
@given(values("List[ErrorHolder]"))
def test_errors_survive(holders):
    message = bytes(encode_error(5, holders))
    assert header(message) == (0, 5)
    assert decode_error(message) == holders


@given(pages())
def test_pages_of_sql_rows_survive(page):
    message = bytes(sql.FETCH.encode_response(1, 0, page, None))
    decoded = sql.FETCH.decode_response(message).row_page
    assert decoded == page
    assert [[*map(type, column)] for column in decoded.columns] == [
        [*map(type, column)] for column in page.columns
    ]


# --- the official client

official = pytest.importorskip("hazelcast.protocol.client_message")
official_builtin = import_module("hazelcast.protocol.builtin")
Data = import_module("hazelcast.serialization.data").Data


def official_name(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|\.", "_", name).lower()


def official_codec(message):
    name = f"hazelcast.protocol.codec.{official_name(message.name)}_codec"
    return import_module(name) if find_spec(name) else None


SHARED = [message for message in MESSAGES if official_codec(message) is not None]
# What version 5.7 of the official client does not know. Parameters of these requests...
NEWER_PARAMETERS = {
    "Client.Authentication": 2,
    "Client.AuthenticationCustom": 2,
    "DynamicConfig.AddVectorCollectionConfig": 1,
}
# ...and the last field of these structures, which may be null.
NEWER_FIELDS = {
    "IndexConfig": "b_tree_index_config",
    "PagingPredicateHolder": "partition_keys_data",
}
# Attributes that the official classes call differently, or do not tell (None).
ALIASES = {
    ("EndpointQualifier", "type"): "_protocol_type",
    ("EndpointQualifier", "identifier"): "_identifier",
    ("SqlError", "originating_member_id"): "originating_member_uuid",
    ("SqlError", "cause_stack_trace"): None,
    # Its codec passes the two arguments in the wrong order, so that it always says True.
    ("SqlColumnMetadata", "nullable"): None,
}


def to_official(type_text, value):
    """The value as the official encoders take it; fields that they do not know become None."""
    if value is None or type_text in SIMPLE:
        return Data(value) if type_text == "Data" and value is not None else value
    generic = inner_types(type_text)
    if generic is None:
        fields = customs.structure_fields(type_text)
        return SimpleNamespace(
            **{f.name: to_official(f.type, getattr(value, f.name)) for f in fields}
        )
    name, inside = generic
    inside = [each.removesuffix("?") for each in inside]
    if name in {"List", "Set"}:
        return type(value)(to_official(inside[0], each) for each in value)
    pairs = value.items() if name == "Map" else value
    return type(value)([tuple(map(to_official, inside, pair)) for pair in pairs])


def assert_same(type_text, theirs, ours):
    """The value that the official decoder gave is the one that we encoded."""
    generic = inner_types(type_text)
    if ours is None or (generic is None and type_text in SIMPLE):
        assert (theirs.buffer if isinstance(theirs, Data) else theirs) == ours
    elif type_text == "SqlPage":
        assert theirs.is_last == ours.is_last
        assert theirs._column_types == ours.column_types
        for index, column in enumerate(ours.columns):
            rows = [theirs.get_value(index, row) for row in range(len(column))]
            assert [plain(each) for each in rows] == column
    elif generic is None:
        for field in customs.structure_fields(type_text):
            name = ALIASES.get((type_text, field.name), field.name)
            if name is not None:
                assert_same(field.type, getattr(theirs, name), getattr(ours, field.name))
    else:
        name, inside = generic
        inside = [each.removesuffix("?") for each in inside]
        assert len(theirs) == len(ours)
        if name == "Set":
            assert theirs == ours
        elif inside == ["FieldDescriptor"]:
            # The official client sorts the fields of a schema.
            assert [f.field_name for f in theirs] == sorted(f.field_name for f in ours)
        elif name == "List":
            for pair in zip(theirs, ours, strict=True):
                assert_same(inside[0], *pair)
        else:
            pairs = (theirs.items(), ours.items()) if name == "Map" else (theirs, ours)
            for (their_key, their_value), (our_key, our_value) in zip(*pairs, strict=True):
                assert_same(inside[0], their_key, our_key)
                assert_same(inside[1], their_value, our_value)


def plain(value):
    if isinstance(value, Data):
        return value.buffer
    if hasattr(value, "to_string"):
        return customs.HazelcastJsonValue(value.to_string())
    return value


def inbound(encoded):
    chain = [official.Frame(content, flags) for flags, content in frames(encoded)]
    message = official.InboundMessage(chain[0])
    for frame in chain[1:]:
        message.add_frame(frame)
    return message


def test_the_official_client_has_277_of_the_messages():
    assert len(SHARED) == 277


@for_each_service(SHARED)
def test_requests_are_those_of_the_official_client(message, data):
    encode = official_codec(message).encode_request
    known = len(inspect.signature(encode).parameters)
    fields = message.request_fields
    assert len(fields) - known == NEWER_PARAMETERS.get(message.name, 0)
    assert all(field.since for field in fields[known:])
    request = data.draw(all_values(fields))
    known_values = zip(fields[:known], request, strict=False)
    theirs = encode(*[to_official(field.type, value) for field, value in known_values])
    theirs.set_partition_id(4)
    theirs = bytes(theirs.buf)
    ours = bytes(message.encode_request(4, *request))
    if known == len(fields) and not any(field.type in NEWER_FIELDS for field in fields):
        assert ours == theirs
    else:
        assert_extends(frames(ours), frames(theirs))
    # What the official client does not send is None for us.
    expected = [older(f.type, value) for f, value in zip(fields[:known], request, strict=False)]
    assert message.decode_request(theirs) == (*expected, *[None] * (len(fields) - known))


def assert_extends(ours, theirs):
    """Our frames are theirs and more: the initial frame may be longer, others may be added.

    Only the flag that ends a message may differ in the frames that both have.
    """
    assert ours[0][0] == theirs[0][0]
    assert ours[0][1].startswith(theirs[0][1])
    rest = iter([(flags & ~0x2000, content) for flags, content in ours[1:]])
    assert all((flags & ~0x2000, content) in rest for flags, content in theirs[1:])


def older(type_text, value):
    """The value without what the official client does not know."""
    newer = NEWER_FIELDS.get(type_text)
    return value._replace(**{newer: None}) if newer else value


@for_each_service(SHARED)
def test_the_official_client_reads_our_responses(message, data):
    decode = getattr(official_codec(message), "decode_response", None)
    fields = message.response_fields
    if decode is None:
        assert all(field.since for field in fields)
        return
    response = data.draw(all_values(fields).filter(official_can_read))
    extra = [lambda each: each] * (len(inspect.signature(decode).parameters) - 1)
    theirs = decode(inbound(message.encode_response(1, 0, *response)), *extra)
    if len(fields) == 1:
        assert_same(fields[0].type, theirs, response[0])
        return
    for field, value in zip(fields, response, strict=True):
        if field.name in theirs:
            assert_same(field.type, theirs[field.name], value)
        else:
            assert field.since


def official_can_read(response):
    """Whether the official client has the column types of a page; it lacks ROW."""
    return not any(isinstance(each, SqlPage) and 16 in each.column_types for each in response)


@for_each_service([message for message in SHARED if message.events])
def test_the_official_client_reads_our_events(message, data):
    handle = official_codec(message).handle
    for event in message.events:
        handler = f"handle_{official_name(event.name)}_event"
        if handler not in inspect.signature(handle).parameters:
            assert event.since == "2.8"
            continue
        expected = data.draw(all_values(event.fields))
        seen = []
        handled = {handler: lambda *values, seen=seen: seen.append(values)}
        handle(inbound(event.encode(9, -1, *expected)), **handled)
        assert len(seen) == 1
        for field, theirs, ours in zip(event.fields, seen[0], expected, strict=True):
            assert_same(field.type, theirs, ours)


@given(pages().filter(lambda page: 16 not in page.column_types))
def test_the_official_client_reads_our_pages(page):
    message = inbound(sql.FETCH.encode_response(1, 0, page, None))
    theirs = official_codec(sql.FETCH).decode_response(message, lambda data: data)
    assert_same("SqlPage", theirs["row_page"], page)


@some
@given(values("List[ErrorHolder]"))
def test_the_official_client_reads_our_errors(holders):
    codec = import_module("hazelcast.protocol.codec.custom.error_holder_codec").ErrorHolderCodec
    message = inbound(encode_error(5, holders))
    message.next_frame()
    theirs = official_builtin.ListMultiFrameCodec.decode(message, codec.decode)
    assert_same("List[ErrorHolder]", theirs, holders)
