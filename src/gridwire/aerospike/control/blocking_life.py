# SPDX-License-Identifier: Apache-2.0
"""The life of a threaded client: connecting, closing, and what a child of a fork makes anew."""

from __future__ import annotations

import threading
import time
import weakref
from typing import TYPE_CHECKING

from gridwire._core.outcome import Outcome
from gridwire._io.forking import Heirs, Stage
from gridwire._io.hosted import HostedLoopClosed
from gridwire.aerospike.control.blocking_control import Control, Starting, abandon, start
from gridwire.aerospike.control.blocking_node import BlockingNode
from gridwire.aerospike.control.command import not_connected
from gridwire.aerospike.exception import AerospikeError, AerospikeTimeoutError

if TYPE_CHECKING:
    from gridwire._core.logs import ClientLog
    from gridwire.aerospike._options.client_options import ClientOptions
    from gridwire.aerospike.control.core import ClusterCore
    from gridwire.aerospike.diagnostics import GateFacts
    from gridwire.aerospike.types import NodeState

__all__ = ["BlockingLife"]

_DRAIN_SECONDS = 1.0
"""How long `close` waits for answers that are under way: the server drops what it has not started
when the connection goes."""

_DRAIN_PAUSE_SECONDS = 0.005


class BlockingLife:
    """A threaded client without its calls.

    Args:
        options: of the client.
        version: of this library, as servers list it.
    """

    def __init__(self, options: ClientOptions, version: str) -> None:
        self._options = options
        self._version = version
        self._lock = threading.RLock()
        # None before `connect` and after `close`, and in the child of a fork until it calls.
        self._control: Control | None = None
        self._was_forked = False
        # In such a child, from its first call on until it is connected.
        self._starting: Starting | None = None
        _clients.add(self)

    def _inherit(self) -> None:
        """In the child of a fork: the next call makes what the parent had."""
        control, self._control = self._control, None
        starting, self._starting = self._starting, None
        self._lock = threading.RLock()
        if starting is not None:
            _inherited.append(starting)
        if control is not None:
            _inherited.append(control)
            self._was_forked = control.core.is_running

    @property
    def is_connected(self) -> bool:
        """Whether it was connected, was not closed, and knows a node."""
        control = self._control
        return control is not None and control.core.is_running and bool(control.core.nodes)

    @property
    def node_names(self) -> list[str]:
        """The ids of the nodes that are known."""
        core = self._running().core
        return list(core.nodes) if core.is_running else []

    @property
    def described_core(self) -> ClusterCore[BlockingNode] | None:
        """See `Diagnosed`."""
        control = self._control
        return None if control is None else control.core

    @property
    def gate_facts(self) -> GateFacts | None:
        """See `Diagnosed`."""
        return None

    @property
    def log(self) -> ClientLog:
        """Takes lines about this client."""
        return self._running().core.log

    @property
    def node_states(self) -> list[NodeState]:
        """How the nodes are doing."""
        return self._running().core.states

    def connect(self) -> None:
        """Get connected. See `ClusterCore.start`."""
        control = start(self._options, self._version)
        try:
            # Who forgets to close leaves no thread behind.
            weakref.finalize(self, abandon, control).atexit = False
            self._control = control
        except BaseException:
            abandon(control)
            raise

    def close(self) -> None:
        """End: no new calls; answers that are under way have a second to come."""
        with self._lock:
            control, self._control = self._control, None
            starting, self._starting = self._starting, None
            self._was_forked = False
        if starting is not None:
            starting.stop()
        if control is None or not control.hosted.is_here:
            return
        core, hosted = control
        core.is_running = False
        until = time.monotonic() + _DRAIN_SECONDS
        try:
            while time.monotonic() < until and any(one.pending for one in core.nodes.values()):
                time.sleep(_DRAIN_PAUSE_SECONDS)
            hosted.run(core.close)
        except HostedLoopClosed:
            return
        finally:
            hosted.stop()

    def _running(self, seconds: float | None = None, operation: str | None = None) -> Control:
        """The control code of this process, started anew in a child of a fork.

        Args:
            seconds: that there are for that, None or 0 for as long as it takes.
            operation: name of the call, for errors.

        Raises:
            ClientError: the client is closed.
            AerospikeTimeoutError: it takes longer; it goes on, for calls that come later.
            AerospikeError: see `ClusterCore.start`.
        """
        control = self._control
        if control is not None:
            return control
        began = time.monotonic()
        while (starting := self._start_anew()) is not None:
            left = max(0.0, began + seconds - time.monotonic()) if seconds else None
            if not starting.wait(left):
                raise AerospikeTimeoutError(
                    "Timeout while the client, which a fork inherited, connects anew",
                    outcome=Outcome.NOT_SENT,
                    operation=operation,
                    phase="connecting",
                    attempts=0,
                    elapsed=time.monotonic() - began,
                )
            self._started_anew(starting)
        control = self._control
        if control is None:
            raise not_connected(operation)
        return control

    def _start_anew(self) -> Starting | None:
        """In a child: begin to connect, once for all who wait; None where there is no need."""
        with self._lock:
            if self._control is not None or not self._was_forked:
                return None
            starting = self._starting
            if starting is None:
                starting = self._starting = Starting(self._options, self._version)
                weakref.finalize(self, starting.abandon).atexit = False
            return starting

    def _started_anew(self, starting: Starting) -> None:
        """It is over, one way or the other; for each who waited."""
        if starting.is_inherited:
            return  # A signal handler forked meanwhile. This child begins another one.
        try:
            control = starting.control()
        except AerospikeError:
            with self._lock:
                if self._starting is starting:
                    self._starting = None
            starting.stop()
            raise
        with self._lock:
            if self._starting is starting:
                self._control, self._starting, self._was_forked = control, None, False


_clients: Heirs[BlockingLife] = Heirs(Stage.CLIENTS, lambda one: one._inherit())

# Of the process that this one was forked from. Kept, and never called: collecting what its loop
# holds would work on an epoll instance that the parent uses too.
_inherited: list[Control | Starting] = []
