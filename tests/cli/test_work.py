# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from itertools import chain

import pytest

from gridwire.cli.demo.plan import MAX_FAILURES, Plan, System, key_of, value_of
from gridwire.cli.demo.work import Job, Operation, Part, Progress, Series
from gridwire.errors import GridwireError, Outcome


def job_of(indexes, *operations, progress=None):
    series = {each: Series("asyncio", 3, Part.ALONE, each) for each in operations}
    return Job(indexes, 1, series, progress or Progress())


def test_the_clients_share_all_entries_and_none_twice():
    plan = Plan(System.HAZELCAST, 11, None, None, "m")
    assert sorted([*plan.blocking_share, *plan.asyncio_share]) == list(range(11))


def test_values_differ_by_entry_and_generation():
    values = {value_of(index, generation) for index in range(20) for generation in range(2)}
    assert len(values) == 40


def test_workers_share_the_steps_and_each_entry_is_one_workers():
    job = job_of(range(10), *Operation)
    keys = [[step.key for step in job.steps(worker, 3)] for worker in range(3)]
    assert sorted(chain(*keys)) == sorted([key_of(index) for index in range(10)] * 2)
    assert not set(keys[0]) & set(keys[1])
    assert job.size == 20


def test_an_entry_is_written_and_then_read():
    steps = list(job_of(range(1), *Operation).steps(0, 1))
    assert [step.value for step in steps] == [value_of(0, 1), None]


def test_what_was_done_is_counted_measured_and_on_record():
    progress = Progress()
    job = job_of(range(1), *Operation, progress=progress)
    write, read = job.steps(0, 1)
    write.done(0.25, None)
    read.done(0.5, write.value)
    assert job.completed == 2
    assert list(job.series[Operation.SET].samples) == [0.25]
    assert progress.ledger.acknowledged == 1
    assert not progress.ledger.verdict().wrong


def test_a_read_that_finds_something_else_is_on_record():
    job = job_of(range(1), *Operation)
    write, read = job.steps(0, 1)
    write.done(0.1, None)
    read.done(0.1, "else")
    assert job.progress.ledger.verdict().wrong == (write.key,)


@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_a_failed_write_is_on_record_with_its_outcome(outcome):
    job = job_of(range(1), Operation.SET)
    (step,) = job.steps(0, 1)
    step.failed(GridwireError("broken", outcome=outcome))
    (write,) = job.progress.ledger.verdict().failed
    # Without an outcome nothing is known, and that has a name.
    assert write.outcome is (outcome or Outcome.UNKNOWN)
    assert write.error.startswith("GridwireError: broken")
    assert (job.completed, job.series[Operation.SET].failed) == (1, 1)


def test_a_failed_read_is_counted_and_blames_nobody():
    job = job_of(range(1), Operation.GET)
    (step,) = job.steps(0, 1)
    step.failed(GridwireError("broken"))
    assert job.series[Operation.GET].failed == 1
    assert not job.progress.ledger.verdict().failed


def test_workers_end_when_they_are_told():
    job = job_of(range(10), Operation.SET)
    steps = job.steps(0, 1)
    next(steps)
    job.progress.halted = True
    assert list(steps) == []


def test_workers_end_when_too_much_failed():
    job = job_of(range(MAX_FAILURES * 2), Operation.SET)
    for step in job.steps(0, 1):
        step.failed(GridwireError("broken"))
    assert job.completed == MAX_FAILURES
    assert job.progress.gave_up


def test_speed_counts_what_succeeded():
    series = Series("asyncio", 1, Part.ALONE, Operation.GET, failed=7, seconds=2.0)
    assert series.per_second == 0
    series.samples.extend([0.1] * 10)
    assert series.per_second == 5
