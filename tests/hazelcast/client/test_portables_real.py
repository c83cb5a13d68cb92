# SPDX-License-Identifier: Apache-2.0
"""Portables in maps of real members, which look into what we wrote, in each style."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support import portable_play as play
from support.little_endian import LITTLE_ENDIAN

pytestmark = pytest.mark.real_member


@pytest.mark.parametrize("each", [play.keep, play.ask, play.every_type, play.evolve])
def test_portables(styles, real_cluster, each: Callable) -> None:
    each(styles, real_cluster)


def test_members_of_the_other_byte_order(styles, own_real_cluster) -> None:
    cluster = own_real_cluster("5.7.0", extra_config=LITTLE_ENDIAN)
    options = play.OPTIONS | {"is_big_endian": False}
    people = styles.client(cluster, **options).map("little")
    styles.call(people.put_all, play.PEOPLE)
    play.ask_all(styles, people)
