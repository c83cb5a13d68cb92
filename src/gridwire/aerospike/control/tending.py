# SPDX-License-Identifier: Apache-2.0
"""One round of tending: the questions of `cluster.tend` are asked, all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from gridwire._io.tls_advice import advice_on
from gridwire.aerospike.cluster.actions import Action, Add, Ask, Claims, Knock, Remove, Update
from gridwire.aerospike.cluster.tend import Tend
from gridwire.aerospike.control.access import NodeAccess
from gridwire.aerospike.control.opening import why_not_opened
from gridwire.aerospike.exception import AdminError, AerospikeError
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.errors import GridwireError

if TYPE_CHECKING:
    from gridwire.aerospike.control.core import ClusterCore

__all__ = ["Round"]

N = TypeVar("N", bound=Any)

_NO_PARTITIONS_YET = "-1"

Question: TypeAlias = Ask | Knock
"""What a node has to answer."""

_FAILURES = (OSError, AerospikeError, ProtocolError, UnicodeError)
"""How a node fails to answer; the last one is a host name that no resolver takes."""


class Round(Generic[N]):
    """Carries out what the tend wants done.

    Args:
        core: the client.
        tend: says what to do.

    Attributes:
        refusals: how nodes said that they do not let this client in.
        is_forming: whether some node has no partitions yet, and is worth another look.
        advice: what to do about reasons that nodes could not be reached, where that is known.
    """

    def __init__(self, core: ClusterCore[N], tend: Tend) -> None:
        self._core = core
        self._tend = tend
        self.refusals: list[AdminError] = []
        self.is_forming = False
        self.advice: dict[str, str] = {}
        # Ways into nodes that were found, until they are added.
        self._arrived: dict[str, NodeAccess] = {}

    async def carry_out(self, actions: Iterable[Action]) -> None:
        """Carry out actions, and those to which their answers lead."""
        asking: set[asyncio.Task[list[Question]]] = set()
        todo = self._apply_all(actions)
        try:
            while todo or asking:
                asking.update(asyncio.ensure_future(self._put(question)) for question in todo)
                done, asking = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
                todo = [question for task in done for question in task.result()]
        finally:
            for task in asking:
                task.cancel()
            try:
                await asyncio.gather(*asking, return_exceptions=True)
            finally:
                for access in self._arrived.values():
                    access.close()
                self._arrived.clear()

    async def _put(self, question: Question) -> list[Question]:
        """Put a question, do what follows from the answer, and say what is to be asked next.

        All that follows is done here, as soon as the tend has decided it. Answers may come
        together, and what follows from them makes sense in one order alone: a node that is gone
        from one address and found at another is removed first and added then.
        """
        if isinstance(question, Ask):
            return self._apply_all(await self._ask(question))
        return self._apply_all(await self._knock(question))

    def _apply_all(self, actions: Iterable[Action]) -> list[Question]:
        """Do at once what needs no answer; the rest."""
        questions: list[Question] = []
        for action in actions:
            if isinstance(action, Ask | Knock):
                questions.append(action)
            else:
                self._apply(action)
        return questions

    def _apply(self, action: Add | Update | Remove | Claims) -> None:
        core = self._core
        if isinstance(action, Add):
            access = self._arrived.pop(action.facts.name)
            core.add(action.facts, access)
        elif isinstance(action, Update):
            core.update(action.facts)
        elif isinstance(action, Remove):
            core.remove(action.node, action.why)
        else:
            core.claim(action.node, action.claims)

    async def _ask(self, action: Ask) -> list[Action]:
        access = self._core.access_to(action.node)
        if access is None:
            return []
        try:
            answers = await access.ask(action.names)
        except _FAILURES as error:
            return self._tend.failed(action.node, self._reason(error))
        return self._tend.answered(action.node, answers)

    async def _knock(self, knock: Knock) -> list[Action]:
        why = "it has no address"
        for endpoint in knock.endpoints:
            access = NodeAccess(self._core.opener, endpoint)
            kept = False
            try:
                answers = await access.ask(knock.names)
                if answers.get("partition-generation") == _NO_PARTITIONS_YET:
                    self.is_forming = True
                actions = self._tend.greeted(endpoint, answers, knock.expected)
                for action in actions:
                    if isinstance(action, Add):
                        self._arrived[action.facts.name] = access
                        kept = True
                return actions
            except _FAILURES as error:
                why = self._reason(error)
            finally:
                if not kept:
                    access.close()
        return self._tend.silent(knock, why)

    def _reason(self, error: Exception) -> str:
        reason = self._words(error)
        self.advice[reason] = advice_on(error)
        return reason

    def _words(self, error: Exception) -> str:
        if isinstance(error, AdminError):
            self.refusals.append(error)
        if isinstance(error, GridwireError):
            return error.message
        return why_not_opened(error, self._core.opener.timeout)
