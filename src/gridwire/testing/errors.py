# SPDX-License-Identifier: Apache-2.0
"""What the test clusters raise in the program that uses them."""

from __future__ import annotations

from gridwire.errors import GridwireError

__all__ = ["ClusterError", "ClusterOptionError"]


class ClusterError(GridwireError, RuntimeError):
    """A test cluster cannot do what it was asked for in its present state."""


class ClusterOptionError(ClusterError, ValueError):
    """An option of a test cluster has a value that it does not take."""
