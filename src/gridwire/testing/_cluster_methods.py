# SPDX-License-Identifier: Apache-2.0
"""What a test can do to a cluster and its faults, the same for all homes of its members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from gridwire.testing._hazelcast import fault_specs as specs
from gridwire.testing._hazelcast.choice import ANYTHING, Choice
from gridwire.testing._hazelcast.fault_specs import FaultSpec
from gridwire.testing._shared.methods import CommonMethods, texts
from gridwire.testing.errors import ClusterOptionError
from gridwire.testing.faults import BACKUP_ACKS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

__all__ = ["ClusterMethods"]


class _HasUuid(Protocol):
    """A handle of a member."""

    @property
    def uuid(self) -> UUID: ...


if TYPE_CHECKING:
    Names = str | Iterable[str]
    Members = _HasUuid | Iterable[_HasUuid]

F_co = TypeVar("F_co", covariant=True)


class ClusterMethods(CommonMethods[F_co]):
    """What `HazelcastCluster` and `AsyncHazelcastCluster` can do to their members' clients.

    `gridwire.testing.faults` says what faults have in common. Common arguments of those that
    choose messages:

    - `requests`, `answers`, `events`: names or patterns of messages, one or several;
    - `members`: only at connections to these members, one or several; all if None;
    - `clients`: only at connections of these clients, by names, UUIDs or patterns; all if None;
    - `skip`: let so many of the chosen messages pass first;
    - `times`: choose so many after that, then no more; all if None.

    All raise `ClusterOptionError` for arguments that cannot be, such as a name that no message
    has, and `ClusterError` for members that are gone.
    """

    def clear(self) -> None:
        """Make it as good as new: destroy all maps, end all faults, let its clock run.

        Clients stay connected. Their near caches are told to forget, as when somebody destroys a
        map; entry listeners hear nothing more.
        """
        self._order("clear")

    # -- messages ------------------------------------------------------------------------------

    def delay(
        self,
        seconds: float | None = None,
        *,
        requests: Names = (),
        answers: Names = (),
        events: Names = (),
        members: Members | None = None,
        clients: Names | None = None,
        skip: int = 0,
        times: int | None = None,
    ) -> F_co:
        """Let messages arrive late.

        The client sees a slow member: a delayed request is executed late, a delayed answer is that
        of a request that was executed in time. What is not chosen overtakes what is, so that events
        and answers can be brought into another order; chosen messages keep their own.

        Args:
            seconds: how late; if None, until the fault ends.
            requests: see the class.
            answers: see the class.
            events: see the class.
            members: see the class.
            clients: see the class.
            skip: see the class.
            times: see the class.

        Returns:
            The fault.
        """
        choice = _choice(requests, answers, events, members, clients, skip, times)
        return self._begin(FaultSpec(specs.DELAY, choice, seconds))

    def drop(
        self,
        *,
        requests: Names = (),
        answers: Names = (),
        events: Names = (),
        members: Members | None = None,
        clients: Names | None = None,
        skip: int = 0,
        times: int | None = None,
    ) -> F_co:
        """Let messages get lost, while their connections stay open.

        The client waits: for a lost request nothing was done, for a lost answer everything was,
        and it cannot tell which. Of a lost event nobody ever hears. Members do not send it again.

        Args:
            requests: see the class.
            answers: see the class.
            events: see the class; `gridwire.testing.faults` names the usual ones.
            members: see the class.
            clients: see the class.
            skip: see the class.
            times: see the class.

        Returns:
            The fault.
        """
        choice = _choice(requests, answers, events, members, clients, skip, times)
        return self._begin(FaultSpec(specs.DROP, choice))

    def lose_backup_acks(
        self,
        *,
        members: Members | None = None,
        clients: Names | None = None,
        skip: int = 0,
        times: int | None = None,
    ) -> F_co:
        """Let acknowledgements of backups get lost; the backups themselves are made.

        The client has the answer to its write, which tells how many backups there are to wait for,
        and waits in vain until its backup timeout (5 s by default). What then happens to the call
        is the client's choice: done, or `IndeterminateOperationStateError` if so configured.

        Args:
            members: those that hold the backups, one or several; all if None.
            clients: see the class.
            skip: see the class.
            times: see the class.

        Returns:
            The fault.
        """
        return self.drop(
            events=BACKUP_ACKS, members=members, clients=clients, skip=skip, times=times
        )

    def garble(
        self,
        *,
        answers: Names = (),
        events: Names = (),
        how: str = "length",
        seed: int = 0,
        members: Members | None = None,
        clients: Names | None = None,
        skip: int = 0,
        times: int | None = None,
    ) -> F_co:
        """Damage messages on their way to clients.

        The member believes that all is well and does not close the connection. A careful client
        closes it and comes back; one that checks little may wait for ever.

        Args:
            answers: see the class.
            events: see the class.
            how: the damage:

                - ``"length"``: the first frame claims to have 2 GiB, so nothing after it makes
                  sense;
                - ``"cut"``: the last third of the message is missing, so it swallows the beginning
                  of the next;
                - ``"type"``: it is a message that the protocol does not have;
                - ``"correlation"``: it answers a request that nobody made, so whoever waits for it
                  waits on;
                - ``"noise"``: frames are whole, but what they hold means nothing: texts are not
                  UTF-8, values are of types that Hazelcast cannot have.
            seed: decides what the noise is.
            members: see the class.
            clients: see the class.
            skip: see the class.
            times: see the class.

        Returns:
            The fault.
        """
        choice = _choice((), answers, events, members, clients, skip, times)
        return self._begin(FaultSpec(specs.GARBLE, choice, how=how, seed=seed))

    # -- connections ---------------------------------------------------------------------------

    def slow_drip(
        self,
        size: int = 1,
        seconds: float = 0.01,
        *,
        members: Members | None = None,
        clients: Names | None = None,
    ) -> F_co:
        """Let answers and events trickle out of connections, a few bytes at a time.

        The client sees frames cut at any byte, and large values that take very long. Requests
        arrive at once.

        Args:
            size: how many bytes at a time.
            seconds: the pause after them.
            members: see the class.
            clients: see the class.

        Returns:
            The fault. What is still to come when it ends comes at once.
        """
        choice = _choice((), (), (), members, clients, 0, None)
        return self._begin(FaultSpec(specs.SLOW_DRIP, choice, seconds, size))

    def pause(self, *members: _HasUuid) -> F_co:
        """Let members stand still, as a process does that is stopped or collects garbage.

        Their connections stay open and new ones are accepted, but nothing comes back: clients see
        silence, and close the connection after their heartbeat timeout (60 s by default). Requests
        to other members wait as well where a paused one owns the partition, or if they concern a
        whole map, and so do writes for their backup acks. The other members do not give a paused
        one up, as they would after a minute or more.

        Args:
            *members: which; all if there are none.

        Returns:
            The fault. When it ends, everything that waited is done.
        """
        uuids = tuple(str(member.uuid) for member in members) or None
        return self._begin(FaultSpec(specs.PAUSE, Choice(members=uuids)))

    def partition(self, *groups: Iterable[_HasUuid | str] | _HasUuid | str) -> F_co:
        """Split the network: who is in different groups cannot reach each other.

        Between a client and a member on different sides no byte goes through, in connections that
        are there and in new ones; both stay open. Between two members, requests that one would
        pass on to the other wait, and so do backup acks. Who is in no group reaches everybody.
        Members know each other as before: as in the first minute of a real split, in which nobody
        has given up anybody.

        Args:
            *groups: members, and names, UUIDs or patterns of clients; ``"*"`` for all clients.

        Returns:
            The fault. When it ends, everything that waited arrives.
        """
        sides = tuple(_side(group) for group in groups)
        return self._begin(FaultSpec(specs.PARTITION, groups=sides))

    def disconnect(self, *, members: Members | None = None, clients: Names | None = None) -> int:
        """Break connections; members and clients live on and may connect again at once.

        Requests on their way are lost, some before and some after they were executed.

        Args:
            members: see the class.
            clients: see the class.

        Returns:
            How many connections were broken.
        """
        choice = _choice((), (), (), members, clients, 0, None)
        broken: int = self._order(
            "disconnect", whose=FaultSpec(specs.DISCONNECTION, choice).to_json()
        )
        return broken

    def refuse_clients(self, clients: Names = ANYTHING, *, members: Members | None = None) -> F_co:
        """Let clients in no more, as members do when an administrator blocks them.

        Their connections break, and their authentication is answered with the status *not allowed
        in cluster*, after which clients do not try again.

        Args:
            clients: names, UUIDs or patterns, one or several.
            members: see the class.

        Returns:
            The fault.
        """
        choice = _choice((), (), (), members, clients, 0, None)
        return self._begin(FaultSpec(specs.REFUSAL, choice))

    # -- what clients tell ---------------------------------------------------------------------

    def client_statistics(self) -> dict[str, dict[str, Any]]:
        """Give what connected clients last reported of themselves; see `statistics_enabled`.

        Returns:
            By the UUID of the client: `client`, its name; `member`, the UUID of the one that has
            the report; `count`, how many there were on that connection; `timestamp` in milliseconds
            since the epoch; `attributes`, text by name; `metrics`, number by name, such as
            ``"tcp.bytesSend"`` or ``"nearcache.hits[name=people]"``.

        Raises:
            ClusterError: a client sent what cannot be read.
        """
        found: dict[str, dict[str, Any]] = self._order("client_statistics")
        return found

    # -- partitions ----------------------------------------------------------------------------

    def migrate(self, partitions: Iterable[int] = (), to: _HasUuid | None = None) -> None:
        """Let partitions change owners, with all that they hold, and tell clients so.

        Requests that a client sends to the old owner meanwhile are passed on to the new one.

        Args:
            partitions: which; all if there are none.
            to: their new owner; if None, each goes to its first backup, or to the next data member
                where there is no backup. Who owned it keeps a backup.
        """
        self._order("migrate", partitions=tuple(partitions), to=_uuid(to))

    def migrating(
        self,
        partitions: Iterable[int] = (),
        to: _HasUuid | None = None,
        *,
        answer: str = "migrating",
        times: int | None = None,
    ) -> F_co:
        """Let partitions be on their way to another owner, until the fault ends.

        Args:
            partitions: see `migrate`.
            to: see `migrate`.
            answer: what becomes of requests for one of the partitions meanwhile:

                - ``"migrating"``: they are not executed and answered `PARTITION_MIGRATING`, after
                  which clients try again;
                - ``"wrong_target"``: the same with `WRONG_TARGET`;
                - ``"wait"``: they wait for the new owner, as they mostly do at real members.
            times: after so many of these answers the partitions have arrived; only at the end of
                the fault if None.

        Returns:
            The fault. When it ends the partitions have changed owners, and clients know it.
        """
        spec = specs.migration(tuple(partitions), _uuid(to), answer, times)
        return self._begin(spec)


def _choice(
    requests: Names,
    answers: Names,
    events: Names,
    members: Members | None,
    clients: Names | None,
    skip: int,
    times: int | None,
) -> Choice:
    return Choice(
        texts(requests),
        texts(answers),
        texts(events),
        None if members is None else _uuids(members),
        None if clients is None else texts(clients),
        skip,
        times,
    )


def _uuids(members: Members) -> tuple[str, ...]:
    handles = (members,) if hasattr(members, "uuid") else tuple(members)
    for handle in handles:
        if not hasattr(handle, "uuid"):
            raise ClusterOptionError(f"not a member of the cluster: {handle!r}")
    return tuple(str(handle.uuid) for handle in handles)


def _uuid(member: _HasUuid | None) -> str | None:
    return None if member is None else _uuids(member)[0]


def _side(
    group: Iterable[_HasUuid | str] | _HasUuid | str,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The UUIDs of members and the patterns of clients in a group."""
    single = isinstance(group, str) or hasattr(group, "uuid")
    each: list[Any] = [group] if single else list(group)  # type: ignore[arg-type]
    names = tuple(one for one in each if isinstance(one, str))
    return _uuids([one for one in each if not isinstance(one, str)]), names
