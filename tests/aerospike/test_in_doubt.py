# SPDX-License-Identifier: Apache-2.0
"""What an error says of its outcome, and whether it is in doubt, are never two different things."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.aerospike import exception
from gridwire.aerospike._options.rules import WriteRules
from gridwire.aerospike.cluster.attempts import Attempts, Failure
from gridwire.aerospike.exception import AerospikeError
from gridwire.aerospike.protocol.result_codes import error_of
from gridwire.errors import Outcome

CLASSES = [
    kind
    for name in exception.__all__
    if issubclass(kind := getattr(exception, name), AerospikeError)
]


def agrees(error: AerospikeError) -> bool:
    return error.in_doubt == (error.outcome is Outcome.UNKNOWN and not error.changes_nothing)


@given(
    kind=st.sampled_from(CLASSES),
    in_doubt=st.booleans(),
    outcome=st.sampled_from([None, *Outcome]),
    reads=st.booleans(),
)
def test_however_an_error_is_made(kind, in_doubt, outcome, reads):
    error = kind("text", in_doubt=in_doubt, outcome=outcome)
    if in_doubt:
        assert (error.in_doubt, error.outcome) == (True, Outcome.UNKNOWN)
    error.changes_nothing = reads
    for one in (error, copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert agrees(one)
        assert not (one.in_doubt and reads)
    error.outcome = Outcome.NOT_SENT
    assert not error.in_doubt


def test_in_doubt_cannot_be_set_apart_from_the_outcome():
    with pytest.raises(AttributeError):
        AerospikeError("text").in_doubt = True  # type: ignore[misc]


@given(code=st.integers(1, 255), is_write=st.booleans(), in_doubt=st.booleans())
def test_whatever_a_server_answers(code, is_write, in_doubt):
    error = error_of(code, is_write=is_write, in_doubt=is_write and in_doubt)
    assert agrees(error)
    if not is_write:
        assert not error.in_doubt


@given(
    course=st.lists(st.sampled_from([*Failure, 1, 4, 9, 11, 14, 18, 28]), min_size=1),
    is_write=st.booleans(),
)
def test_whatever_became_of_the_attempts(course, is_write):
    attempts = Attempts("put", WriteRules(max_retries=len(course)), is_write, 0.0)
    for one in course:
        if isinstance(one, Failure):
            attempts.failed(one, 0.0)
        else:
            attempts.refused(one, 0.0)
    error = attempts.error(1.0)
    assert agrees(error)
    assert error.in_doubt <= is_write
    if is_write and {Failure.LOST, Failure.TIMEOUT, 9} & set(course):
        assert error.in_doubt
