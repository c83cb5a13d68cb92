# SPDX-License-Identifier: Apache-2.0
"""How a real member is configured: its ``hazelcast.xml`` and its command line."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["MemberSettings"]

_PROPERTIES = {
    "hazelcast.logging.type": "jdk",
    "hazelcast.phone.home.enabled": "false",
    "hazelcast.socket.bind.any": "false",
    # A member waits 5 s for others before it calls itself the first; ours are all known.
    "hazelcast.wait.seconds.before.join": "0",
}

# What members ask for on Java 9 and later; without it they warn and miss fast paths.
_MODULES = (
    "--add-modules=java.se",
    "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.management/sun.management=ALL-UNNAMED",
    "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED",
)
_FAST_START = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")

_CONFIG = """\
<?xml version="1.0" encoding="UTF-8"?>
<hazelcast xmlns="http://www.hazelcast.com/schema/config"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="http://www.hazelcast.com/schema/config
        http://www.hazelcast.com/schema/config/hazelcast-config-{schema}.xsd">
  <cluster-name>{cluster_name}</cluster-name>
  <properties>
{properties}
  </properties>
  <network>
    <port auto-increment="false">{port}</port>
{public}    <join>
      <auto-detection enabled="false"/>
      <multicast enabled="false"/>
      <tcp-ip enabled="true">
        <member-list>
{members}
        </member-list>
      </tcp-ip>
    </join>
    <interfaces enabled="true"><interface>127.0.0.1</interface></interfaces>
  </network>
{extra}
</hazelcast>
"""


@dataclass(frozen=True, slots=True)
class MemberSettings:
    """What the members of one cluster have in common."""

    java: str
    jar: Path
    version: str
    cluster_name: str
    heap: str
    fast_start: bool
    properties: Mapping[str, str]
    extra_config: str
    classpath: tuple[Path, ...] = ()
    public_address: str | None = None

    def config_xml(self, port: int, group: Sequence[int]) -> str:
        """Write ``hazelcast.xml`` for a member.

        Args:
            port: Its port on 127.0.0.1.
            group: Ports of all members of the cluster.
        """
        properties = {**_PROPERTIES, **self.properties}
        public = ""
        if self.public_address is not None:
            public = f"    <public-address>{escape(self.public_address)}</public-address>\n"
        return _CONFIG.format(
            schema=".".join(self.version.split(".")[:2]),
            cluster_name=escape(self.cluster_name),
            properties="\n".join(
                f"    <property name={quoteattr(name)}>{escape(value)}</property>"
                for name, value in properties.items()
            ),
            port=port,
            public=public,
            members="\n".join(f"          <member>127.0.0.1:{each}</member>" for each in group),
            extra=self.extra_config,
        )

    def command(self, config: Path) -> list[str]:
        """Give the command line that starts a member.

        Args:
            config: Its ``hazelcast.xml``.
        """
        return [
            self.java,
            f"-Xmx{self.heap}",
            *(_FAST_START if self.fast_start else ()),
            *_MODULES,
            "-Djava.net.preferIPv4Stack=true",
            f"-Dhazelcast.config={config}",
            "-cp",
            os.pathsep.join(map(str, (self.jar, *self.classpath))),
            "com.hazelcast.core.server.HazelcastMemberStarter",
        ]
