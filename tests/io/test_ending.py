# SPDX-License-Identifier: Apache-2.0
"""The end of a client: one task, which goes on whoever is cancelled."""

from __future__ import annotations

import asyncio

import pytest

from gridwire._io.ending import Ending


class Something:
    """Ends in three steps; whatever is cancelled in the middle begins with the first again."""

    def __init__(self) -> None:
        self.begun = 0
        self.ended = 0
        self.ending = Ending(self._end)

    async def _end(self) -> None:
        self.begun += 1
        for _ in range(3):
            await asyncio.sleep(0)
        self.ended += 1


def test_it_ends_once_for_all_who_ask() -> None:
    async def play() -> None:
        one = Something()
        assert not one.ending.has_begun
        await asyncio.gather(*(one.ending.wait() for _ in range(3)))
        await one.ending.wait()
        assert one.ending.has_begun
        assert (one.begun, one.ended) == (1, 1)

    asyncio.run(play())


@pytest.mark.parametrize("turns", range(5))
def test_who_is_cancelled_does_not_stop_it(turns: int) -> None:
    async def play() -> None:
        one = Something()
        waiting = asyncio.create_task(one.ending.wait())
        for _ in range(turns):
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        assert one.ending.has_begun == (turns > 0)
        await one.ending.wait()
        assert (one.begun, one.ended) == (1, 1)

    asyncio.run(play())


@pytest.mark.parametrize("turns", range(1, 5))
def test_a_loop_that_cancels_everything_is_left_with_nothing(turns: int) -> None:
    async def play() -> Something:
        one = Something()
        waiting = asyncio.create_task(one.ending.wait())
        for _ in range(turns):
            await asyncio.sleep(0)
        everything = asyncio.all_tasks() - {asyncio.current_task()}
        for task in everything:
            task.cancel()
        await asyncio.wait(everything)
        assert waiting.cancelled()
        return one

    one = asyncio.run(play())
    assert one.ended == 1


def test_an_end_that_waits_for_what_was_cancelled_does_not_go_round_for_ever() -> None:
    async def play() -> None:
        never = asyncio.get_running_loop().create_future()
        never.cancel()

        async def end() -> None:
            await never

        with pytest.raises(asyncio.CancelledError):
            await Ending(end).wait()

    asyncio.run(play())
