# SPDX-License-Identifier: Apache-2.0
"""Whatever members do with a write, and in whatever order: what its error says is true."""

from __future__ import annotations

import threading
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gridwire._core.outcome import Outcome
from gridwire.hazelcast.error_codes import ErrorCode, outcome_of
from gridwire.hazelcast.errors import HazelcastError
from support.scripted_connection import Incoming

REFUSED = sorted(int(code) for code in ErrorCode if outcome_of(code) is Outcome.REJECTED)
"""What a member says only before it has done anything."""

OPEN = [*sorted({int(code) for code in ErrorCode} - set(REFUSED)), 0, 4242, -3]
"""What it may say before or after."""

CLEAR_AND_FINAL = 42


class Member:
    """Does with each attempt of one write what it is told, and counts what it executed."""

    def __init__(self) -> None:
        self.executed = 0
        self.attempts: list[int] = []
        self._plan: list[tuple[str, int]] = []
        self._late: list[Incoming] = []
        self._lock = threading.Lock()

    def begin(self, plan: list[tuple[str, int]]) -> None:
        """A new write, and what becomes of its attempts; of further ones, success."""
        with self._lock:
            self.executed = 0
            self.attempts = []
            self._plan = list(plan)

    def end(self) -> None:
        """What was received and not executed is executed after all."""
        with self._lock:
            self.executed += len(self._late)
            self._late.clear()

    def __call__(self, request: Incoming) -> None:
        with self._lock:
            self.attempts.append(request.correlation)
            what, code = self._plan.pop(0) if self._plan else ("answer", 0)
            self.executed += what.startswith(("answer", "done"))
            if what == "late":
                self._late.append(request)
        if what == "answer":
            request.answer()
        elif what.endswith("refuse"):
            request.fail(code)
        elif what.endswith("hang up"):
            request.connection.finish()


faults = st.one_of(
    st.tuples(st.just("refuse"), st.sampled_from(REFUSED)),
    st.tuples(st.sampled_from(["refuse", "done, refuse"]), st.sampled_from(OPEN)),
    st.tuples(st.sampled_from(["hang up", "done, hang up"]), st.just(0)),
    st.tuples(st.sampled_from(["silence", "late"]), st.just(0)),
)
plans = st.lists(faults, max_size=4)


@pytest.mark.parametrize("redo", [False, True], ids=["as usual", "redo_operation"])
def test_what_an_error_says_about_a_write_is_true(styles, scripted, redo) -> None:
    cluster = scripted(2)
    client = styles.client(
        cluster, redo_operation=redo, invocation_retry_pause=0.004, retry_initial_backoff=0.01
    )
    numbers = client.map()
    member = Member()
    cluster.always("Map.Set", member)
    keys = count()

    @settings(
        max_examples=40,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(plans)
    @example([("done, refuse", 19), ("refuse", 42)])
    @example([("done, refuse", 47), ("refuse", 62), ("refuse", 42)])
    @example([("done, refuse", 27)])
    @example([("done, refuse", 0)])
    @example([("hang up", 0), ("refuse", 42)])
    @example([("done, refuse", 52), ("refuse", 42)])
    @example([("late", 0)])
    def check(plan: list[tuple[str, int]]) -> None:
        member.begin(plan)
        found = styles.error_or_value(numbers.set, next(keys), 1, timeout=0.15)
        member.end()
        judge(found, member, plan, redo)

    check()


def judge(found: Any, member: Member, plan: list[tuple[str, int]], redo: bool) -> None:
    """Compare what the caller was told with what the member did."""
    assert len(set(member.attempts)) == len(member.attempts), "a number was used twice"
    if found is None:
        assert member.executed
        return
    assert isinstance(found, HazelcastError), repr(found)
    assert found.outcome is not None
    if found.outcome is not Outcome.UNKNOWN:
        assert not member.executed, repr(found)
    if found.outcome is Outcome.NOT_SENT:
        assert not member.attempts, repr(found)
    made = [what for what, _ in plan[: len(member.attempts)]]
    codes = [code for _, code in plan[: len(member.attempts)]]
    if made == ["refuse"] * len(made) and set(codes) <= set(REFUSED) and found.code is not None:
        assert found.outcome is Outcome.REJECTED, repr(found)
    if not redo and "hang up" in "".join(made[:-1]):
        raise AssertionError(f"sent again after it may have been executed: {found!r}")


@pytest.mark.parametrize("code", [ErrorCode.SPLIT_BRAIN_PROTECTION, 4242])
def test_a_write_that_a_member_refused_at_once(styles, scripted, code) -> None:
    cluster = scripted(1)
    client = styles.client(cluster)
    member = Member()
    cluster.always("Map.Set", member)
    numbers = client.map()
    member.begin([("refuse", int(code))])
    error = styles.error(numbers.set, 1, 2)
    assert error.outcome is (Outcome.REJECTED if code == CLEAR_AND_FINAL else Outcome.UNKNOWN)
    assert member.executed == 0
