# SPDX-License-Identifier: Apache-2.0
"""Damaged messages: each way does what it says, and never leaves a message whole."""

from __future__ import annotations

from random import Random
from struct import unpack_from

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.core import DistributedObjectInfo
from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.frames import FrameReader
from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.testing._hazelcast.damage import damaged
from gridwire.testing._hazelcast.fault_specs import DAMAGES
from support.hazelcast_wire import text_data

VALUE = text_data("a value of some length")
ANSWER = bytes(messages.GET.encode_response(7, 0, VALUE))
INFO = DistributedObjectInfo("hz:impl:mapService", "prices")
PING = bytes(client_messages.PING.encode_response(7, 0))


def harm(message: bytes, how: str, seed: int = 1) -> bytes:
    return damaged(message, how, Random(seed).randbytes)


@pytest.mark.parametrize("how", DAMAGES)
def test_nothing_stays_whole(how):
    assert harm(ANSWER, how) != ANSWER
    assert harm(ANSWER, how) == harm(ANSWER, how)


def test_a_length_that_cannot_be():
    with pytest.raises(ProtocolError):
        FrameReader().feed(harm(ANSWER, "length"))


def test_a_cut_message_swallows_the_beginning_of_the_next():
    reader = FrameReader()
    assert reader.feed(harm(ANSWER, "cut")) == []
    assert len(harm(ANSWER, "cut")) == len(ANSWER) - len(ANSWER) // 3


def test_a_type_that_nothing_has():
    (message,) = FrameReader().feed(harm(ANSWER, "type"))
    with pytest.raises(ProtocolError, match="a message of type 0x7f7f7f came instead"):
        messages.GET.decode_response(message)


def test_an_answer_to_a_request_that_nobody_made():
    (message,) = FrameReader().feed(harm(ANSWER, "correlation"))
    assert unpack_from("<q", message, 10) == (2**63 - 1,)
    assert messages.GET.decode_response(message) == VALUE


def test_noise_has_frames_that_are_whole():
    (message,) = FrameReader().feed(harm(ANSWER, "noise"))
    assert len(message) == len(ANSWER)
    assert unpack_from("<iq", message, 6) == unpack_from("<iq", ANSWER, 6)
    value = messages.GET.decode_response(message)
    assert len(value) == len(VALUE)
    assert value != VALUE
    assert harm(ANSWER, "noise", 1) != harm(ANSWER, "noise", 2)


@given(seed=st.integers(), is_big_endian=st.booleans())
def test_noise_is_no_value_and_no_text(seed, is_big_endian):
    # A value of a type that a program could have registered would be one: nobody could tell.
    (message,) = FrameReader().feed(harm(ANSWER, "noise", seed))
    service = SerializationService(is_big_endian=is_big_endian)
    with pytest.raises(HazelcastSerializationError, match="which Hazelcast does not define"):
        service.to_object(messages.GET.decode_response(message))
    names = bytes(client_messages.GET_DISTRIBUTED_OBJECTS.encode_response(7, 0, [INFO]))
    (message,) = FrameReader().feed(harm(names, "noise", seed))
    with pytest.raises(ProtocolError):
        client_messages.GET_DISTRIBUTED_OBJECTS.decode_response(message)


@given(how=st.sampled_from(DAMAGES), size=st.integers(0, 300), seed=st.integers(0, 9))
def test_any_size(how, size, seed):
    message = bytes(messages.GET_ALL.encode_response(7, 0, [(b"k" * 9, bytes(size))] * 3))
    assert len(harm(message, how, seed)) == len(message) - (how == "cut") * (len(message) // 3)
    harm(PING, how, seed)
