# SPDX-License-Identifier: Apache-2.0
"""The configuration as the official client 3.x had it, and what it means today."""
