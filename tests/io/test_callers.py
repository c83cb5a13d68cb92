# SPDX-License-Identifier: Apache-2.0
"""Every thread and every task has a number of its own, which nobody has after it."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import threading

from gridwire._io.callers import FIRST, current_task_number, current_thread_number


def number_in_a_thread() -> int:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(current_thread_number()))
    thread.start()
    thread.join()
    return found[0]


def test_a_thread_keeps_its_number():
    assert current_thread_number() == current_thread_number() >= FIRST


def test_a_thread_never_has_the_number_of_one_that_has_ended():
    # The system gives the identifiers of these to each other.
    numbers = [number_in_a_thread() for _ in range(50)]
    assert len({*numbers, current_thread_number()}) == 51


def test_threads_at_the_same_time_have_numbers_of_their_own():
    ready, numbers = threading.Barrier(20), []

    def run() -> None:
        ready.wait()
        numbers.append(current_thread_number())
        ready.wait()
        assert current_thread_number() in numbers

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(numbers)) == 20


async def number_after_waiting() -> int:
    before = current_task_number()
    await asyncio.sleep(0)
    assert current_task_number() == before
    return before


def test_a_task_keeps_its_number_and_shares_it_with_nobody():
    async def main() -> list[int]:
        together = [asyncio.create_task(number_after_waiting()) for _ in range(20)]
        return [await number_after_waiting(), *[await task for task in together]]

    numbers = [*asyncio.run(main()), *asyncio.run(main())]
    assert len(set(numbers)) == 42
    assert min(numbers) >= FIRST


def test_a_task_never_has_the_number_of_one_that_was_freed():
    # Memory of these is used again, and so are their addresses.
    async def main() -> set[int]:
        numbers = set()
        for _ in range(200):
            numbers.add(await asyncio.create_task(number_after_waiting()))
        return numbers

    assert len(asyncio.run(main())) == 200


def test_tasks_that_share_a_context_have_numbers_of_their_own():
    async def main() -> None:
        context = contextvars.copy_context()
        first = asyncio.create_task(number_after_waiting(), context=context)
        second = asyncio.create_task(number_after_waiting(), context=context)
        assert await first != await second

    asyncio.run(main())


def test_what_runs_outside_of_tasks_has_one_number_together():
    async def main() -> list[int]:
        loop, found = asyncio.get_running_loop(), list[int]()
        for _ in range(2):
            loop.call_soon(lambda: found.append(current_task_number()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return [*found, current_task_number()]

    first, second, of_task = asyncio.run(main())
    assert FIRST <= first == second != of_task


def test_ended_tasks_are_not_remembered():
    from gridwire._io import callers

    gc.collect()
    before = len(callers._tasks)
    asyncio.run(number_after_waiting())
    gc.collect()
    assert len(callers._tasks) <= before
