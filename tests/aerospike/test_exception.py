# SPDX-License-Identifier: Apache-2.0
"""Result codes become errors that say what is known."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire import aerospike as a
from gridwire import errors
from gridwire.aerospike.protocol.result_codes import error_of, outcome_of, text_of
from gridwire.errors import Outcome

CLASSES = {
    2: a.RecordNotFound,
    3: a.RecordGenerationError,
    5: a.RecordExistsError,
    6: a.BinExistsError,
    12: a.BinTypeError,
    13: a.RecordTooBig,
    17: a.BinNotFound,
    21: a.BinNameError,
    27: a.FilteredOut,
    9: a.AerospikeTimeoutError,
    212: a.AerospikeTimeoutError,
    100: a.UDFError,
    200: a.IndexFoundError,
    201: a.IndexNotFound,
    210: a.QueryAbortedError,
    15: a.QueryAbortedError,
    23: a.RecordError,
    24: a.RecordError,
    **dict.fromkeys([4, 8, 11, 14, 16, 18, 20, 22, 25, 26, 28, 151, 250], a.ServerError),
    **dict.fromkeys([*range(51, 57), *range(60, 67), *range(70, 76), *range(80, 84)], a.AdminError),
}


@pytest.mark.parametrize(("code", "kind"), CLASSES.items())
def test_each_code_has_its_class(code, kind):
    error = error_of(code, operation="get")
    assert type(error) is kind
    assert error.code == error.result_code == code
    assert str(error).startswith(f"AEROSPIKE_ERR ({code}): {text_of(code)}")
    assert error.facts["operation"] == "get"


def test_errors_are_caught_by_the_branch_of_both_systems():
    assert issubclass(a.AerospikeTimeoutError, errors.DeadlineExceededError)
    assert issubclass(a.AerospikeTimeoutError, TimeoutError)
    assert issubclass(a.ClusterError, errors.ConnectionLostError)
    assert issubclass(a.BackpressureError, errors.BackpressureError)
    assert issubclass(a.AdminError, errors.AccessDeniedError)
    assert issubclass(a.InvalidArgError, errors.UsageError)
    assert issubclass(a.AerospikeError, errors.GridwireError)


@given(st.integers(1, 255), st.booleans(), st.booleans())
def test_doubt_and_outcome_agree(code, is_write, in_doubt):
    error = error_of(code, is_write=is_write, in_doubt=in_doubt)
    assert error.in_doubt == (error.outcome is Outcome.UNKNOWN)
    assert error.in_doubt == (in_doubt or (outcome_of(code, is_write) is Outcome.UNKNOWN))
    assert outcome_of(code, False) is Outcome.REJECTED


def test_a_servers_timeout_leaves_a_write_in_doubt_but_no_read():
    assert error_of(9, is_write=True).in_doubt
    assert not error_of(9, is_write=False).in_doubt
    assert not error_of(3, is_write=True).in_doubt


@pytest.mark.parametrize("kind", sorted(set(CLASSES.values()), key=lambda kind: kind.__name__))
def test_errors_survive_pickle_and_copy(kind):
    error = kind("text", code=9, in_doubt=True, hint="a hint", node="B1", attempts=3)
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(other) is kind
        assert (other.code, other.in_doubt, other.outcome) == (9, True, Outcome.UNKNOWN)
        assert other.facts == error.facts
        assert str(other) == str(error)


def test_codes_by_default():
    assert a.ClientError("x").code == -1
    assert a.RecordNotFound("x").code == 2
    assert a.AerospikeTimeoutError("x").result_code == -1
    assert a.IndexNotFound().code == 201
