# SPDX-License-Identifier: Apache-2.0
"""Gathers whether an Aerospike node lets us in, and what it says of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

import gridwire
from gridwire.aerospike.cluster.node import Endpoint
from gridwire.aerospike.control.access import NodeAccess
from gridwire.aerospike.control.asking import opener_of
from gridwire.aerospike.exception import AdminError, AerospikeError
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.info import failure_of
from gridwire.cli.doctor.answers import UNHEARD, Answer, answer_of, words_of
from gridwire.cli.doctor.certificates import alert_of, speaks_tls
from gridwire.cli.doctor.trips import timed

if TYPE_CHECKING:
    from gridwire._io.tls_errors import TlsError
    from gridwire.aerospike.control.opening import Opener
    from gridwire.cli.doctor.approach import Place
    from gridwire.cli.doctor.settings import Settings, TlsSettings

__all__ = ["NOT_AUTHENTICATED", "Door", "Greeting", "answers_in_clear", "round_trips"]

NOT_AUTHENTICATED = 80
"""A node says this to who has not logged in."""

_WHO = ("node", "build")
_MOST_SECONDS = 3600
_TROUBLE = (AerospikeError, ProtocolError, OSError, UnicodeError)
_ANSWERS = (
    (AdminError, Answer.REFUSED),
    (ProtocolError, Answer.NONSENSE),
    (UnicodeError, Answer.NONSENSE),
    (AerospikeError, Answer.ERROR),
    (TimeoutError, Answer.SILENT),
    (OSError, Answer.ENDED),
)


@dataclass(frozen=True, slots=True)
class Greeting:
    """What came of the first words, or of logging in.

    Attributes:
        answer: what kind of answer it was.
        seconds: how long it took.
        answers: values by name.
        code: with which the node refused us.
        text: what went wrong.
        alert: the TLS alert with which it ended the connection.
    """

    answer: Answer
    seconds: float
    answers: Mapping[str, str] = field(default_factory=dict)
    code: int | None = None
    text: str = ""
    alert: TlsError | None = None


class Door:
    """Opens nodes, with and without a login.

    Args:
        settings: what the doctor was told.
        stranger: opens connections of nobody.
        guest: opens those of the user; the same as `stranger` when there is none.
    """

    def __init__(self, settings: Settings, stranger: Opener, guest: Opener) -> None:
        self._settings = settings
        self._stranger = stranger
        self._guest = guest

    @classmethod
    async def make(cls, settings: Settings) -> Door:
        """Make one, on the loop that it is used on.

        Raises:
            UsageError: a file of TLS cannot be read.
        """
        nobody = replace(settings, user=None, password=None)
        stranger = await opener_of(_config(nobody), gridwire.__version__)
        guest = stranger
        if settings.user is not None:
            guest = await opener_of(_config(settings), gridwire.__version__)
        return cls(settings, stranger, guest)

    async def greet(self, place: Place) -> Greeting:
        """Ask a node who it is, without logging in: that shows whether it is one."""
        access = NodeAccess(self._stranger, _endpoint(place))
        try:
            said = await self._asked(access, _WHO)
        finally:
            access.close()
        unheard = said.answer in UNHEARD and self._settings.tls is None
        if unheard and await speaks_tls(
            place.address, place.port, place.server_name, self._settings.timeout
        ):
            return replace(said, answer=Answer.TLS)
        return said

    async def enter(self, place: Place, names: Sequence[str]) -> tuple[Greeting, NodeAccess | None]:
        """Log in when there is a user, and ask.

        Args:
            place: where.
            names: what is asked.

        Returns:
            What came of it, and the way in when there is one, which is to be closed.
        """
        access = NodeAccess(self._guest, _endpoint(place))
        try:
            said = await self._asked(access, names)
        except BaseException:
            access.close()
            raise
        if said.answer is not Answer.ADMITTED:
            access.close()
            return said, None
        return said, access

    async def _asked(self, access: NodeAccess, names: Sequence[str]) -> Greeting:
        began = monotonic()
        try:
            answers = await access.ask(names)
        except _TROUBLE as error:
            return Greeting(
                answer_of(error, _ANSWERS),
                monotonic() - began,
                code=error.code if isinstance(error, AerospikeError) else None,
                text=words_of(error, self._settings.timeout),
                alert=alert_of(error),
            )
        if failure_of(answers.get("node", "")) is not None or "node" not in answers:
            text = "it does not say which node it is"
            return Greeting(Answer.NONSENSE, monotonic() - began, answers, text=text)
        return Greeting(Answer.ADMITTED, monotonic() - began, answers)


def _config(settings: Settings) -> dict[str, Any]:
    """What a program would give its client."""
    config: dict[str, Any] = {
        "hosts": [(endpoint.host, endpoint.port) for endpoint in settings.endpoints],
        "timeout": round(min(settings.timeout, _MOST_SECONDS) * 1000),
    }
    if settings.user is not None:
        config |= {"user": settings.user, "password": settings.password}
    if settings.tls is not None:
        config["tls"] = _tls(settings.tls)
    return config


def _tls(tls: TlsSettings) -> dict[str, Any]:
    given = {
        "cafile": tls.cafile,
        "certfile": tls.certfile,
        "keyfile": tls.keyfile,
        "keyfile_password": tls.key_password if tls.certfile is not None else None,
        "name": tls.server_name,
    }
    texts = {name: value for name, value in given.items() if value is not None}
    return {"check_hostname": tls.check_hostname, **texts}


def _endpoint(place: Place) -> Endpoint:
    return Endpoint(place.address, place.port, place.server_name)


async def answers_in_clear(place: Place, settings: Settings) -> bool:
    """Whether a node answers without TLS; nobody logs in to find out."""
    plain = replace(settings, tls=None, user=None, password=None)
    door = await Door.make(plain)
    access = NodeAccess(door._stranger, _endpoint(place))
    try:
        said = await door._asked(access, _WHO)
    finally:
        access.close()
    return said.answer in {Answer.ADMITTED, Answer.REFUSED, Answer.ERROR}


async def round_trips(access: NodeAccess, seconds: float) -> tuple[list[float], str | None]:
    """Several, one after the other; and why there are no more of them."""
    return await timed(lambda: access.ask(("build",)), seconds, _TROUBLE)
