# SPDX-License-Identifier: Apache-2.0
"""Arguments that cannot be are refused before anything is sent, by their names."""

from __future__ import annotations

import time

import pytest

from gridwire.aerospike._options.policies import Policies
from gridwire.aerospike.operations.batch_requests import BatchRequests
from gridwire.aerospike.operations.record import RecordRequests
from gridwire.aerospike.protocol.info import encode_info

KEY = ("test", "demo", "ann")
POLICIES = Policies({}, lambda name, nearest: None)
RECORDS = RecordRequests(POLICIES, time.time)
BATCHES = BatchRequests(POLICIES, time.time, lambda low, high: low)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda given: RECORDS.select(KEY, given), "bins is a list of names"),
        (lambda given: RECORDS.remove_bin(KEY, given), "bin_names is a list of names"),
        (lambda given: RECORDS.operate(KEY, given), "ops is a list of operations"),
        (lambda given: RECORDS.operate_ordered(KEY, given), "ops is a list of operations"),
        (lambda given: BATCHES.read(given, None), "keys is a list of keys"),
        (lambda given: BATCHES.operate(given, [{"op": 1}]), "keys is a list of keys"),
        (lambda given: BATCHES.operate([KEY], given), "ops is a list of operations"),
        (BATCHES.remove, "keys is a list of keys"),
        (BATCHES.write, "records is a list of records"),
    ],
)
@pytest.mark.parametrize("given", [None, 5, "name"])
def test_what_is_not_several_is_named(make, text, given):
    with pytest.raises(TypeError, match=text):
        make(given)


def test_which_dictionary_is_none():
    with pytest.raises(TypeError, match="a policy is a dict, not int"):
        RECORDS.put(KEY, {"a": 1}, None, 5)
    with pytest.raises(TypeError, match="meta is a dict, not int"):
        RECORDS.put(KEY, {"a": 1}, 5, None)


def test_a_command_is_text():
    with pytest.raises(TypeError, match="an info command must be a str, not bytes"):
        encode_info([b"build"])
