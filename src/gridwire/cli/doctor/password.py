# SPDX-License-Identifier: Apache-2.0
"""Where passwords come from: never from an argument, which every user of the machine can read."""

from __future__ import annotations

import os
import sys
from getpass import getpass

from gridwire.errors import UsageError

__all__ = ["KEY_VARIABLE", "VARIABLE", "key_password", "read_password"]

VARIABLE = "GRIDWIRE_PASSWORD"
"""The environment variable with the password of the user."""

KEY_VARIABLE = "GRIDWIRE_KEY_PASSWORD"
"""The environment variable with the password of the key of the certificate."""

_MAX_CHARS = 4096
"""Characters of a password that are read; who pipes in something else by mistake is told."""


def read_password(user: str | None, *, from_stdin: bool) -> str | None:
    """The password of a user: from standard input, the environment, or a prompt, in this order.

    Args:
        user: who; None for nobody.
        from_stdin: whether the first line of standard input is it.

    Raises:
        UsageError: there is none.
    """
    if user is None:
        if from_stdin:
            raise UsageError("a password without a user", hint="Give --user too.")
        return None
    if from_stdin:
        line = sys.stdin.readline(_MAX_CHARS + 1).rstrip("\r\n")
        if not line or len(line) > _MAX_CHARS:
            raise UsageError("standard input has no line that is a password")
        return line
    given = os.environ.get(VARIABLE)
    if given is not None:
        return given
    if sys.stdin is not None and sys.stdin.isatty():
        return getpass(f"Password of {user}: ")
    raise UsageError(
        f"there is no password for the user {user!r}",
        hint=f"Set {VARIABLE}, or give --password-stdin and the password as standard input.",
    )


def key_password() -> str | None:
    """The password of the key of our certificate; None when it needs none."""
    return os.environ.get(KEY_VARIABLE)
