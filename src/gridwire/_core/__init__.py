# SPDX-License-Identifier: Apache-2.0
"""Pure pieces that both systems share: no socket, no clock, no randomness of their own."""
