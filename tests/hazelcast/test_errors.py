# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import copy
import inspect
import pickle
import uuid
from typing import NamedTuple

import hazelcast.errors as official
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.errors import (
    AccessDeniedError,
    BackpressureError,
    ClientClosedError,
    ConnectionLostError,
    DeadlineExceededError,
    GridwireError,
    Outcome,
    UsageError,
)
from gridwire.hazelcast import errors
from gridwire.hazelcast.error_codes import ErrorCode, SqlErrorCode, sql_outcome_of
from gridwire.hazelcast.errors import (
    ERROR_CLASSES,
    MAX_CAUSES,
    MAX_STACK_FRAMES,
    RETRYABLE_CODES,
    HazelcastError,
    HazelcastSqlError,
    StackFrame,
    UndefinedErrorCodeError,
    error_from_holders,
    is_retryable_error,
    outcome_of,
    reported_as,
)


class Frame(NamedTuple):
    class_name: str
    method_name: str
    file_name: str | None
    line_number: int


class Holder(NamedTuple):
    error_code: int
    class_name: str
    message: str | None
    stack_trace_elements: list[Frame]


OFFICIAL = {
    name: each
    for name, each in vars(official).items()
    if inspect.isclass(each) and issubclass(each, official.HazelcastError)
}
CLASSES = [
    each
    for each in vars(errors).values()
    if inspect.isclass(each) and issubclass(each, HazelcastError)
]

# Those whose constructors take more than a message.
PLAIN_CLASSES = [
    each for each in CLASSES if each not in {HazelcastSqlError, errors.PartialWriteError}
]


def holder(code: int, message: str | None = "happened", *frames: Frame) -> Holder:
    return Holder(code, "com.example.SomeException", message, list(frames))


def test_every_name_of_the_official_client_exists():
    assert len(OFFICIAL) > 100
    assert [name for name in OFFICIAL if name not in vars(errors)] == []
    assert [name for name in OFFICIAL if name not in errors.__all__] == []


@pytest.mark.parametrize("name", OFFICIAL)
def test_relations_between_official_classes_are_kept(name: str):
    ours = getattr(errors, name)
    for other, official_class in OFFICIAL.items():
        related = issubclass(OFFICIAL[name], official_class)
        assert issubclass(ours, getattr(errors, other)) == related


@pytest.mark.parametrize("name", OFFICIAL)
def test_official_ways_to_make_an_error_work(name: str):
    cls = getattr(errors, name)
    parameters = inspect.signature(OFFICIAL[name]).parameters
    if "cause" in parameters:
        cause = KeyError("k")
        error = cls("message", cause)
        assert error.message == "message"
        assert error.__cause__ is cause
    if all(each.default is not each.empty for each in parameters.values()):
        assert str(cls())


def test_every_code_has_one_class():
    assert set(ERROR_CLASSES) == set(range(101))
    assert len(set(ERROR_CLASSES.values())) == 101


@pytest.mark.parametrize("code", official._ERROR_CODE_TO_ERROR)
def test_codes_mean_what_they_mean_to_the_official_client(code: int):
    theirs = official._ERROR_CODE_TO_ERROR[code]
    if theirs is OSError:
        assert issubclass(ERROR_CLASSES[code], OSError)
    else:
        assert ERROR_CLASSES[code].__name__ == theirs.__name__


def test_codes_that_the_official_client_does_not_know_have_a_class():
    missing = set(range(101)) - set(official._ERROR_CODE_TO_ERROR)
    assert {code: ERROR_CLASSES[code].__name__ for code in missing} == {
        0: "UndefinedErrorCodeError",
        4: "CacheError",
        5: "CacheLoaderError",
        7: "CacheWriterError",
        16: "EntryProcessorError",
        100: "CPLeaderSteppingDownError",
    }


def test_the_names_of_codes_match_the_official_ones():
    theirs = {
        value: name
        for name, value in vars(official).items()
        if isinstance(value, int) and name.startswith("_") and name[1].isupper()
    }
    for code in ErrorCode:
        if code in theirs:
            name = theirs[code].removeprefix("_").removesuffix("_EXCEPTION")
            assert code.name.removesuffix("_EXCEPTION") == name


def test_a_code_cannot_be_given_twice():
    before = dict(ERROR_CLASSES)
    with pytest.raises(ValueError, match="QueryError stands for code 40 already"):

        @reported_as(40)
        class SecondError(HazelcastError):
            pass

    assert dict(ERROR_CLASSES) == before


def test_the_registry_is_read_only():
    with pytest.raises(TypeError):
        ERROR_CLASSES[1] = HazelcastError  # type: ignore[index]


RETRYABLE = {8, 19, 33, 39, 46, 47, 50, 53, 62, 82, 90}


def test_the_retryable_codes():
    assert RETRYABLE_CODES == RETRYABLE


@pytest.mark.parametrize("code", range(101))
def test_retryable_errors_agree_with_the_codes_and_the_official_marks(code: int):
    error = error_from_holders([holder(code)])
    assert is_retryable_error(error) == (code in RETRYABLE)
    theirs = official._ERROR_CODE_TO_ERROR.get(code)
    if theirs is not None and theirs is not OSError and code != 19:
        assert is_retryable_error(error) == hasattr(theirs, "retryable")


def test_other_exceptions_are_not_retryable():
    assert not is_retryable_error(ConnectionResetError())
    assert not is_retryable_error(GridwireError("x"))


REJECTED = {3, 6, 8, 20, 26, 32, 39, 41, 42, 43, 44, 46, 49, 51, 53, 55, 57, 61, 62, 64, 65, 66}
REJECTED |= {67, 68, 69, 70, 75, 77, 81, 82, 83, 84, 85, 86, 87, 88, 90, 91, 93}


@pytest.mark.parametrize("code", [*range(-1, 102), 500, 1000, 2**31 - 1, -(2**31)])
def test_only_a_refusal_means_that_it_was_not_done(code: int):
    expected = Outcome.REJECTED if code in REJECTED else Outcome.UNKNOWN
    assert outcome_of(code) is expected
    assert error_from_holders([holder(code)]).outcome is expected


@pytest.mark.parametrize("code", [19, 33, 38, 47, 52, 80, 92])
def test_codes_that_the_server_itself_calls_indeterminate(code: int):
    assert outcome_of(code) is Outcome.UNKNOWN


@pytest.mark.parametrize("code", range(101))
def test_for_an_operation_of_many_parts_only_the_door_counts(code: int):
    outcome = outcome_of(code, atomic=False)
    assert (outcome is Outcome.REJECTED) == (code in {3, 64, 65, 66, 69})
    assert error_from_holders([holder(code)], atomic=False).outcome is outcome


BRANCHES = [
    ("OperationTimeoutError", DeadlineExceededError),
    ("HazelcastTimeoutError", DeadlineExceededError),
    ("TransactionTimedOutError", TimeoutError),
    ("TargetDisconnectedError", ConnectionLostError),
    ("TargetDisconnectedError", ConnectionError),
    ("ClientOfflineError", ConnectionLostError),
    ("SocketError", OSError),
    ("HazelcastIOError", OSError),
    ("RetryableIOError", OSError),
    ("HazelcastEOFError", EOFError),
    ("HazelcastAssertionError", AssertionError),
    ("HazelcastClientNotActiveError", ClientClosedError),
    ("HazelcastOverloadError", BackpressureError),
    ("AuthenticationError", AccessDeniedError),
    ("AccessControlError", AccessDeniedError),
    ("LoginError", AccessDeniedError),
    ("SecurityError", AccessDeniedError),
    ("InvalidConfigurationError", UsageError),
    ("ConfigurationError", UsageError),
    ("IllegalArgumentError", ValueError),
    ("InvalidAddressError", ValueError),
    ("IndexOutOfBoundsError", IndexError),
    ("ArrayIndexOutOfBoundsError", IndexError),
    ("NoSuchElementError", LookupError),
]


@pytest.mark.parametrize(("name", "branch"), BRANCHES)
def test_errors_can_be_caught_by_what_they_mean(name: str, branch: type[BaseException]):
    with pytest.raises(branch):
        raise getattr(errors, name)("x")


def test_memory_of_a_member_is_not_memory_of_this_process():
    assert not issubclass(errors.OutOfMemoryError, MemoryError)
    assert not issubclass(errors.StackOverflowError, RecursionError)


def test_an_error_of_a_member_keeps_everything():
    error = error_from_holders(
        [
            holder(17, "the task failed", Frame("a.B", "run", "B.java", 7)),
            holder(37, None, Frame("a.C", "get", None, -2)),
            holder(1234, "custom"),
        ]
    )
    assert type(error) is errors.ExecutionError
    assert (error.message, error.code) == ("the task failed", 17)
    assert error.server_class_name == "com.example.SomeException"
    assert error.stack_trace == (StackFrame("a.B", "run", "B.java", 7),)
    assert error.server_traceback == "at a.B.run(B.java:7)"
    assert str(error) == (
        "the task failed (code=17, server_class=com.example.SomeException). "
        "The outcome is unknown: the operation may or may not have been executed."
    )
    cause = error.__cause__
    assert type(cause) is errors.NullPointerError
    assert cause.message == "SomeException"
    assert cause.server_traceback == "at a.C.get(unknown source:-2)"
    assert cause.outcome is None
    last = cause.__cause__
    assert type(last) is UndefinedErrorCodeError
    assert (last.message, last.code, last.__cause__) == ("custom", 1234, None)


def test_an_error_that_names_nothing_is_one_too():
    error = error_from_holders([])
    assert type(error) is UndefinedErrorCodeError
    assert error.outcome is Outcome.UNKNOWN


def test_what_a_member_sends_is_kept_within_limits():
    frames = [Frame("a", "b", "c", 1)] * (MAX_STACK_FRAMES + 1)
    error = error_from_holders([holder(40, "m", *frames)] * (MAX_CAUSES + 10))
    assert len(error.stack_trace) == MAX_STACK_FRAMES
    depth = 0
    while error is not None:
        error, depth = error.__cause__, depth + 1
    assert depth == MAX_CAUSES


texts = st.text(max_size=20)
frames = st.builds(Frame, texts, texts, st.none() | texts, st.integers(-2, 2**31 - 1))
holders = st.builds(
    Holder,
    st.integers(-(2**31), 2**31 - 1) | st.integers(0, 100),
    texts,
    st.none() | texts,
    st.lists(frames, max_size=3),
)


@given(st.lists(holders, max_size=5), st.booleans())
def test_any_report_gives_an_error_that_can_be_printed_and_copied(reported, atomic: bool):
    error = error_from_holders(reported, atomic=atomic)
    for each in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(each) is type(error)
        assert str(each) == str(error)
        assert each.stack_trace == error.stack_trace
        assert str(each.__cause__) == str(error.__cause__)


@pytest.mark.parametrize("cls", PLAIN_CLASSES)
def test_each_class_is_whole_in_every_copy(cls: type[HazelcastError]):
    error = cls("happened", KeyError("k"), code=1, server_class_name="a.B", hint="h", member="m")
    for each in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(each) is cls
        assert str(each) == str(error)
        assert (each.code, each.server_class_name, each.hint) == (1, "a.B", "h")
        assert repr(each.__cause__) == "KeyError('k')"


def test_errors_of_this_client_have_the_outcome_of_their_class():
    outcomes = {each.__name__: each("x").outcome for each in PLAIN_CLASSES}
    assert outcomes["TargetDisconnectedError"] is Outcome.UNKNOWN
    assert outcomes["IndeterminateOperationStateError"] is Outcome.UNKNOWN
    assert outcomes["HazelcastClientNotActiveError"] is Outcome.UNKNOWN
    assert outcomes["ClientOfflineError"] is Outcome.NOT_SENT
    assert outcomes["TargetNotMemberError"] is Outcome.REJECTED
    # Both sides raise these, and often they are not about an operation.
    for name in ("HazelcastSerializationError", "InvalidConfigurationError", "IllegalStateError"):
        assert outcomes[name] is None


def test_an_sql_error_carries_what_users_look_at():
    member = uuid.uuid4()
    error = HazelcastSqlError(member, 1008, "bad SQL", KeyError("k"), "SELECT 1")
    for each in (error, pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert each.originating_member_uuid == member
        assert each.suggestion == "SELECT 1"
        assert each.code == SqlErrorCode.PARSING
        assert each.message == "bad SQL"
        assert repr(each.__cause__) == "KeyError('k')"
        assert each.outcome is Outcome.REJECTED


@pytest.mark.parametrize("code", SqlErrorCode)
def test_only_a_statement_that_did_not_start_was_not_done(code: SqlErrorCode):
    assert (sql_outcome_of(code) is Outcome.REJECTED) == (code in {1008, 1010})


def test_a_write_in_part_says_what_became_of_each_key_in_every_copy():
    lost = errors.TargetDisconnectedError("gone", member="m")
    outcomes = {"a": None, "b": Outcome.NOT_SENT, "c": Outcome.UNKNOWN}
    error = errors.PartialWriteError(outcomes, [lost])
    for each in (error, pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert each.outcomes == outcomes
        assert [str(failure) for failure in each.failures] == [str(lost)]
        assert each.outcome is Outcome.UNKNOWN
        assert str(each) == str(error)
