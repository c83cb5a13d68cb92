# SPDX-License-Identifier: Apache-2.0
"""Sells the seats of a theatre. A map in Hazelcast knows who has which seat."""

from __future__ import annotations

from box_office.booking import Booking
from box_office.sales import sold_seats

__all__ = ["Booking", "sold_seats"]
