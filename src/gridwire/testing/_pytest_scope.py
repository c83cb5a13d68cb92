# SPDX-License-Identifier: Apache-2.0
"""Who shares the cluster that a fixture gives: an option of pytest, one for each system.

Imported with the plugins in every test run, so it imports nothing but pytest.
"""

from __future__ import annotations

from typing import Literal

import pytest

__all__ = ["Scope", "ScopeOption"]

Scope = Literal["session", "package", "module", "class", "function"]

_SCOPES: tuple[Scope, ...] = ("session", "package", "module", "class", "function")
_OWN: Scope = "function"


class ScopeOption:
    """The option ``<fixture>_scope``.

    Args:
        fixture: the name of the fixture.
    """

    def __init__(self, fixture: str) -> None:
        self._fixture = fixture
        self._name = f"{fixture}_scope"

    def add(self, parser: pytest.Parser) -> None:
        """Name it."""
        # Of the plainest kind: older versions of pytest know no other.
        parser.addini(
            self._name,
            f"who shares the fixture {self._fixture}: one {', '.join(_SCOPES[:-1])} or "
            f"{_SCOPES[-1]} (default: {_OWN})",
            default=_OWN,
        )

    def check(self, config: pytest.Config) -> None:
        """Refuse a scope that does not exist, while pytest can still say so in one line."""
        asked = config.getini(self._name)
        if asked not in _SCOPES:
            raise pytest.UsageError(f"{self._name} is one of {', '.join(_SCOPES)}, not {asked!r}")

    def of(self, fixture_name: str, config: pytest.Config) -> Scope:
        """The scope of the fixture, as pytest asks for it."""
        scope: Scope = config.getini(self._name)
        return scope

    def empty_if_shared(self, config: pytest.Config, cluster: object) -> None:
        """Empty a cluster after a test, unless the test had it for itself.

        Args:
            config: of the run.
            cluster: of the fixture. A project may have put another in the place of ours, which is
                its own to look after.
        """
        clear = getattr(cluster, "clear", None)
        if config.getini(self._name) != _OWN and clear is not None:
            clear()
