# SPDX-License-Identifier: Apache-2.0
"""What a client knows about its cluster, as pure tables: calls, acks, views, routes, listeners.

`ClusterService`, which users ask for members, is importable from here as from the official
package.
"""

from __future__ import annotations

from gridwire.hazelcast.cluster.service import ClusterService

__all__ = ["ClusterService"]
