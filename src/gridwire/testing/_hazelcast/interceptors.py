# SPDX-License-Identifier: Apache-2.0
"""Interceptors: code of the program that changes what goes into a map and what comes out of it.

An object may have `intercept_get(value)`, `intercept_put(old_value, new_value)` and
`intercept_remove(value)`, which return what to use instead, or None to change nothing; one of the
latter two raises to forbid the change. `after_get`, `after_put` and `after_remove` are told of what
was done. Several of a map are asked in the order in which they were added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.error_codes import ErrorCode
from gridwire.hazelcast.serialization.data import payload_hash
from gridwire.testing._hazelcast.refusals import Refusal, StackFrame
from gridwire.testing._hazelcast.user_code import attempt, described

if TYPE_CHECKING:
    from gridwire.testing._hazelcast.user_code import UserCode

__all__ = ["MAX_INTERCEPTORS", "Interceptors"]

MAX_INTERCEPTORS = 1000
"""Interceptors of one map, each of which every read and write has to pass."""

_METHODS = tuple(
    f"{when}_{what}" for when in ("intercept", "after") for what in ("get", "put", "remove")
)
_JAVA_TYPE = "com.hazelcast.map.MapInterceptor"


class Interceptors:
    """All interceptors of a cluster.

    Args:
        code: reads them, and the values that they see.

    Attributes:
        by_map: interceptors by id, by the name of the map; only maps that have some.
    """

    def __init__(self, code: UserCode) -> None:
        self._code = code
        self.by_map: dict[str, dict[str, Any]] = {}

    def add(self, name: str, data: bytes) -> str:
        """Add an interceptor to a map.

        Args:
            name: of the map.
            data: the interceptor, as the client sent it.

        Returns:
            Its id, the same for an equal one, which is not added again.

        Raises:
            Refusal: it is no interceptor, or there are too many.
        """
        interceptor = self._code.read(data, _JAVA_TYPE, *_METHODS)
        interceptor_id = f"{described(interceptor)}{payload_hash(data)}"
        known = self.by_map.get(name, {})
        if interceptor_id not in known and len(known) >= MAX_INTERCEPTORS:
            raise Refusal(
                ErrorCode.ILLEGAL_STATE,
                "java.lang.IllegalStateException",
                f"map {name} of this test cluster has {MAX_INTERCEPTORS} interceptors already",
                StackFrame(
                    "com.hazelcast.map.impl.InterceptorRegistry",
                    "register",
                    "InterceptorRegistry.java",
                    60,
                ),
            )
        self.by_map.setdefault(name, {}).setdefault(interceptor_id, interceptor)
        return interceptor_id

    def remove(self, name: str, interceptor_id: str) -> bool:
        """Remove an interceptor; whether there was one."""
        known = self.by_map.get(name, {})
        removed = known.pop(interceptor_id, None) is not None
        if removed and not known:
            del self.by_map[name]
        return removed

    def drop_map(self, name: str) -> None:
        """Remove all of a map."""
        self.by_map.pop(name, None)

    def got(self, name: str, data: bytes | None) -> bytes | None:
        """What a reader is given instead of a value.

        Raises:
            Refusal: an interceptor raised something.
        """
        return self._passed(name, "intercept_get", (), data)

    def put(self, name: str, old: bytes | None, new: bytes) -> bytes:
        """What is stored instead of a value.

        Raises:
            Refusal: an interceptor raised something: it is not to be stored.
        """
        if name not in self.by_map:
            return new
        stored = self._passed(name, "intercept_put", (self._code.value(old),), new)
        assert stored is not None
        return stored

    def removed(self, name: str, data: bytes) -> bytes:
        """What is given and told instead of a value that is to be removed.

        Raises:
            Refusal: an interceptor raised something: it is not to be removed.
        """
        given = self._passed(name, "intercept_remove", (), data)
        assert given is not None
        return given

    def after(self, name: str, what: str, data: bytes | None) -> bool:
        """Tell of what was done; whether nobody raised anything.

        Args:
            name: of the map.
            what: "get", "put" or "remove".
            data: the value that was read, stored or removed.
        """
        try:
            for interceptor in list(self.by_map.get(name, {}).values()):
                method = getattr(interceptor, f"after_{what}", None)
                if method is not None:
                    attempt(method, self._code.value(data))
        except Refusal:
            # The client has its answer; a real member logs this.
            return False
        return True

    def _passed(
        self, name: str, method_name: str, arguments: tuple[Any, ...], data: bytes | None
    ) -> bytes | None:
        """What all interceptors make of a value; the value is the last argument."""
        for interceptor in list(self.by_map.get(name, {}).values()):
            method = getattr(interceptor, method_name, None)
            if method is not None:
                changed = attempt(method, *arguments, self._code.value(data))
                data = data if changed is None else self._code.data(changed)
        return data
