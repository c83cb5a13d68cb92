# SPDX-License-Identifier: Apache-2.0
"""Requests equal, byte for byte, what another client sent to a real server, and its answers mean
the same."""

from __future__ import annotations

import ast
import json
from struct import pack_into
from typing import Any

import pytest

from gridwire.aerospike._options.policies import Policies
from gridwire.aerospike.exception import AerospikeError
from gridwire.aerospike.operations.batch import Batch
from gridwire.aerospike.operations.batch_group import FIRST_INDEX
from gridwire.aerospike.operations.batch_requests import BatchRequests
from gridwire.aerospike.operations.record import RecordRequests
from gridwire.aerospike.protocol.batch import encode_batch
from gridwire.aerospike.protocol.digest import partition_of, record_digest
from gridwire.aerospike.protocol.message import sections
from gridwire.aerospike.protocol.ripemd import ripemd160
from support.aerospike_wire import NOW, VECTORS, frame_of, lines, plain

MODIFYING = {"append": 9, "prepend": 10, "increment": 5}

RESULT_AT = 13

EXCHANGES = lines("community-client.jsonl")

# What differs on purpose: the other client adds an operation that reads nothing, sorts the keys of
# maps, and says what belongs to the rows of a batch once for all of them.
OTHERWISE = {"exists", "exists-missing", "value-map-put"}
OTHERWISE |= {"batch-read-ap-all", "batch-read-read-touch"}


def unknown(name: str, nearest: str | None) -> None:
    raise AssertionError(f"{name} is no key of a policy")


RECORDS = RecordRequests(Policies({}, unknown), lambda: NOW)
BATCHES = BatchRequests(Policies({}, unknown), lambda: NOW, lambda low, high: high)


def call(method: str, arguments: str) -> Any:
    positional, named = ast.literal_eval(arguments)
    if method.startswith("batch_"):
        return getattr(BATCHES, method.removeprefix("batch_"))(*positional, **named)
    if method in MODIFYING:
        key, name, value, *rest = positional
        given = {"op": MODIFYING[method], "bin": name, "val": value}
        return RECORDS.modify(method, given, key, *rest, **named)
    return getattr(RECORDS, method)(*positional, **named)


def sent(made: Any) -> bytes:
    if not isinstance(made, Batch):
        return bytes(made.payload)
    made.start(NOW)
    rows = [(index, item.key.digest, item.row) for index, item in enumerate(made.items)]
    return bytes(encode_batch(rows, made.rules.flags, made.time_left(NOW).server_ms))


def renumbered(message: bytes) -> bytes:
    """The answer as to a client that counts rows as this one does; others begin with 0."""
    changed = bytearray(message)
    for section in sections(message):
        assert not section.field_count
        if not section.is_last:
            pack_into(">I", changed, section.operations_at - 8, section.row + FIRST_INDEX)
    return bytes(changed)


@pytest.mark.parametrize("recorded", EXCHANGES, ids=lambda recorded: recorded["id"])
def test_a_request_is_what_another_client_sent(recorded):
    made = call(recorded["method"], recorded["arguments"])
    same = sent(made) == frame_of(recorded["request"])
    assert same == (recorded["id"] not in OTHERWISE)


BATCHED = [one for one in EXCHANGES if one["method"].startswith("batch_")]
SINGLE = [one for one in EXCHANGES if one not in BATCHED]


@pytest.mark.parametrize("recorded", SINGLE, ids=lambda recorded: recorded["id"])
def test_an_answer_about_a_record_means_what_it_meant_to_another_client(recorded):
    request = call(recorded["method"], recorded["arguments"])
    result = plain(recorded["result"])
    answer = frame_of(recorded["response"][0])
    if isinstance(result, dict) and "error" in result:
        with pytest.raises(AerospikeError) as raised:
            request.decode(answer)
        assert raised.value.code == answer[RESULT_AT] != 0
        assert type(raised.value).__name__ == result["error"]["name"]
        return
    decoded = request.decode(answer)
    if recorded["method"] == "exists":
        assert (decoded.meta is None) == (result[1] is None)
    elif result is None:
        assert decoded is None
    elif recorded["method"] == "operate_ordered":
        assert [list(one) for one in decoded.ordered_bins] == result[2]
    else:
        assert sorted(map(repr, decoded.bins.items())) == sorted(map(repr, result[2].items()))
        meta = result[1]
        assert decoded.meta.gen == (meta["gen"] if isinstance(meta, dict) else meta[0])


@pytest.mark.parametrize("recorded", BATCHED, ids=lambda recorded: recorded["id"])
def test_an_answer_to_a_batch_means_what_it_meant_to_another_client(recorded):
    batch = call(recorded["method"], recorded["arguments"])
    batch.start(NOW)
    (group,) = batch.groups(NOW, lambda namespace, partition, turn: "node")
    taken = [group.take(renumbered(frame_of(text))) for text in recorded["response"]]
    assert taken == [False] * (len(taken) - 1) + [True]
    assert batch.end_round(NOW) is None
    found = batch.result(NOW).batch_records
    wanted = plain(recorded["result"])["records"]
    assert [one.result for one in found] == [one["result"] for one in wanted]
    for ours, theirs in zip(found, wanted, strict=True):
        if theirs["record"] is None:
            assert ours.record is None
        elif recorded["method"] in ("batch_read", "batch_operate"):
            assert ours.record.bins == theirs["record"][2]
        else:
            assert ours.record.bins == {}


@pytest.mark.parametrize("recorded", lines("records-read.jsonl"), ids=lambda one: one["id"])
def test_a_record_is_read_as_the_official_client_reads_it(recorded):
    key = ("test", "any", "key")
    wanted = plain(recorded["result"])
    answer = frame_of(recorded["response"][0])
    if isinstance(wanted, dict):
        with pytest.raises(AerospikeError) as raised:
            RECORDS.get(key).decode(answer)
        assert raised.value.code == wanted["error"]["code"]
        return
    record = RECORDS.get(key).decode(answer)
    assert repr(record.bins) == repr(wanted[2])
    assert record.meta.gen == wanted[1]["gen"]


@pytest.mark.parametrize(
    ("set_name", "key", "digest", "partition"),
    json.loads(VECTORS.joinpath("digests.json").read_text(encoding="utf-8")),
)
def test_a_digest_is_what_the_official_client_computes(set_name, key, digest, partition):
    user_key = ast.literal_eval(key.removeprefix("bytearray"))
    if key.startswith("bytearray"):
        user_key = bytearray(user_key)
    found = record_digest(set_name, user_key)
    assert found.hex() == digest
    assert partition_of(found) == partition
    if isinstance(user_key, str):
        # Where OpenSSL has no such hash, this one does it.
        assert ripemd160(set_name.encode() + b"\3" + user_key.encode()).hex() == digest
