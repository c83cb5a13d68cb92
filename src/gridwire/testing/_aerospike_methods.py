# SPDX-License-Identifier: Apache-2.0
"""What a test can do to an Aerospike cluster, the same for all homes of its nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from gridwire.testing._aerospike import fault_specs as specs
from gridwire.testing._aerospike.fault_specs import FaultSpec
from gridwire.testing._shared.methods import CommonMethods, texts
from gridwire.testing.errors import ClusterOptionError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["AerospikeMethods"]


class _HasName(Protocol):
    """A handle of a node."""

    @property
    def name(self) -> str: ...


if TYPE_CHECKING:
    Names = str | Iterable[str]
    Nodes = _HasName | Iterable[_HasName]

F_co = TypeVar("F_co", covariant=True)


class AerospikeMethods(CommonMethods[F_co]):
    """What `AerospikeCluster` and `AsyncAerospikeCluster` can do to their nodes' clients.

    `gridwire.testing.faults` says what faults have in common. Common arguments of those that
    choose messages:

    - `requests`, `answers`: names or patterns of messages, one or several: ``"record.read"``,
      ``"record.exists"``, ``"record.write"``, ``"record.delete"``, ``"batch"``, ``"info.replicas"``
      and so on for each info command, ``"admin.login"`` and so on; an answer has the name of its
      request;
    - `nodes`: only at connections to these nodes, one or several; all if None;
    - `skip`: let so many of the chosen messages pass first;
    - `times`: choose so many after that, then no more; all if None.

    Nodes handle the requests of a connection in their order, and answers have nothing but their
    order to tell whose they are. So whatever holds a message back also holds back all that follow
    on the same connection.

    All raise `ClusterOptionError` for arguments that cannot be, such as a name that no message
    has, and `ClusterError` for nodes that are gone.
    """

    @property
    def proxied(self) -> int:
        """How many records nodes have fetched from others, for clients that asked the wrong one."""
        count: int = self._order("proxied")
        return count

    def clear(self) -> None:
        """Make it as good as new: remove all records, end all faults, let its clock run.

        Clients stay connected.
        """
        self._order("clear")

    def set_full(self, namespace: str = "test", *, full: bool = True) -> None:
        """Let a namespace have no room for further writes (result code 8), or some again.

        Args:
            namespace: its name.
            full: whether it has no room.
        """
        self._order("set_full", namespace=namespace, is_full=full)

    def end_sessions(self) -> None:
        """Let all sessions of users expire, so that new connections have to log in again."""
        self._order("end_sessions")

    # -- messages ------------------------------------------------------------------------------

    def delay(
        self,
        seconds: float | None = None,
        *,
        requests: Names = (),
        answers: Names = (),
        nodes: Nodes | None = None,
        skip: int = 0,
        times: int | None = None,
    ) -> F_co:
        """Let messages arrive late.

        The client sees a slow node: a delayed request is executed late, a delayed answer is that
        of a request that was executed in time.

        Args:
            seconds: how late; if None, until the fault ends.
            requests: see the class.
            answers: see the class.
            nodes: see the class.
            skip: see the class.
            times: see the class.

        Returns:
            The fault.
        """
        return self._choose(specs.DELAY, requests, answers, nodes, skip, times, seconds=seconds)

    def drop(
        self,
        *,
        requests: Names = (),
        answers: Names = (),
        nodes: Nodes | None = None,
        skip: int = 0,
        times: int | None = None,
    ) -> F_co:
        """Let messages get lost, while their connections stay open.

        The client waits: for a lost request nothing was done, for a lost answer everything was,
        and it cannot tell which. The connection is silent for ever: nothing that follows on it is
        done, since its answer would be taken for the lost one.

        Args:
            requests: see the class.
            answers: see the class.
            nodes: see the class.
            skip: see the class.
            times: see the class.

        Returns:
            The fault.
        """
        return self._choose(specs.DROP, requests, answers, nodes, skip, times)

    def cut_off(
        self,
        *,
        requests: Names = (),
        answers: Names = (),
        nodes: Nodes | None = None,
        skip: int = 0,
        times: int | None = None,
    ) -> F_co:
        """Break the connections of messages: before requests are done, or before their answers.

        Args:
            requests: see the class.
            answers: see the class.
            nodes: see the class.
            skip: see the class.
            times: see the class.

        Returns:
            The fault.
        """
        return self._choose(specs.CUT, requests, answers, nodes, skip, times)

    def refuse(
        self,
        code: int,
        *,
        requests: Names = ("record.*", "batch"),
        nodes: Nodes | None = None,
        skip: int = 0,
        times: int | None = None,
    ) -> F_co:
        """Answer requests with a result code, and do nothing of what they ask for.

        Args:
            code: of the answer, such as 18 for a node that is overloaded; 1 to 255.
            requests: see the class; about records, since others have no result code of this kind.
            nodes: see the class.
            skip: see the class.
            times: see the class.

        Returns:
            The fault.
        """
        return self._choose(specs.REFUSE, requests, (), nodes, skip, times, code=code)

    def lose_replica_acks(
        self,
        seconds: float = 0.0,
        *,
        requests: Names = ("record.write", "record.delete"),
        nodes: Nodes | None = None,
        skip: int = 0,
        times: int | None = None,
    ) -> F_co:
        """Let masters never hear from the replicas of a write, which they then call timed out.

        The write is done, and answered with result code 9: the client cannot tell whether it was.

        Args:
            seconds: how long the master waits; a real one waits for the client's timeout, or for
                its own of a second.
            requests: see the class; of single records.
            nodes: see the class.
            skip: see the class.
            times: see the class.

        Returns:
            The fault.
        """
        return self._choose(
            specs.LOST_ACKS, (), requests, nodes, skip, times, seconds=float(seconds)
        )

    def garble(
        self,
        *,
        answers: Names,
        how: str = "length",
        seed: int = 0,
        nodes: Nodes | None = None,
        skip: int = 0,
        times: int | None = None,
    ) -> F_co:
        """Damage answers on their way to clients.

        The node believes that all is well and does not close the connection. A careful client
        closes it and comes back; one that checks little may wait for ever.

        Args:
            answers: see the class.
            how: the damage:

                - ``"length"``: the frame claims to have 256 TiB;
                - ``"type"``: it is a message that the protocol does not have;
                - ``"version"``: it is one of another protocol;
                - ``"cut"``: the last third is missing, so it swallows the beginning of the next;
                - ``"noise"``: the frame is whole, but what it holds means nothing.
            seed: decides what the noise is.
            nodes: see the class.
            skip: see the class.
            times: see the class.

        Returns:
            The fault.
        """
        return self._choose(specs.GARBLE, (), answers, nodes, skip, times, how=how, seed=seed)

    # -- connections ---------------------------------------------------------------------------

    def slow_drip(
        self, size: int = 1, seconds: float = 0.01, *, nodes: Nodes | None = None
    ) -> F_co:
        """Let answers trickle out of connections, a few bytes at a time.

        Args:
            size: how many bytes at a time.
            seconds: the pause after them.
            nodes: see the class.

        Returns:
            The fault. What is still to come when it ends comes at once.
        """
        return self._choose(specs.SLOW_DRIP, (), (), nodes, size=size, seconds=seconds)

    def pause(self, *nodes: _HasName) -> F_co:
        """Let nodes stand still, as a process does that is stopped.

        Their connections stay open and new ones are accepted, but nothing comes back. Requests for
        their records that other nodes would pass on to them wait as well. The other nodes do not
        give a paused one up, as they would after some seconds.

        Args:
            *nodes: which; all if there are none.

        Returns:
            The fault. When it ends, everything that waited is done.
        """
        return self._choose(specs.PAUSE, (), (), nodes or None)

    def partition(self, *groups: Iterable[_HasName | str] | _HasName | str) -> F_co:
        """Split the network: who is in different groups cannot reach each other.

        Between clients and a node on different sides no byte goes through, in connections that are
        there and in new ones; both stay open. Between two nodes, requests that one would pass on
        to the other wait. Who is in no group reaches everybody. Nodes know each other as before:
        as in the first seconds of a real split, in which nobody has given up anybody.

        Args:
            *groups: nodes, and ``"*"`` for all clients.

        Returns:
            The fault. When it ends, everything that waited arrives.
        """
        return self._begin(FaultSpec(specs.PARTITION, groups=tuple(map(_side, groups))))

    def disconnect(self, *, nodes: Nodes | None = None) -> int:
        """Break connections; nodes and clients live on and may connect again at once.

        Args:
            nodes: see the class.

        Returns:
            How many connections were broken.
        """
        spec = FaultSpec(specs.DISCONNECTION, nodes=_names_of(nodes))
        broken: int = self._order("disconnect", whose=spec.to_json())
        return broken

    def refuse_clients(self, *, nodes: Nodes | None = None) -> F_co:
        """Break all connections, and each new one as soon as it is made.

        Args:
            nodes: see the class.

        Returns:
            The fault.
        """
        return self._choose(specs.KEEP_OUT, (), (), nodes)

    # -- partitions ----------------------------------------------------------------------------

    def migrate(self, partitions: Iterable[int] = (), to: _HasName | None = None) -> None:
        """Let partitions change masters, with all that they hold.

        Clients learn of it when they look again; what they send to the old master meanwhile is
        passed on to the new one.

        Args:
            partitions: which; all if there are none.
            to: their new master; the next node in the order of each if None. Who was it keeps a
                copy where there are several.
        """
        spec = self._migration(partitions, to, "wait")
        self._order("migrate", partitions=spec.partitions, to=spec.to)

    def migrating(
        self,
        partitions: Iterable[int] = (),
        to: _HasName | None = None,
        *,
        answer: str = "unavailable",
        times: int | None = None,
    ) -> F_co:
        """Let partitions be on their way to another master, until the fault ends.

        Args:
            partitions: see `migrate`.
            to: see `migrate`.
            answer: what becomes of requests for one of the partitions meanwhile: with
                ``"unavailable"`` they are not executed and answered with result code 11, also as
                rows of batches; with ``"wait"`` they wait, but for those in batches.
            times: only so many requests are answered that way.

        Returns:
            The fault. When it ends the partitions have changed masters.
        """
        return self._begin(self._migration(partitions, to, answer, times))

    def _migration(
        self,
        partitions: Iterable[int],
        to: _HasName | None,
        answer: str,
        times: int | None = None,
    ) -> FaultSpec:
        names = _names_of(to)
        return FaultSpec(
            specs.MIGRATION,
            partitions=tuple(partitions),
            to=None if names is None else names[0],
            how=answer,
            times=times,
        )

    def _choose(
        self,
        kind: str,
        requests: Names,
        answers: Names,
        nodes: Nodes | None,
        skip: int = 0,
        times: int | None = None,
        **more: Any,
    ) -> F_co:
        chosen = (texts(requests), texts(answers), _names_of(nodes), skip, times)
        return self._begin(FaultSpec(kind, *chosen, **more))


def _names_of(nodes: Nodes | None) -> tuple[str, ...] | None:
    if nodes is None:
        return None
    handles: tuple[Any, ...] = (nodes,) if hasattr(nodes, "name") else tuple(nodes)
    for handle in handles:
        if not hasattr(handle, "name"):
            raise ClusterOptionError(f"not a node of the cluster: {handle!r}")
    return tuple(str(handle.name) for handle in handles)


def _side(group: Iterable[_HasName | str] | _HasName | str) -> tuple[str, ...]:
    single = isinstance(group, str) or hasattr(group, "name")
    each: list[Any] = [group] if single else list(group)  # type: ignore[arg-type]
    for one in each:
        if isinstance(one, str) and one != specs.EVERYBODY:
            raise ClusterOptionError(f"clients have no names here, only all of them '*': {one!r}")
    return tuple(one if isinstance(one, str) else str(one.name) for one in each)
