# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.cli.demo.ledger import FailedWrite, Finding, Ledger, total
from gridwire.errors import Outcome


def failed(key, value, outcome):
    return FailedWrite("asyncio", key, value, outcome, "SomeError: text")


def ledger_with(acknowledged=None, unknown=None):
    ledger = Ledger()
    if acknowledged:
        ledger.acknowledge("k", acknowledged)
    if unknown:
        ledger.fail(failed("k", unknown, Outcome.UNKNOWN))
    return ledger


@pytest.mark.parametrize(
    ("acknowledged", "unknown", "found", "finding"),
    [
        (None, None, None, Finding.RIGHT),
        (None, None, "anything", Finding.WRONG),
        ("a", None, "a", Finding.RIGHT),
        ("a", None, None, Finding.LOST),
        ("a", None, "b", Finding.WRONG),
        ("a", None, 7, Finding.WRONG),
        (None, "u", None, Finding.RIGHT),
        (None, "u", "u", Finding.RIGHT),
        (None, "u", "x", Finding.WRONG),
        ("a", "u", "a", Finding.RIGHT),
        ("a", "u", "u", Finding.RIGHT),
        ("a", "u", None, Finding.LOST),
        ("a", "u", "x", Finding.WRONG),
    ],
)
def test_what_a_value_means(acknowledged, unknown, found, finding):
    ledger = ledger_with(acknowledged, unknown)
    assert ledger.judge("k", found) is finding
    assert ledger.observe("k", found) is finding


@pytest.mark.parametrize("outcome", [Outcome.NOT_SENT, Outcome.REJECTED])
def test_a_write_that_was_not_done_must_not_be_there(outcome):
    ledger = ledger_with("a")
    ledger.fail(failed("k", "b", outcome))
    assert ledger.judge("k", "a") is Finding.RIGHT
    assert ledger.judge("k", "b") is Finding.WRONG


def test_an_older_acknowledged_value_is_wrong():
    ledger = ledger_with("first")
    ledger.acknowledge("k", "second")
    assert ledger.judge("k", "first") is Finding.WRONG


def test_a_write_of_unknown_outcome_may_be_executed_after_a_later_one():
    ledger = ledger_with("a", "late")
    ledger.acknowledge("k", "b")
    assert ledger.judge("k", "late") is Finding.RIGHT
    assert ledger.judge("k", "b") is Finding.RIGHT
    assert ledger.judge("k", "a") is Finding.WRONG


def checked(ledger, **found):
    for key in ledger.keys:
        ledger.observe(key, found.get(key), final=True)
    return ledger.verdict()


def test_all_is_well():
    verdict = checked(ledger_with("a"), k="a")
    assert verdict.is_clean
    assert verdict.line == "lost 0, wrong 0"
    assert verdict.acknowledged == 1


def test_a_lost_write_is_red():
    verdict = checked(ledger_with("a"))
    assert not verdict.is_clean
    assert (verdict.lost, verdict.wrong, verdict.line) == (("k",), (), "lost 1, wrong 0")


def test_a_wrong_value_is_red():
    verdict = checked(ledger_with("a"), k="b")
    assert not verdict.is_clean
    assert (verdict.lost, verdict.wrong, verdict.line) == ((), ("k",), "lost 0, wrong 1")


def test_a_wrong_answer_on_the_way_is_red_even_if_the_last_one_is_right():
    ledger = ledger_with("a")
    ledger.observe("k", "stale")
    assert checked(ledger, k="a").line == "lost 0, wrong 1"


def test_what_was_not_read_at_the_end_is_red():
    ledger = ledger_with("a")
    ledger.observe("k", "a")
    verdict = ledger.verdict()
    assert not verdict.is_clean
    assert verdict.unchecked == ("k",)
    assert verdict.line == "lost 0, wrong 0, unchecked 1"


def test_what_was_given_up_is_red():
    ledger = ledger_with("a")
    ledger.observe("k", "a", final=True)
    verdict = ledger.verdict(stopped_early=True)
    assert not verdict.is_clean
    assert verdict.line == "lost 0, wrong 0, stopped early"


def test_writes_that_failed_are_listed_with_what_became_of_them():
    ledger = ledger_with("a", "u")
    ledger.fail(failed("other", "v", Outcome.UNKNOWN))
    ledger.fail(failed("third", "v", Outcome.REJECTED))
    assert ledger.verdict().failed[0].found is None
    verdict = checked(ledger, k="u")
    listed = {write.key: (write.outcome, write.found) for write in verdict.failed}
    assert listed == {
        "k": (Outcome.UNKNOWN, True),
        "other": (Outcome.UNKNOWN, False),
        "third": (Outcome.REJECTED, False),
    }
    assert verdict.is_clean


def test_verdicts_of_several_clusters_add_up():
    clean, lost = checked(ledger_with("a"), k="a"), checked(ledger_with("a"))
    assert total([clean, clean]).line == "lost 0, wrong 0"
    both = total([clean, lost])
    assert (both.line, both.acknowledged, both.is_clean) == ("lost 1, wrong 0", 2, False)
    assert not total([Ledger().verdict(stopped_early=True), clean]).is_clean


WRITES = st.tuples(st.sampled_from("abc"), st.sampled_from([None, *Outcome]), st.booleans())


@given(st.lists(WRITES))
def test_a_cluster_that_keeps_its_word_is_never_blamed(writes):
    ledger, store = Ledger(), {}
    for number, (key, outcome, executed) in enumerate(writes):
        value = f"v{number}"
        if outcome is None:
            store[key] = value
            ledger.acknowledge(key, value)
        else:
            if outcome is Outcome.UNKNOWN and executed:
                store[key] = value
            ledger.fail(failed(key, value, outcome))
        assert ledger.observe(key, store.get(key)) is Finding.RIGHT
    assert checked(ledger, **store).line == "lost 0, wrong 0"


@given(st.lists(WRITES, min_size=1), st.data())
def test_a_cluster_that_forgets_an_acknowledged_write_is_always_caught(writes, data):
    ledger, store = Ledger(), {}
    for number, (key, _, _) in enumerate(writes):
        store[key] = f"v{number}"
        ledger.acknowledge(key, store[key])
    victim = data.draw(st.sampled_from(sorted(store)))
    del store[victim]
    assert checked(ledger, **store).lost == (victim,)
