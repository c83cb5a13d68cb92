# SPDX-License-Identifier: Apache-2.0
"""Coroutines that keep a client connected. They run on the caller's loop or on a hosted one."""
