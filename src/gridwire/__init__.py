# SPDX-License-Identifier: Apache-2.0
"""Native Python clients for Hazelcast and Aerospike.

``from gridwire import hazelcast`` gives the Hazelcast client, `gridwire.testing` the clusters to
try it on. Importing gridwire starts no thread, opens no socket and touches no event loop policy.

(PYTEST_DONT_REWRITE: gridwire has a pytest plugin, and without this word pytest warns programs that
import gridwire before they run their tests.)
"""

from __future__ import annotations

import logging

from gridwire import _impl

# Before any other gridwire module: a leaf that is already loaded cannot be exchanged any more.
_impl.install()

__all__ = ["__version__", "implementation"]

__version__ = "0.1.0"
"""Of the package."""

implementation = _impl.implementation
"""Tells which implementation of the compiled leaves runs, `pure` or `compiled`."""

# A library stays silent unless the application configures logging.
logging.getLogger("gridwire").addHandler(logging.NullHandler())
