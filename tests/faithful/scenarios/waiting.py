# SPDX-License-Identifier: Apache-2.0
"""What takes its time: entries that expire, leases that end, patience that ends."""

from __future__ import annotations

from faithful.catalogue import scenario
from faithful.observing import See

# Long enough for a busy machine to come to the next line.
SECONDS = 3


@scenario
def entries_that_expire(see: See) -> None:
    m = see.map()
    log = see.listen(m, include_value=True)
    m.set("ttl", "x", ttl=SECONDS)
    m.set("idle", "y", max_idle=SECONDS)
    m.set("longer", "z", ttl=SECONDS)
    m.set_ttl("longer", 1000)
    m.set("replaced", "w", ttl=SECONDS)
    m.set("replaced", "v")
    m.set("shorter", "u", ttl=1000)
    m.set_ttl("shorter", SECONDS)
    see.events(log, 6)
    see.meet("time passes")
    # To get them would be to use them.
    for key in ("ttl", "idle", "shorter"):
        see.eventually(f"no {key}", lambda key=key: key not in m.quietly("key_set"))
        m.get(key)
    m.get("longer")
    m.get("replaced")
    m.entry_set()
    see.events(log, 3)


@scenario
def leases_that_end(see: See) -> None:
    m = see.map()
    ann = m.by("ann")
    ann.lock("lease", SECONDS)
    ann.try_lock("lease too", SECONDS)
    m.try_lock("lease", timeout=0.02)
    m.is_locked("lease too")
    m.try_lock("lease", None, 20)
    see.eventually("unlocked", lambda: not m.quietly("is_locked", "lease too"))
    ann.unlock("lease")
    ann.unlock("lease too")
    m.unlock("lease")


@scenario
def locks_of_a_client_that_ends(see: See) -> None:
    m = see.map()
    client = see.other_client()
    other = see.map_of(client, note="other: ")
    other.lock(1)
    m.is_locked(1)
    client.shutdown()
    see.eventually("unlocked", lambda: not m.quietly("is_locked", 1))
    m.try_lock(1)
