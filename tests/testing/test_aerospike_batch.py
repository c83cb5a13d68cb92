# SPDX-License-Identifier: Apache-2.0
"""Batches of a test node, beyond what the recorded exchanges show."""

from __future__ import annotations

import pytest

from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.batch import (
    ALLOW_INLINE,
    REPORT_ERRORS,
    RESPOND_ALL_KEYS,
    BatchRow,
    encode_batch,
)
from gridwire.aerospike.protocol.digest import partition_of, record_digest
from gridwire.aerospike.protocol.message import encode_message, field, read_head
from gridwire.testing._aerospike import batch, codes
from gridwire.testing._aerospike.batch import PACKED_BYTES
from gridwire.testing._aerospike.views import SingleNode
from support.aerospike_nodes import READ_ALL, WRITE, Op, Talk, reply_of, write
from support.aerospike_vectors import messages_of

GET = BatchRow("test", "s", READ_ALL)


def writing(*ops: Op) -> BatchRow:
    encoded = b"".join(op.encode() for op in ops)
    return BatchRow("test", "s", 0, WRITE, operation_count=len(ops), operations=encoded)


def ask(talk, *rows, bits=ALLOW_INLINE | RESPOND_ALL_KEYS | REPORT_ERRORS):
    """The answers by their index, and the code of the last message."""
    sent = [(index, record_digest("s", key), row) for index, (key, row) in enumerate(rows)]
    frames = talk.send(bytes(encode_batch(sent, bits, 1000)))
    answers = {}
    for frame in frames[:-1]:
        for message in messages_of(frame):
            answers[read_head(message, 0).timeout] = reply_of(message, 0)
    last = read_head(frames[-1])
    assert last.info3 == flags.INFO3_LAST
    return answers, last.result


def test_reads_and_writes_of_one_batch_see_each_other():
    talk = Talk()
    answers, code = ask(
        talk,
        (1, writing(write("a", 1))),
        (1, GET),
        (1, BatchRow("test", "s", 0, WRITE | flags.INFO2_DELETE)),
        (1, GET),
    )
    assert code == codes.OK
    assert [answers[index].code for index in range(4)] == [0, 0, 0, codes.NOT_FOUND]
    assert answers[1].bins == [("a", 1)]


def test_nothing_is_done_when_one_row_cannot_be_read():
    talk = Talk()
    body = bytes(encode_batch([(0, bytes(20), writing(write("a", 1)))] * 2, 5, 1000))
    short = bytearray(body[:-3])
    answers, code = ask_raw(talk, short)
    assert (answers, code) == ([], codes.PARAMETER)
    assert talk.namespace.objects == 0


def ask_raw(talk, message):
    """Send a batch whose only field was cut; its sizes are made to fit."""
    message[2:8] = (len(message) - 8).to_bytes(6, "big")
    message[30:34] = (len(message) - 34).to_bytes(4, "big")
    frames = talk.send(bytes(message))
    return frames[:-1], read_head(frames[-1]).result


def test_answers_are_packed():
    talk = Talk()
    blob = bytes(1000)
    for key in range(300):
        talk.put(key, {"b": blob})
    talk.put(300, {"b": bytes(2 * PACKED_BYTES)})
    sent = [(key, record_digest("s", key), GET) for key in range(301)]
    frames = talk.send(bytes(encode_batch(sent, ALLOW_INLINE | RESPOND_ALL_KEYS, 1000)))
    counts = [len(messages_of(frame)) for frame in frames]
    assert counts == [127, 127, 46, 1, 1]
    assert all(len(frame) <= PACKED_BYTES + 8 for frame in frames[:3])


@pytest.mark.parametrize(
    ("bits", "shown", "last"),
    [
        (ALLOW_INLINE, {}, codes.BIN_TYPE),
        (ALLOW_INLINE | REPORT_ERRORS, {0: 12, 1: 2, 2: 0}, codes.BIN_TYPE),
        (ALLOW_INLINE | RESPOND_ALL_KEYS, {0: 12, 1: 2, 2: 0}, codes.OK),
    ],
)
def test_what_an_error_in_a_row_means(bits, shown, last):
    talk = Talk()
    talk.put(1, {"a": 1})
    appended = writing(Op(flags.OP_APPEND, "a", "x"))
    answers, code = ask(talk, (1, appended), (2, GET), (1, GET), bits=bits)
    assert ({index: reply.code for index, reply in answers.items()}, code) == (shown, last)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("batch-index-threads", 0, codes.BATCH_DISABLED),
        ("batch-max-requests", 1, codes.BATCH_TOO_MANY),
        ("batch-max-buffers-per-queue", 0, codes.BATCH_QUEUES_FULL),
    ],
)
def test_a_server_can_be_told_to_refuse_batches(name, value, code):
    talk = Talk(service={name: value})
    assert ask(talk, (1, GET), (2, GET)) == ({}, code)
    assert talk.info("set-config:context=service;" + name + "=9") == "ok"
    assert ask(talk, (1, GET), (2, GET))[1] == codes.OK


def test_rows_whose_answers_would_fill_the_memory_are_not_done(monkeypatch):
    monkeypatch.setattr(batch, "MAX_PROTO_BYTES", 3000)
    talk = Talk()
    talk.put(1, {"b": bytes(1000)})
    answers, last = ask(talk, *[(1, GET)] * 4, (2, writing(write("a", 1))))
    results = [answers[index].code for index in range(5)]
    assert results == [0, 0, 0, codes.BATCH_QUEUES_FULL, codes.BATCH_QUEUES_FULL]
    assert last == 0
    assert talk.get(2).code == codes.NOT_FOUND


def test_a_filter_of_the_batch_is_for_rows_without_their_own():
    talk = Talk()
    talk.put(1, {"a": 1})
    own = GET._replace(field_count=1, fields=field(flags.FIELD_FILTER, b"\xc3"))
    rows = [(0, record_digest("s", 1), GET), (1, record_digest("s", 1), own)]
    batch = bytes(encode_batch(rows, ALLOW_INLINE | RESPOND_ALL_KEYS, 1000))[30:]
    parent = field(flags.FIELD_FILTER, b"\xc2")
    message = encode_message(flags.INFO1_BATCH, 0, 0, 0, 0, 1000, 2, parent + batch)
    answers = [reply_of(part, 0) for part in messages_of(talk.send(bytes(message))[0])]
    assert [answer.code for answer in answers] == [codes.FILTERED_OUT, codes.OK]


def test_partitions_that_a_node_does_not_serve():
    home = partition_of(record_digest("s", 1))

    class Elsewhere(SingleNode):
        def serves(self, node, namespace, partition):
            assert (node, namespace) == ("A1", b"test")
            return partition == home

    namespace = Talk().namespace
    talk = Talk(Elsewhere("A1", (namespace,), "127.0.0.1:3000", "docker"))
    assert talk.put(1, {"a": 1}).code == 0
    assert talk.put(2, {"a": 1}).code == codes.UNAVAILABLE
    answers, code = ask(talk, (1, GET), (2, GET))
    assert ([answers[0].code, answers[1].code], code) == ([0, codes.UNAVAILABLE], 0)
