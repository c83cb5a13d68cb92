# SPDX-License-Identifier: Apache-2.0
"""A test node against a model of a few lines, whatever is done in whatever order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.msgpack import pack, unpack
from gridwire.aerospike.protocol.particles import LIST, MAP
from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.collections import normalized
from support.aerospike_nodes import WRITE, Op, Talk

KEYS = st.integers(0, 2)
NAMES = st.sampled_from(["a", "b", "c"])
INTEGERS = st.integers(-(1 << 63), (1 << 63) - 1)
VALUES = INTEGERS | st.text(max_size=5) | st.booleans() | st.floats(allow_nan=False)


class Node(RuleBasedStateMachine):
    """Each record is a generation, an end of its life and bins, or nothing."""

    @initialize()
    def start(self):
        self.talk = Talk()
        self.model = {}

    def live(self, key):
        record = self.model.get(key)
        if record is not None and record[1] is not None and record[1] <= self.talk.now:
            del self.model[key]
        return self.model.get(key)

    def store(self, key, bins, ttl):
        record = self.live(key)
        ends = self.talk.now + ttl if ttl else None
        self.model[key] = (1 if record is None else record[0] + 1, ends, bins)

    @rule(key=KEYS, bins=st.dictionaries(NAMES, VALUES, min_size=1), ttl=st.sampled_from([0, 5]))
    def put(self, key, bins, ttl):
        record = self.live(key)
        assert self.talk.put(key, bins, ttl=ttl).code == codes.OK
        self.store(key, (record[2] if record else {}) | bins, ttl)

    @rule(key=KEYS, name=NAMES)
    def remove_bin(self, key, name):
        record = self.live(key)
        answer = self.talk.put(key, {name: None})
        left = {k: v for k, v in record[2].items() if k != name} if record else {}
        if record is None:
            assert answer.code == codes.NOT_FOUND
        elif left:
            self.store(key, left, 0)
            assert answer.generation == self.model[key][0]
        else:
            del self.model[key]

    @rule(key=KEYS, name=NAMES, amount=INTEGERS)
    def increment(self, key, name, amount):
        record = self.live(key)
        bins = dict(record[2]) if record else {}
        old = bins.get(name, 0)
        answer = self.talk.command(key, Op(flags.OP_INCR, name, amount), info2=WRITE)
        if type(old) is not int:
            assert answer.code == codes.BIN_TYPE
            return
        bins[name] = (old + amount + (1 << 63)) % (1 << 64) - (1 << 63)
        self.store(key, bins, 0)

    @rule(key=KEYS, name=NAMES, text=st.text(max_size=3), before=st.booleans())
    def join(self, key, name, text, before):
        record = self.live(key)
        bins = dict(record[2]) if record else {}
        old = bins.get(name, "")
        code = flags.OP_PREPEND if before else flags.OP_APPEND
        answer = self.talk.command(key, Op(code, name, text), info2=WRITE)
        if type(old) is not str:
            assert answer.code == codes.BIN_TYPE
            return
        bins[name] = text + old if before else old + text
        self.store(key, bins, 0)

    @rule(key=KEYS, generation=st.integers(0, 5), later=st.booleans())
    def put_expecting(self, key, generation, later):
        record = self.live(key)
        now = record[0] if record else 0
        how = flags.INFO2_GENERATION_GT if later else flags.INFO2_GENERATION
        answer = self.talk.put(key, {"a": 1}, info2=how, generation=generation)
        if (generation > now) if later else (generation == now):
            assert answer.code == codes.OK
            self.store(key, (record[2] if record else {}) | {"a": 1}, 0)
        else:
            assert answer.code == codes.GENERATION

    @rule(key=KEYS)
    def create(self, key):
        record = self.live(key)
        answer = self.talk.put(key, {"b": 2}, info2=flags.INFO2_CREATE_ONLY)
        assert answer.code == (codes.OK if record is None else codes.EXISTS)
        if record is None:
            self.store(key, {"b": 2}, 0)

    @rule(key=KEYS, must_exist=st.booleans())
    def replace(self, key, must_exist):
        record = self.live(key)
        how = flags.INFO3_REPLACE_ONLY if must_exist else flags.INFO3_CREATE_OR_REPLACE
        answer = self.talk.put(key, {"c": 3}, info3=how)
        if record is None and must_exist:
            assert answer.code == codes.NOT_FOUND
        else:
            self.store(key, {"c": 3}, 0)

    @rule(key=KEYS)
    def delete(self, key):
        is_there = self.live(key) is not None
        assert self.talk.delete(key).code == (codes.OK if is_there else codes.NOT_FOUND)
        self.model.pop(key, None)

    @rule(seconds=st.integers(1, 4))
    def wait(self, seconds):
        self.talk.now += seconds

    @invariant()
    def records_are_as_the_model_says(self):
        for key in range(3):
            record = self.live(key)
            answer = self.talk.get(key)
            if record is None:
                assert answer.code == codes.NOT_FOUND
            else:
                assert (answer.generation, dict(answer.bins)) == (record[0], record[2])


Node.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestNode = Node.TestCase

STRINGS = st.text(max_size=3) | st.sampled_from(["x" * 30, "x" * 31, "x" * 254, "x" * 255])
KEYS_OF_MAPS = INTEGERS | STRINGS | st.binary(max_size=3)
NESTED = st.recursive(
    st.none() | st.booleans() | st.floats() | KEYS_OF_MAPS,
    lambda inner: st.lists(inner, max_size=17) | st.dictionaries(KEYS_OF_MAPS, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=50)
@given(st.lists(NESTED, max_size=4))
def test_lists_come_back_as_they_were_sent(value):
    data = pack(value)
    stored = normalized(LIST, data)
    assert len(stored) == len(data)
    assert repr(_sorted(unpack(stored))) == repr(_sorted(value))
    assert normalized(LIST, stored) == stored


@settings(max_examples=50)
@given(st.dictionaries(KEYS_OF_MAPS, NESTED, max_size=4))
def test_maps_are_stored_in_one_order_whatever_they_were_sent_in(value):
    backwards = dict(reversed(value.items()))
    stored = normalized(MAP, pack(value))
    assert normalized(MAP, pack(backwards)) == stored
    assert repr(_sorted(unpack(stored))) == repr(_sorted(value))


def _sorted(value):
    """Maps in one order, to be compared with their types (1 is not True, and NaN is NaN)."""
    if isinstance(value, list):
        return list(map(_sorted, value))
    if isinstance(value, dict):
        return sorted((repr(key), _sorted(inner)) for key, inner in value.items())
    return value
