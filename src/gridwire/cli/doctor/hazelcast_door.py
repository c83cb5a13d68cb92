# SPDX-License-Identifier: Apache-2.0
"""Gathers whether a Hazelcast member lets us in, and what it is like when it does not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING
from uuid import uuid4

from gridwire.cli.doctor.answers import UNHEARD, Answer, answer_of, words_of
from gridwire.cli.doctor.certificates import alert_of, speaks_tls
from gridwire.cli.doctor.hazelcast_link import Link
from gridwire.errors import GridwireError, ProtocolError
from gridwire.hazelcast.control.handshake import Admission, Identity
from gridwire.hazelcast.errors import (
    AuthenticationError,
    ClientNotAllowedInClusterError,
    IllegalStateError,
    TargetDisconnectedError,
)

if TYPE_CHECKING:
    from gridwire._io.tls_errors import TlsError
    from gridwire.cli.doctor.approach import Place
    from gridwire.cli.doctor.settings import Settings

__all__ = [
    "CLIENT_NAME",
    "DEFAULT_CLUSTER_NAME",
    "Entry",
    "answers_in_clear",
    "enter",
    "identity_of",
]

CLIENT_NAME = "gridwire-doctor"
"""How members list the doctor among their clients."""

DEFAULT_CLUSTER_NAME = "dev"
"""What a cluster is called whose configuration does not say."""

_ANSWERS = (
    (TargetDisconnectedError, Answer.ENDED),
    (AuthenticationError, Answer.REFUSED),
    (ClientNotAllowedInClusterError, Answer.NOT_ALLOWED),
    (IllegalStateError, Answer.SERIALIZATION),
    (ProtocolError, Answer.NONSENSE),
    (TimeoutError, Answer.SILENT),
    (OSError, Answer.ENDED),
)
_BY_MEMBERS = frozenset(
    {
        Answer.ADMITTED,
        Answer.REFUSED,
        Answer.NOT_ALLOWED,
        Answer.SERIALIZATION,
        Answer.ERROR,
    }
)
"""What only a member answers."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What came of an authentication.

    Attributes:
        answer: what kind of answer it was.
        seconds: how long it took.
        admission: what the member said when it let us in.
        text: what went wrong.
        open_to_all: whether it lets in whoever has no credentials; None when we have none.
        alert: the TLS alert with which it ended the connection.
    """

    answer: Answer
    seconds: float
    admission: Admission | None = None
    text: str = ""
    open_to_all: bool | None = None
    alert: TlsError | None = None


def identity_of(settings: Settings, *, anonymous: bool = False) -> Identity:
    """How the doctor introduces itself.

    Args:
        settings: what it was told.
        anonymous: without credentials.
    """
    return Identity(
        uuid4(),
        CLIENT_NAME,
        settings.cluster_name or DEFAULT_CLUSTER_NAME,
        username=None if anonymous else settings.user,
        password=None if anonymous else settings.password,
    )


async def enter(place: Place, settings: Settings) -> tuple[Entry, Link | None]:
    """Connect and authenticate.

    Credentials are sent only to somebody who answers as a member does: the first words go without
    them. What is answered also tells a wrong password from credentials that nobody asked for.

    Returns:
        What came of it, and the connection when the member let us in.
    """
    if settings.user is None:
        return await _try(place, settings, identity_of(settings))
    first, link = await _try(place, settings, identity_of(settings, anonymous=True))
    if link is not None:
        await link.close()
    if first.answer not in {Answer.ADMITTED, Answer.REFUSED}:
        return first, None
    entry, link = await _try(place, settings, identity_of(settings))
    return replace(entry, open_to_all=first.answer is Answer.ADMITTED), link


async def answers_in_clear(place: Place, settings: Settings) -> bool:
    """Whether a member answers without TLS; nobody's credentials are sent to find out."""
    plain = replace(settings, tls=None, user=None, password=None)
    entry, link = await _try(place, plain, identity_of(plain, anonymous=True))
    if link is not None:
        await link.close()
    return entry.answer in _BY_MEMBERS


async def _try(place: Place, settings: Settings, identity: Identity) -> tuple[Entry, Link | None]:
    link, began = Link(), monotonic()
    try:
        await link.open(
            place, None if settings.tls is None else settings.tls.make(), settings.timeout
        )
        admission = await link.authenticate(identity, settings.timeout)
    except (GridwireError, OSError) as error:
        entry = Entry(
            _answer(error),
            monotonic() - began,
            text=words_of(_reason(error), settings.timeout),
            alert=alert_of(error),
        )
        await link.close()
        unheard = entry.answer in UNHEARD and settings.tls is None
        if unheard and await speaks_tls(
            place.address, place.port, place.server_name, settings.timeout
        ):
            return replace(entry, answer=Answer.TLS), None
        return entry, None
    except BaseException:
        await link.close()
        raise
    return Entry(Answer.ADMITTED, monotonic() - began, admission), link


def _answer(error: BaseException) -> Answer:
    if isinstance(error, TargetDisconnectedError) and isinstance(error.__cause__, ProtocolError):
        return Answer.NONSENSE
    return answer_of(error, _ANSWERS)


def _reason(error: BaseException) -> BaseException:
    """What says most."""
    cause = error.__cause__
    ended = isinstance(error, TargetDisconnectedError) and isinstance(cause, GridwireError)
    return cause if ended and cause is not None else error
