# SPDX-License-Identifier: Apache-2.0
"""A batch over several nodes: who is asked what, what is asked again, and what callers are told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.aerospike import (
    AdminError,
    AerospikeError,
    AerospikeTimeoutError,
    BatchRetryInfo,
    ClusterError,
    InvalidArgError,
    LazyBatchRecords,
    ServerError,
)
from gridwire.aerospike._options.policies import Policies
from gridwire.aerospike.cluster.attempts import Failure
from gridwire.aerospike.cluster.node import Endpoint, NodeFacts
from gridwire.aerospike.operations import batch as batches
from gridwire.aerospike.operations.batch import MAX_ROWS, Batch
from gridwire.aerospike.operations.batch_group import FIRST_INDEX, Group
from gridwire.aerospike.operations.batch_requests import BatchRequests
from gridwire.aerospike.protocol.result_codes import error_of
from gridwire.errors import Outcome, ProtocolError
from support.aerospike_wire import NOW, framed, last, section


class Named:
    """A node as far as errors ask."""

    def __init__(self, name: str) -> None:
        self.facts = NodeFacts(name, Endpoint("h", 3000))


KEYS = [("test", "demo", number) for number in range(6)]
INCREMENT = [{"op": 5, "bin": "a", "val": 1}]
NODES = tuple(Named(name) for name in "ABC")
A, B, _ = NODES

REQUESTS = BatchRequests(
    Policies({}, lambda name, nearest: None), lambda: NOW, lambda low, high: high
)


def by_partition(namespace: str, partition: int, turn: int) -> Named:
    return NODES[(partition + turn) % len(NODES)]


def begun(batch: Batch[Any], choose: Any = by_partition, now: float = 0.0) -> list[Group[Named]]:
    batch.start(now)
    return batch.groups(now, choose)


def row(index: int, code: int = 0, bins: Iterable[tuple[str, Any]] = ()) -> bytes:
    """The answer to a row, which messages number from `FIRST_INDEX` on."""
    return section(code, bins, index=index + FIRST_INDEX)


def answer(group: Group[Any], codes: dict[int, int] | None = None, end: int = 0) -> None:
    codes = codes or {}
    rows = [
        row(index, codes.get(index, 0), [] if codes.get(index) else [("a", index)])
        for index in group.indexes
    ]
    assert group.take(framed(*rows)) is False
    assert group.take(framed(last(end))) is True


def codes_of(batch: Batch[Any]) -> list[int]:
    return [item.code for item in batch.items]


def test_rows_go_to_their_nodes_and_results_come_in_the_order_of_the_call():
    batch = REQUESTS.read(KEYS)
    groups = begun(batch)
    assert sorted(index for group in groups for index in group.indexes) == list(range(6))
    for group in reversed(groups):
        answer(group)
    assert batch.end_round(0.1) is None
    found = batch.result(0.1)
    assert found.to_list() == [{"a": number} for number in range(6)]
    assert found.to_dict() == {number: {"a": number} for number in range(6)}


def test_only_unanswered_rows_are_asked_again_and_elsewhere():
    batch = REQUESTS.read(KEYS)
    groups = begun(batch)
    for group in groups[1:]:
        answer(group)
    batch.failed(groups[0], Failure.LOST)
    assert batch.end_round(0.1) == 0
    again = batch.groups(0.1, by_partition)
    assert sorted(i for group in again for i in group.indexes) == sorted(groups[0].indexes)
    assert groups[0].node not in {group.node for group in again}
    for group in again:
        answer(group)
    assert batch.end_round(0.2) is None
    assert codes_of(batch) == [0] * 6


def test_half_an_answer_counts():
    batch = REQUESTS.read(KEYS[:2])
    (group,) = begun(batch, lambda *where: A)
    assert not group.take(framed(row(1, bins=[("a", 1)])))
    batch.failed(group, Failure.LOST)
    assert batch.end_round(0.1) == 0
    (group,) = batch.groups(0.1, lambda *where: B)
    assert group.indexes == [0]
    answer(group, {0: 2})
    assert batch.end_round(0.1) is None
    assert codes_of(batch) == [2, 0]


def test_a_write_that_may_have_been_done_is_not_repeated_unasked():
    batch = REQUESTS.operate(KEYS[:2], INCREMENT)
    lost, sound = begun(batch, lambda n, partition, turn: NODES[partition % 2])
    batch.failed(lost, Failure.LOST)
    answer(sound)
    assert batch.end_round(0.1) is None
    result = batch.result(0.1)
    doubtful, done = result.batch_records
    assert (doubtful.result, doubtful.in_doubt, doubtful.record) == (-10, True, None)
    assert (done.result, done.in_doubt) == (0, False)
    assert result.retry == BatchRetryInfo(1, 1, False, 1)


def test_a_write_that_never_left_is_repeated():
    batch = REQUESTS.operate(KEYS[:1], INCREMENT)
    (group,) = begun(batch)
    batch.failed(group, Failure.NOT_SENT)
    assert batch.end_round(0.1) == 0
    (group,) = batch.groups(0.1, by_partition)
    answer(group)
    assert batch.end_round(0.1) is None
    assert not batch.items[0].in_doubt


def test_who_asks_for_retries_has_writes_repeated():
    batch = REQUESTS.operate(KEYS[:1], INCREMENT, {"max_retries": 1})
    (group,) = begun(batch)
    batch.failed(group, Failure.TIMEOUT)
    assert batch.end_round(0.1) == 0
    (group,) = batch.groups(0.1, by_partition)
    answer(group, {0: 3})
    assert batch.end_round(0.2) is None
    (record,) = batch.result(0.2).batch_records
    # The first attempt may be what made the other generation.
    assert (record.result, record.in_doubt) == (3, True)


def test_codes_that_pass_are_asked_again_and_others_not():
    batch = REQUESTS.read(KEYS[:3])
    (group,) = begun(batch, lambda *where: A)
    answer(group, {0: 11, 1: 2, 2: 14})
    assert batch.end_round(0.1) == 0
    (group,) = batch.groups(0.1, lambda *where: A)
    assert group.indexes == [0]
    answer(group, {0: 18})
    assert batch.end_round(0.2) == 0
    answer(*batch.groups(0.2, lambda *where: A), {0: 18})
    assert batch.end_round(0.3) is None
    assert codes_of(batch) == [18, 2, 14]


def test_a_batch_that_nobody_answers_raises():
    batch = REQUESTS.read(KEYS, policy={"max_retries": 0})
    for group in begun(batch):
        batch.failed(group, Failure.TIMEOUT)
    assert batch.end_round(1.0) is None
    with pytest.raises(AerospikeTimeoutError) as raised:
        batch.result(1.0)
    assert raised.value.facts["records"] == 6
    assert raised.value.facts["attempts"] == 1


def test_a_lost_write_batch_is_in_doubt():
    batch = REQUESTS.write([(key, {"a": 1}) for key in KEYS])
    for group in begun(batch):
        batch.failed(group, Failure.LOST)
    assert batch.end_round(0.1) is None
    with pytest.raises(ClusterError) as raised:
        batch.result(0.1)
    assert raised.value.in_doubt
    assert raised.value.outcome is Outcome.UNKNOWN


def test_a_batch_that_never_left_says_so():
    batch = REQUESTS.write([(key, {"a": 1}) for key in KEYS], {"max_retries": 0})
    for group in begun(batch):
        batch.failed(group, Failure.NO_CONNECTION)
    assert batch.end_round(0.1) is None
    with pytest.raises(ClusterError) as raised:
        batch.result(0.1)
    assert raised.value.outcome is Outcome.NOT_SENT
    assert not raised.value.in_doubt


def test_a_refusal_of_the_whole_raises_its_code():
    batch = REQUESTS.read(KEYS)
    (group,) = begun(batch, lambda *where: A)
    assert group.take(framed(last(151)))
    assert batch.end_round(0.1) is None
    with pytest.raises(ServerError) as raised:
        batch.result(0.1)
    assert raised.value.code == group.refusal == 151


def test_an_unknown_namespace_is_the_code_of_its_rows_alone():
    def choose(namespace: str, partition: int, turn: int) -> Named:
        if namespace == "nope":
            raise error_of(20)
        return A

    batch = REQUESTS.read([KEYS[0], ("nope", "demo", 1)])
    (group,) = begun(batch, choose)
    assert group.indexes == [0]
    answer(group)
    assert batch.end_round(0.1) is None
    assert [record.result for record in batch.result(0.1).batch_records] == [0, 20]


def test_rows_without_a_node_wait_for_one():
    batch = REQUESTS.read(KEYS[:1])
    assert begun(batch, lambda *where: None) == []
    assert batch.is_homeless
    assert batch.end_round(0.1) == 0
    answer(*batch.groups(0.2, by_partition))
    assert not batch.is_homeless
    assert batch.end_round(0.3) is None
    assert codes_of(batch) == [0]


def test_an_answer_that_was_not_asked_is_a_protocol_error():
    batch = REQUESTS.read(KEYS)
    groups = begun(batch)
    with pytest.raises(ProtocolError, match="not asked"):
        groups[0].take(framed(row(groups[1].indexes[0], bins=[("a", 1)])))
    with pytest.raises(ProtocolError, match="unanswered"):
        groups[0].take(framed(last()))
    batch.failed(groups[0], Failure.LOST)
    assert not any(batch.items[index].is_answered for index in groups[0].indexes)


@pytest.mark.parametrize("code", [0, 2, 12])
def test_a_second_answer_to_a_row_is_a_protocol_error(code):
    batch = REQUESTS.read(KEYS[:2])
    (group,) = begun(batch, lambda *where: A)
    group.take(framed(row(1, bins=[("a", 1)])))
    with pytest.raises(ProtocolError, match="answered before"):
        group.take(framed(row(1, code)))
    assert not group.is_done


def test_nothing_may_follow_the_end():
    batch = REQUESTS.read(KEYS[:1])
    (group,) = begun(batch, lambda *where: A)
    with pytest.raises(ProtocolError, match="behind its end"):
        group.take(framed(row(0), last(), row(0)))


def test_a_refusal_of_the_whole_that_names_no_row_is_not_the_answer_to_the_first():
    """As from a server that does not know who asks: one frame, index 0, no sign of the end."""
    batch = REQUESTS.write([(key, {"a": 1}) for key in KEYS[:3]])
    (group,) = begun(batch, lambda *where: A)
    with pytest.raises(ProtocolError, match="refused as a whole with code 80"):
        group.take(framed(section(80)))
    # The connection goes, which changes nothing about what the server said.
    batch.failed(group, Failure.LOST)
    assert batch.end_round(0.1) is None
    with pytest.raises(AdminError) as raised:
        batch.result(0.1)
    assert (raised.value.code, raised.value.outcome) == (80, Outcome.REJECTED)
    assert not any(item.in_doubt for item in batch.items)


def test_a_refusal_of_the_whole_amid_answers_says_nothing_of_the_other_rows():
    batch = REQUESTS.write([(key, {"a": 1}) for key in KEYS[:2]])
    (group,) = begun(batch, lambda *where: A)
    group.take(framed(row(0)))
    with pytest.raises(ProtocolError, match="as a whole"):
        group.take(framed(section(80)))
    batch.failed(group, Failure.LOST)
    assert batch.end_round(0.1) is None
    assert [(one.result, one.in_doubt) for one in batch.result(0.1).batch_records] == [
        (0, False),
        (-10, True),
    ]


def test_an_error_of_a_batch_in_doubt_says_that_its_outcome_is_unknown():
    """One node may have written and then failed; another refused."""
    batch = REQUESTS.write([(key, {"a": 1}) for key in KEYS[:2]])
    first, second = begun(batch, lambda n, partition, turn: NODES[partition % 2])
    assert first.take(framed(last(1)))
    assert second.take(framed(last(151)))
    assert batch.end_round(0.1) is None
    with pytest.raises(ServerError) as raised:
        batch.result(0.1)
    assert (raised.value.in_doubt, raised.value.outcome) == (True, Outcome.UNKNOWN)


def test_a_breaker_is_named_and_not_waited_for():
    batch = REQUESTS.read(KEYS[:2], policy={"max_retries": 1})
    batch.start(0.0)
    for _ in range(2):
        assert batch.groups(0.0, lambda *where: None, lambda *where: True) == []
        assert not batch.is_homeless
        pause = batch.end_round(0.0)
    assert pause is None
    with pytest.raises(ClusterError, match="left alone for now") as raised:
        batch.result(0.0)
    assert raised.value.outcome is Outcome.NOT_SENT


def test_large_batches_are_split():
    batch = REQUESTS.read([("test", "demo", number) for number in range(MAX_ROWS + 1)])
    assert [len(group.indexes) for group in begun(batch, lambda *where: A)] == [MAX_ROWS, 1]


def test_batches_are_split_by_bytes_too(monkeypatch):
    monkeypatch.setattr(batches, "MAX_MESSAGE_BYTES", 4096)
    records = [(key, {"a": "x" * (1000 + 300 * key[2])}) for key in KEYS]
    batch = REQUESTS.write(records)
    groups = begun(batch, lambda *where: A)
    assert [index for group in groups for index in group.indexes] == list(range(len(KEYS)))
    sizes = [len(group.encode(1000)) for group in groups]
    assert max(sizes) <= 4096
    assert len(groups) == 4
    for group in groups:
        answer(group)
    assert batch.end_round(0.1) is None
    assert codes_of(batch) == [0] * 6


def test_what_is_done_alike_with_many_records_counts_once(monkeypatch):
    monkeypatch.setattr(batches, "MAX_MESSAGE_BYTES", 4096)
    batch = REQUESTS.operate(KEYS, [{"op": 2, "bin": "a", "val": "x" * 3000}])
    (group,) = begun(batch, lambda *where: A)
    assert len(group.encode(1000)) < 4096


def test_a_row_that_fits_into_no_message_is_refused(monkeypatch):
    monkeypatch.setattr(batches, "MAX_MESSAGE_BYTES", 4096)
    with pytest.raises(InvalidArgError, match="at most") as raised:
        REQUESTS.write([(KEYS[0], {"a": 1}), (KEYS[1], {"a": "x" * 5000})])
    assert raised.value.outcome is Outcome.NOT_SENT


def test_an_empty_batch_asks_nobody():
    batch = REQUESTS.read([])
    assert begun(batch) == []
    assert batch.end_round(0.0) is None
    assert batch.result(0.0).to_list() == []
    assert len(batch.result(0.0)) == 0


# -- the further rounds of batch_write --------------------------------------------------------


def write(retry: int, **policy: int) -> Batch[Any]:
    return REQUESTS.write([(key, {"a": 1}) for key in KEYS[:2]], policy or None, retry)


def test_further_rounds_send_what_failed_for_a_while():
    batch = write(3)
    (group,) = begun(batch, lambda *where: A)
    answer(group, {0: 14, 1: 5})
    pause = batch.end_round(0.0)
    assert pause == 0.01
    (group,) = batch.groups(0.01, lambda *where: A)
    assert group.indexes == [0]
    answer(group, {0: 8})
    assert batch.end_round(0.02) == 0.02
    answer(*batch.groups(0.05, lambda *where: A))
    assert batch.end_round(0.06) is None
    result = batch.result(0.06)
    assert [record.result for record in result.batch_records] == [0, 5]
    assert result.retry == BatchRetryInfo(3, 4, False, 0)


def test_rounds_end_with_the_total_timeout():
    batch = write(9, total_timeout=50)
    (group,) = begun(batch, lambda *where: A)
    answer(group, {0: 14})
    assert batch.end_round(0.045) is None
    assert batch.result(0.045).retry == BatchRetryInfo(1, 10, True, 1)


def test_rounds_repeat_what_got_lost_and_raise_only_when_all_did():
    batch = write(1, max_retries=0)
    (group,) = begun(batch, lambda *where: A)
    batch.failed(group, Failure.LOST)
    assert batch.end_round(0.0) == 0.01
    (group,) = batch.groups(0.01, lambda *where: A)
    batch.failed(group, Failure.LOST)
    assert batch.end_round(0.02) is None
    with pytest.raises(AerospikeError):
        batch.result(0.02)


@pytest.mark.parametrize(
    ("retry", "error"), [(-1, OverflowError), (True, TypeError), ("1", TypeError)]
)
def test_what_retry_cannot_be(retry, error):
    with pytest.raises(error):
        write(retry)


# -- any course of events ---------------------------------------------------------------------

OUTCOMES = st.sampled_from([0, 2, 9, 11, 14, 18, *Failure])


@given(data=st.data(), retry=st.integers(0, 2), asked=st.booleans())
def test_every_record_ends_with_a_true_code(data, retry, asked):
    """A model of the servers counts how often each record was changed."""
    policy = {"max_retries": 2} if asked else None
    batch = REQUESTS.write([(key, {"a": 1}) for key in KEYS], policy, retry)
    changed = [0] * len(KEYS)
    now, pause = 0.0, 0.0
    batch.start(now)
    while pause is not None:
        for group in batch.groups(now, by_partition):
            group.encode(batch.time_left(now).server_ms)
            _serve(batch, group, data.draw(OUTCOMES), changed, data)
        now += 0.01
        pause = batch.end_round(now)
        now += pause or 0
    try:
        records = batch.result(now).batch_records
    except AerospikeError as error:
        assert all(item.section is None for item in batch.items)
        if error.outcome is not Outcome.UNKNOWN:
            assert not any(changed)
        return
    for record, count in zip(records, changed, strict=True):
        if record.result == 0:
            assert count >= 1
        elif not record.in_doubt:
            assert count == 0
        if not asked and not retry:
            assert count <= 1


def _serve(
    batch: Batch[Any], group: Group[Named], what: int | Failure, changed: list[int], data: Any
) -> None:
    if isinstance(what, int):
        for index in group.indexes:
            done = what == 0 or (what == 9 and data.draw(st.booleans()))
            changed[index] += done
        answer(group, dict.fromkeys(group.indexes, what))
        return
    if what in (Failure.LOST, Failure.TIMEOUT):
        for index in group.indexes:
            changed[index] += data.draw(st.booleans())
    batch.failed(group, what)


# -- what batch_read returns ------------------------------------------------------------------


def found(keys: Iterable[Any], codes: dict[int, int]) -> LazyBatchRecords:
    batch = REQUESTS.read(keys)
    (group,) = begun(batch, lambda *where: A)
    answer(group, codes)
    batch.end_round(0.0)
    result: LazyBatchRecords = batch.result(0.0)
    return result


def test_records_as_a_mapping_a_list_and_a_handle():
    digest = bytes(20)
    keys = [("test", "d", "x"), ("test", "d", "y"), ("test", "d", None, digest), ("test", "e", "x")]
    handle = found(keys, {1: 2})
    assert handle.to_list() == [{"a": 0}, None, {"a": 2}, {"a": 3}]
    assert handle.all_user_keys() == ["x", "y", None, "x"]
    assert handle.found_count() == 3
    # Two sets, one user key: the mapping has the last.
    assert dict(handle) == handle.to_dict() == {"x": {"a": 3}}
    assert (len(handle), list(handle), "x" in handle, "y" in handle) == (1, ["x"], True, False)
    assert handle["x"] == {"a": 3}
    assert handle.get("y") is None
    assert [record.result for record in handle.iter_records()] == [0, 2, 0, 0]
    assert handle.batch_records[0].record.meta == (1, 4294967295)
    assert handle.batch_records[1].record is None
    assert handle.batch_records[2].key.digest == digest
    with pytest.raises(KeyError, match="batch_records has the result code"):
        handle["y"]
    assert LazyBatchRecords.merge_to_dict([handle, handle]) == [handle.to_dict()] * 2
    handle.release_cache()
    assert handle["x"] == {"a": 3}
    handle.to_dict().clear()
    assert len(handle.to_dict()) == 1


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: REQUESTS.read("test"), TypeError, "list of keys"),
        (lambda: REQUESTS.read([("test", "demo")]), ValueError, "at least 3"),
        (lambda: REQUESTS.read(KEYS, "a"), TypeError, "list of names"),
        (lambda: REQUESTS.read(KEYS, [""]), ValueError, "must not be empty"),
        (lambda: REQUESTS.operate(KEYS, []), ServerError, "list of operations is empty"),
        (lambda: REQUESTS.operate(KEYS, [{"op": 77}]), ValueError, "77"),
        (lambda: REQUESTS.write([(KEYS[0],)]), ValueError, "at least 2 elements"),
        (lambda: REQUESTS.write([5]), TypeError, "tuple"),
        (lambda: REQUESTS.write([(KEYS[0], 5)]), TypeError, "must be a dict, got int"),
        (lambda: REQUESTS.write([(KEYS[0], {}, 5)]), TypeError, "meta is a dict"),
        (lambda: REQUESTS.remove([(KEYS[0], {"ttl": "x"})]), TypeError, "ttl"),
    ],
)
def test_what_is_no_batch(make, error, text):
    with pytest.raises(error, match=text):
        make()
