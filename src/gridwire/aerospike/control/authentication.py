# SPDX-License-Identifier: Apache-2.0
"""Who the client logs in as, made ready once: passwords are hashed slowly, on purpose."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gridwire.aerospike import constants as c
from gridwire.aerospike.exception import ClientError
from gridwire.aerospike.protocol.admin import PASSWORD_SALT
from gridwire.aerospike.protocol.greeting import Credentials

if TYPE_CHECKING:
    from gridwire.aerospike._options.client_options import ClientOptions

__all__ = ["credentials_of", "hash_password"]

_MAX_HASHED_BYTES = 72
"""What the hash looks at; servers and other clients ignore the rest of a longer password too."""


def hash_password(password: str) -> bytes:
    """The hash that servers keep of a password; takes about a tenth of a second."""
    # Imported late: only who has a user pays for it.
    import bcrypt

    hashed: bytes = bcrypt.hashpw(password.encode()[:_MAX_HASHED_BYTES], PASSWORD_SALT)
    return hashed


async def credentials_of(options: ClientOptions) -> Credentials | None:
    """Who logs in, None for nobody.

    Args:
        options: of the client.

    Raises:
        ClientError: the options do not go together.
    """
    if options.auth_mode == c.AUTH_PKI:
        if options.tls is None:
            raise ClientError(
                "AUTH_PKI needs TLS: the certificate of the connection is what logs in",
                hint="Configure tls with certfile and keyfile.",
            )
        return Credentials(c.AUTH_PKI, None)
    if options.user is None:
        return None
    if options.password is None:
        raise ClientError("Password is required when username is provided.")
    external = options.auth_mode == c.AUTH_EXTERNAL
    loop = asyncio.get_running_loop()
    hashed = await loop.run_in_executor(None, hash_password, options.password)
    return Credentials(
        options.auth_mode, options.user, hashed, options.password if external else None
    )
