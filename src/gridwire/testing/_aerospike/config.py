# SPDX-License-Identifier: Apache-2.0
"""The parameters of a server: names, defaults, and which can be changed while it runs.

All of them can be asked for; those that mean something to this node are read where they count.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = [
    "NAMESPACE_DEFAULTS",
    "SERVICE_DEFAULTS",
    "SET_DEFAULTS",
    "Parameters",
]

_NAMESPACE = """
active-rack=0 allow-ttl-without-nsup=false apply-ttl-reductions=true auto-revive=false
background-query-max-rps=10000 conflict-resolution-policy=generation conflict-resolve-writes=false
default-read-touch-ttl-pct=0 default-ttl=0 disable-cold-start-eviction=false
disable-mrt-writes=false disable-write-dup-res=false disallow-expunge=false
disallow-null-setname=false enable-benchmarks-batch-sub=false enable-benchmarks-ops-sub=false
enable-benchmarks-read=false enable-benchmarks-udf=false enable-benchmarks-udf-sub=false
enable-benchmarks-write=false enable-hist-proxy=false evict-hist-buckets=10000
evict-indexes-memory-pct=0 evict-tenths-pct=5 force-long-queries=false
ignore-migrate-fill-delay=false index-stage-size=1073741824 indexes-memory-budget=0
inline-short-queries=false max-record-size=1048576 migrate-order=5 migrate-retransmit-ms=5000
migrate-skip-unreadable=false migrate-sleep=1 mrt-duration=0 nsup-hist-period=3600 nsup-period=0
nsup-threads=1 partition-tree-sprigs=256 prefer-uniform-balance=false rack-id=0
read-consistency-level-override=off reject-non-xdr-writes=false reject-xdr-writes=false
replication-factor=1 sindex-stage-size=1073741824 single-query-threads=4
stop-writes-sys-memory-pct=90 strong-consistency=false strong-consistency-allow-expunge=false
tomb-raider-eligible-age=86400 tomb-raider-period=86400 tomb-raider-unmark-threads=0
transaction-pending-limit=20 truncate-threads=4 write-commit-level-override=off
xdr-bin-tombstone-ttl=86400 xdr-tomb-raider-period=120 xdr-tomb-raider-threads=1
geo2dsphere-within.strict=true geo2dsphere-within.min-level=1 geo2dsphere-within.max-level=20
geo2dsphere-within.max-cells=12 geo2dsphere-within.level-mod=1
geo2dsphere-within.earth-radius-meters=6371000 index-type=mem sindex-type=mem
storage-engine=memory storage-engine.stripe[0]=stripe-0 storage-engine.stripe[1]=stripe-1
storage-engine.stripe[2]=stripe-2 storage-engine.stripe[3]=stripe-3
storage-engine.stripe[4]=stripe-4 storage-engine.stripe[5]=stripe-5
storage-engine.stripe[6]=stripe-6 storage-engine.stripe[7]=stripe-7
storage-engine.commit-to-device=false storage-engine.compression=none
storage-engine.compression-acceleration=0 storage-engine.compression-level=0
storage-engine.data-size=536870912 storage-engine.defrag-lwm-pct=50
storage-engine.defrag-queue-min=0 storage-engine.defrag-sleep=1000
storage-engine.defrag-startup-minimum=0 storage-engine.direct-files=false
storage-engine.disable-odsync=false storage-engine.enable-benchmarks-storage=false
storage-engine.encryption-key-file=null storage-engine.encryption-old-key-file=null
storage-engine.evict-used-pct=0 storage-engine.filesize=0 storage-engine.flush-max-ms=1000
storage-engine.max-write-cache=67108864 storage-engine.stop-writes-avail-pct=5
storage-engine.stop-writes-used-pct=70 storage-engine.tomb-raider-sleep=1000
"""
_SERVICE = """
advertise-ipv6=false auto-pin=none batch-index-threads=2 batch-max-buffers-per-queue=255
batch-max-requests=5000 batch-max-unused-buffers=256 cgroup-mem-tracking=false cluster-name=null
debug-allocations=false disable-udf-execution=false enable-benchmarks-fabric=false
enable-health-check=false enable-hist-info=false enforce-best-practices=false
indent-allocations=false info-max-ms=10000 info-threads=16 keep-caps-ssd-health=false
log-local-time=false log-millis=false microsecond-histograms=false migrate-fill-delay=0
migrate-max-num-incoming=4 migrate-threads=1 min-cluster-size=1 node-id=null
node-id-interface=null os-group-perms=false pidfile=null poison-allocations=false
proto-fd-idle-ms=0 proto-fd-max=15000 quarantine-allocations=0 query-max-done=100
query-threads-limit=128 run-as-daemon=false secrets-address-port=null secrets-tls-context=null
secrets-uds-path=null service-threads=2 sindex-builder-threads=4 sindex-gc-period=10
stay-quiesced=false ticker-interval=10 tls-refresh-period=0 transaction-max-ms=1000
transaction-retry-ms=1002 vault-ca=null vault-namespace=null vault-path=null
vault-token-file=null vault-url=null work-directory=/opt/aerospike
"""
_SET = """
default-read-touch-ttl-pct=0 default-ttl=0 disable-eviction=false enable-index=false
stop-writes-count=0 stop-writes-size=0
"""

_AT_START = """
auto-pin cluster-name conflict-resolution-policy index-stage-size index-type node-id
node-id-interface partition-tree-sprigs pidfile replication-factor run-as-daemon
sindex-stage-size sindex-type storage-engine storage-engine.data-size strong-consistency
work-directory
"""
_OF_THE_ENTERPRISE_EDITION = """
auto-revive conflict-resolve-writes disable-mrt-writes disallow-expunge migrate-order
prefer-uniform-balance rack-id strong-consistency-allow-expunge tomb-raider-eligible-age
tomb-raider-period
"""
_FIXED = frozenset(_AT_START.split()) | frozenset(_OF_THE_ENTERPRISE_EDITION.split())


_STORAGE = "storage-engine."
"""Before names that are changed without it."""


def _defaults(text: str) -> dict[str, str]:
    return dict(entry.partition("=")[::2] for entry in text.split())


NAMESPACE_DEFAULTS: Mapping[str, str] = _defaults(_NAMESPACE)
SERVICE_DEFAULTS: Mapping[str, str] = _defaults(_SERVICE)
SET_DEFAULTS: Mapping[str, str] = _defaults(_SET)


class Parameters:
    """The values of one context.

    Args:
        defaults: names and defaults of this context.
        given: what differs from the defaults from the start.
    """

    __slots__ = ("_values",)

    def __init__(self, defaults: Mapping[str, str], given: Mapping[str, object] = {}) -> None:
        self._values = dict(defaults)
        for name, value in given.items():
            self._values[name] = str(value).lower() if isinstance(value, bool) else str(value)

    def number(self, name: str) -> int:
        """A parameter that is a number."""
        return int(self._values[name])

    def is_on(self, name: str) -> bool:
        """A parameter that is true or false."""
        return self._values[name] == "true"

    def change(self, name: str, value: str) -> bool:
        """Change a parameter while the server runs.

        Returns:
            Whether there is one that can be changed, and to this value.
        """
        if name not in self._values:
            name = _STORAGE + name
        old = self._values.get(name)
        if old is None or name in _FIXED:
            return False
        if old in {"true", "false"}:
            is_valid = value in {"true", "false"}
        else:
            is_valid = value.isdecimal() if old.isdecimal() else bool(value)
        if is_valid:
            self._values[name] = value
        return is_valid

    def text(self, separator: str = ";") -> str:
        """All names with their values."""
        return separator.join(f"{name}={value}" for name, value in self._values.items())
