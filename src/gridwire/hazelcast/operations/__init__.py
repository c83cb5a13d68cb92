# SPDX-License-Identifier: Apache-2.0
"""Public operations as Requests: what is sent for each, where to, and what the reply means."""
