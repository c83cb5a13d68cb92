# SPDX-License-Identifier: Apache-2.0
"""Drivers: the only code that waits or touches sockets. They move bytes and wake callers."""
