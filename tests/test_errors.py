# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import copy
import inspect
import pickle
import threading
import traceback

import pytest

from gridwire import errors
from gridwire.errors import (
    ConnectionLostError,
    DeadlineExceededError,
    GridwireError,
    Outcome,
    UsageError,
)

CLASSES = [
    each
    for each in vars(errors).values()
    if inspect.isclass(each) and issubclass(each, GridwireError)
]


def copies(error: GridwireError) -> list[GridwireError]:
    return [
        *(pickle.loads(pickle.dumps(error, protocol)) for protocol in range(2, 6)),
        copy.copy(error),
        copy.deepcopy(error),
    ]


def test_the_docstring_draws_exactly_the_tree_that_is_there():
    branch: dict[int, str] = {0: "GridwireError"}
    drawn = set()
    for line in errors.__doc__.splitlines():
        if "──" in line:
            indent, _, rest = line.partition("──")
            depth = len(indent) // 4
            branch[depth] = rest.split()[0]
            drawn.add((branch[depth - 1], branch[depth]))
    assert drawn == {(each.__bases__[0].__name__, each.__name__) for each in CLASSES[1:]}


def test_builtins_are_where_users_expect_them():
    assert issubclass(errors.DeadlineExceededError, TimeoutError)
    assert issubclass(errors.ConnectionLostError, ConnectionError)
    assert issubclass(errors.ProtocolError, ValueError)
    assert issubclass(errors.AddressSyntaxError, ValueError)
    assert not issubclass(GridwireError, OSError)


def test_facts_outcome_and_hint_become_one_readable_text():
    error = DeadlineExceededError(
        "No answer came in time",
        outcome=Outcome.UNKNOWN,
        hint="Raise invocation_timeout.",
        colour="blue",
        attempts=3,
        elapsed=120.00123,
        operation="Map.Put",
        phase="waiting for the answer",
        address="10.0.0.1:5701",
    )
    assert str(error) == (
        "No answer came in time (operation=Map.Put, phase=waiting for the answer, "
        "address=10.0.0.1:5701, elapsed=120 s, attempts=3, colour=blue). "
        "The outcome is unknown: the operation may or may not have been executed. "
        "Raise invocation_timeout."
    )


def test_what_is_quoted_of_an_error_has_neither_outcome_nor_hint():
    error = GridwireError("It broke", outcome=Outcome.UNKNOWN, hint="Look at it.", member="one")
    assert error.statement == "It broke (member=one)"
    assert str(error).startswith(error.statement)
    assert GridwireError().statement == "GridwireError"


def test_a_bare_message_stands_alone():
    assert str(GridwireError("It rains")) == "It rains"


def test_an_error_without_a_message_has_its_name():
    assert str(GridwireError()) == "GridwireError"


def test_facts_can_be_added_later_and_replaced():
    error = GridwireError("x", attempts=1, member=None)
    assert error.with_facts(attempts=2, operation="Map.Get", address=None) is error
    assert dict(error.facts) == {"attempts": 2, "operation": "Map.Get"}
    assert str(error) == "x (operation=Map.Get, attempts=2)"


def test_facts_are_read_only():
    with pytest.raises(TypeError):
        GridwireError("x").facts["a"] = 1  # type: ignore[index]


def test_a_fact_that_is_too_long_does_not_hide_the_rest():
    assert len(str(GridwireError("x", value="y" * 100_000))) < 300


@pytest.mark.parametrize("cls", CLASSES)
def test_each_class_is_whole_in_every_copy(cls: type[GridwireError]):
    error = cls("happened", outcome=Outcome.REJECTED, hint="a hint", operation="Map.Get", n=1)
    error.add_note("a note")
    error.__cause__ = GridwireError("deeper", n=2)
    error.__cause__.__cause__ = KeyError("deepest")
    for each in copies(error):
        assert type(each) is cls
        assert str(each) == str(error)
        assert each.args == error.args
        assert each.outcome is Outcome.REJECTED
        assert dict(each.facts) == {"operation": "Map.Get", "n": 1}
        assert each.__notes__ == ["a note"]
        assert each.__suppress_context__
        assert dict(each.__cause__.facts) == {"n": 2}
        assert repr(each.__cause__.__cause__) == "KeyError('deepest')"


def test_a_copy_is_its_own():
    error = GridwireError("x", a=1)
    error.add_note("one")
    copied = copy.copy(error)
    copied.with_facts(a=2).add_note("two")
    assert dict(error.facts) == {"a": 1}
    assert error.__notes__ == ["one"]


class PairError(Exception):
    """Cannot be unpickled, like many exceptions: its constructor wants two arguments."""

    def __init__(self, a: int, b: int) -> None:
        super().__init__(f"{a} {b}")


def test_what_cannot_be_pickled_becomes_text_and_does_not_stop_the_error():
    error = GridwireError("x", lock=threading.Lock())
    error.__cause__ = PairError(1, 2)
    received = pickle.loads(pickle.dumps(error))
    assert "lock" in str(received.facts["lock"])
    assert str(received.__cause__) == "PairError('1 2')"


def test_a_long_chain_of_causes_is_pickled_in_linear_time():
    error = None
    for n in range(100):
        outer = GridwireError("x", n=n)
        outer.__cause__ = error
        error = outer
    received = pickle.loads(pickle.dumps(error))
    depth = 0
    while received is not None:
        received, depth = received.__cause__, depth + 1
    assert depth == 100


def test_a_traceback_shows_facts_notes_and_causes():
    def fail() -> None:
        try:
            raise OSError("cable")
        except OSError as error:
            lost = ConnectionLostError("The connection broke", member="m1")
            lost.add_note("noted")
            raise lost from error

    with pytest.raises(ConnectionLostError) as caught:
        fail()
    text = "".join(traceback.format_exception(caught.value))
    assert "OSError: cable" in text
    assert "gridwire.errors.ConnectionLostError: The connection broke (member=m1)" in text
    assert "noted" in text


def test_defaults_never_claim_more_than_the_class_knows():
    assert {each.__name__: each().outcome for each in CLASSES} == {
        "GridwireError": None,
        "UsageError": Outcome.NOT_SENT,
        "AddressSyntaxError": None,
        "ForeignLoopError": Outcome.NOT_SENT,
        "ClientClosedError": Outcome.UNKNOWN,
        "AccessDeniedError": Outcome.REJECTED,
        "BackpressureError": Outcome.NOT_SENT,
        "DeadlineExceededError": Outcome.UNKNOWN,
        "ConnectionLostError": Outcome.UNKNOWN,
        "ProtocolError": Outcome.UNKNOWN,
    }
    assert UsageError("x", outcome=Outcome.UNKNOWN).outcome is Outcome.UNKNOWN


def test_a_read_does_not_speak_of_an_outcome_that_does_not_matter():
    error = DeadlineExceededError("too late")
    assert "outcome is unknown" in str(error)
    error.changes_nothing = True
    assert str(error) == "too late"
    assert error.outcome is Outcome.UNKNOWN
    assert str(pickle.loads(pickle.dumps(error))) == "too late"
