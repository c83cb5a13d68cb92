# SPDX-License-Identifier: Apache-2.0
"""Where members may be found: what is configured, and what they say of themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, TypeVar

from gridwire._core.addresses import Endpoint, connection_order
from gridwire._core.logs import ClientLog
from gridwire._io.tls_errors import TlsError
from gridwire.errors import GridwireError
from gridwire.hazelcast.control.cloud import CloudDirectory
from gridwire.hazelcast.control.public_places import (
    PUBLIC,
    PublicPlaces,
    advice_on,
)
from gridwire.hazelcast.control.same_places import any_same_place
from gridwire.hazelcast.control.translating import Translator
from gridwire.hazelcast.core import Address, MemberInfo
from gridwire.hazelcast.errors import DiscoveryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridwire.hazelcast.config import Options

__all__ = ["MAX_ROUND_PLACES", "MIN_REFRESH_SECONDS", "Discovery"]

T = TypeVar("T")

_DEFAULT_PORTS = (5701, 5702, 5703)
_DEFAULT_PLACES = ("localhost",)

MIN_REFRESH_SECONDS = 5.0
"""How long the coordinator of a cloud is left alone when it did not know a member."""

MAX_ROUND_PLACES = 64
"""Members that one round tries of those that others told of, the cluster or a coordinator. Each may
take all of `connection_timeout`, and only between rounds is the time looked at, and the coordinator
asked. The next round goes on with the rest."""


class Discovery:
    """Finds addresses to connect to.

    Args:
        options: of the client.
        random: the source of chance.
        now: the client's clock, in seconds.
        log: of the client.

    Attributes:
        problems: what kept the last round from finding addresses, by where that was.
    """

    def __init__(
        self, options: Options, random: Random, now: Callable[[], float], log: ClientLog
    ) -> None:
        self._options = options
        self._random = random
        self._now = now
        self._public = PublicPlaces(log) if options.use_public_ip else None
        self._translator = (
            Translator(options.address_translator, options.asking_limit)
            if options.address_translator is not None
            else None
        )
        self._cloud = (
            CloudDirectory(
                options.cloud_base_url,
                options.cloud_discovery_token,
                options.asking_limit,
                now,
            )
            if options.cloud_discovery_token is not None
            else None
        )
        self._refreshing = asyncio.Lock()
        self._turn_of_known = _Turn()
        self._turn_of_found = _Turn()
        self.problems: dict[str, GridwireError | OSError] = {}

    async def candidates(self, members: Sequence[MemberInfo]) -> list[Endpoint]:
        """The addresses of one round, in the order in which they are to be tried.

        It never fails: what went wrong is in `problems`, beside which there may be addresses.

        Args:
            members: known from before; they come first, at most `MAX_ROUND_PLACES`, then what is
                configured. Names are not resolved here, but whenever somebody connects.
        """
        self.problems = {}
        if self._cloud is not None:
            await self._refresh(self._cloud)
        known = await self._known(members)
        shuffle = self._random.shuffle if self._options.shuffle_member_list else None
        ports = list(_DEFAULT_PORTS)
        if shuffle is not None:
            shuffle(known)
            # An address without a port stands for the usual ones, whichever a member has.
            self._random.shuffle(ports)
        if self._cloud is not None:
            found = self._turn_of_found.next_of(list(self._cloud.public.values()))
            if shuffle is not None:
                shuffle(found)
        else:
            places = self._options.cluster_members or _DEFAULT_PLACES
            found = connection_order(places, ports, shuffle)
        return list(dict.fromkeys([*known, *found]))

    async def _refresh(self, cloud: CloudDirectory) -> None:
        try:
            async with self._refreshing:
                await cloud.refresh()
        except (GridwireError, OSError) as error:
            self.problems[cloud.place] = error

    async def _known(self, members: Sequence[MemberInfo]) -> list[Endpoint]:
        if self._cloud is not None:
            # It was just asked, and other members may be gone.
            public = self._cloud.public
            members = [one for one in members if one.address in public]
        places: list[Endpoint] = []
        for member in self._turn_of_known.next_of(members):
            try:
                places.append(await self.address_of(member))
            except (GridwireError, OSError) as error:
                self.problems[str(member.address)] = error
        return places

    async def address_of(self, member: MemberInfo) -> Endpoint:
        """Where to connect to a member of the view.

        Raises:
            HazelcastError: nobody can say.
            OSError: who could say does not answer.
        """
        if self._cloud is not None:
            return await self._by_cloud(self._cloud, member.address)
        if self._translator is not None:
            return await self._translator.place_of(member.address)
        if self._public is not None:
            return self._public.place_of(member)
        return Endpoint(member.address.host, member.address.port)

    async def _by_cloud(self, cloud: CloudDirectory, address: Address) -> Endpoint:
        place = cloud.public.get(address)
        if place is None:
            async with self._refreshing:
                # Somebody else may have asked meanwhile.
                last = cloud.asked_at
                if last is None or self._now() - last >= MIN_REFRESH_SECONDS:
                    await cloud.refresh()
            place = cloud.public.get(address)
        if place is None:
            raise DiscoveryError(
                f"Hazelcast Cloud does not tell the public address of member {address}",
                hint="It is asked again.",
            )
        return place

    async def advice(
        self,
        error: Exception,
        member: MemberInfo,
        connected: Sequence[tuple[MemberInfo, Address]],
    ) -> str:
        """What to change when a member of the view cannot be reached, if that can be told.

        The client got in by addresses that were configured. If no member was reached where it says
        that it is, it is hardly this one that is ill: they are good in the cluster's own network.

        Args:
            error: why it cannot be connected to.
            member: who it is.
            connected: the members that there are connections to, and the addresses of these.

        Returns:
            A sentence; empty when some other member was reached where it says that it is, so that
            this one may just be down, and when somebody is there whom TLS does not let us trust.
        """
        if self._cloud is not None or not connected:
            return ""
        if not isinstance(error, OSError) or isinstance(error, DiscoveryError | TlsError):
            return ""
        if self._translator is not None:
            await self._translator.know(connected[0][0].address)
        pairs = [(at, said) for one, at in connected if (said := self._announced(one)) is not None]
        # Who cannot tell says nothing.
        if await any_same_place(pairs, self._options.asking_limit) is not False:
            return ""
        if self._translator is not None:
            return "Check whether address_translator gives addresses that work from here."
        return advice_on(member, [at for _, at in connected], self._public is not None)

    def _announced(self, member: MemberInfo) -> Address | None:
        """Where a member is by what it says of itself, as far as that is known already."""
        if self._translator is not None:
            return self._translator.given(member.address)
        if self._public is not None:
            return member.address_map.get(PUBLIC, member.address)
        return member.address

    def __repr__(self) -> str:
        return f"<Discovery by {self._cloud or self._options.cluster_members or _DEFAULT_PLACES}>"


class _Turn:
    """Takes a part of a long list each time, so that all of it has its turn."""

    def __init__(self) -> None:
        self._next = 0

    def next_of(self, every: Sequence[T]) -> list[T]:
        """All of a short list, the next part of a long one.

        Args:
            every: may have changed since the last time.
        """
        begin = self._next if MAX_ROUND_PLACES < len(every) > self._next else 0
        self._next = begin + MAX_ROUND_PLACES
        return list(every[begin : self._next])
