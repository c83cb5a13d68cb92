# SPDX-License-Identifier: Apache-2.0
"""Pytest plugins and helpers that the tests of all packages share."""
