# SPDX-License-Identifier: Apache-2.0
"""A member is killed and another one joins: nothing that was acknowledged is lost."""

from __future__ import annotations

from typing import Any

from faithful.catalogue import scenario
from faithful.observing import See

KEYS = range(100)


def _acknowledged(see: See, m: Any) -> set[int]:
    """Write while the member is killed; give what was acknowledged."""
    begun = {key: m.begin("put", key, f"while {key}") for key in KEYS}
    see.meet("kill")
    acknowledged = set()
    for key, call in begun.items():
        try:
            call.pending.result(20)
        except see.library.errors.TargetDisconnectedError:
            continue
        acknowledged.add(key)
    return acknowledged


def _read(see: See, m: Any) -> dict[int, str]:
    """All entries. The official client may only now notice what it sent to who is gone."""
    gone = see.library.errors.TargetDisconnectedError
    for _ in range(20):
        try:
            found: dict[int, str] = m.quietly("get_all", list(KEYS))
        except (gone, ExceptionGroup) as error:
            if isinstance(error, ExceptionGroup) and error.split(gone)[1] is not None:
                raise
        else:
            return found
    raise AssertionError("the member is gone, and still it is asked")


@scenario
def a_member(see: See) -> None:
    m = see.map()
    ann = m.by("ann")
    m.quietly("put_all", {key: f"before {key}" for key in KEYS})
    log = see.listen(m, include_value=True, kinds=("updated",))
    for key in range(0, 100, 10):
        ann.quietly("lock", key + 1000)
    acknowledged = _acknowledged(see, m)
    see.note(
        "writes that were acknowledged are there",
        lambda: all(
            value == f"while {key}" for key, value in _read(see, m).items() if key in acknowledged
        ),
    )
    m.size()
    m.key_set()
    m.is_locked(1000)
    m.is_locked(1050)
    m.try_lock(1030)
    ann.unlock(1030)
    m.try_lock(1030)
    log.take(lambda _: True)
    for key in KEYS:
        m.quietly("set", key, f"after {key}")
    heard: set[Any] = set()

    def all_heard() -> bool:
        heard.update(event.value for _, event in log.take(bool))
        return heard >= {f"after {key}" for key in KEYS}

    see.eventually("all changes are heard", all_heard)
    see.meet("join")
    see.eventually("there are three again", lambda: len(see.client.cluster.get_members()) == 3)
    m.values(see.predicate.greater("__key", 97))
    m.put(99, "in the end")
    m.get(99)
