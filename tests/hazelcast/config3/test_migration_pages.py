# SPDX-License-Identifier: Apache-2.0
"""What stands side by side on the page about migrating from 3.x is the same.

That its programs run is seen to by ``tests/test_pages.py``.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import pytest

from gridwire.hazelcast import ClientCloudConfig, ClientConfig
from gridwire.hazelcast import config as names
from gridwire.hazelcast.config import Config, NearCacheConfig
from gridwire.hazelcast.serialization.api import (
    IdentifiedDataSerializable,
    Portable,
    StreamSerializer,
)
from gridwire.hazelcast.serialization.portable.classdef import ClassDefinitionBuilder
from gridwire.hazelcast.util import RandomLB, RoundRobinLB
from support.pages import programs, run_program, text_of

OLD = "docs/how-to/migrating-from-hazelcast-3.md"


# -- side by side ---------------------------------------------------------------------------------


class Person(IdentifiedDataSerializable):
    pass


class Order(Portable):
    pass


class FractionSerializer(StreamSerializer):
    pass


def function(*_: object) -> None: ...


def cloud(token: str) -> ClientCloudConfig:
    config = ClientCloudConfig()
    config.enabled, config.discovery_token = True, token
    return config


KNOWN: dict[str, Any] = {
    **vars(names),
    "Person": Person,
    "Order": Order,
    "Fraction": Fraction,
    "FractionSerializer": FractionSerializer,
    "balancer": RoundRobinLB(),
    "came": function,
    "went": print,
    "told": function,
    "cloud": cloud,
    "definition": ClassDefinitionBuilder(1, 1).add_int_field("n").build(),
}


def rows_below(heading: str) -> list[tuple[str, str]]:
    table = text_of(OLD).partition(f"| {heading}")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `(.+)` \| `(.+)` \|$", table, re.MULTILINE)
    assert len(rows) == len(table.splitlines()) - 2
    return rows


def differences(config: Config) -> dict[str, Any]:
    """What is otherwise than a plain `ClientConfig` makes it; near caches as their texts."""
    plain = Config.resolve(ClientConfig(), {})
    found = {
        name: getattr(config, name)
        for name in Config.options
        if getattr(config, name) != getattr(plain, name)
        and type(getattr(config, name)) is not RandomLB
    }
    if "near_caches" in found:
        found["near_caches"] = {
            name: {key: getattr(one, key) for key in NearCacheConfig.options}
            for name, one in found["near_caches"].items()
        }
    return found


OPTIONS = rows_below("3.x, with `config = ClientConfig()`")
NEAR = rows_below("3.x, with `near = NearCacheConfig")


@pytest.mark.parametrize(("left", "right"), OPTIONS, ids=[right for _, right in OPTIONS])
def test_the_left_makes_the_client_of_the_right(left: str, right: str) -> None:
    config = ClientConfig()
    exec(left, {**KNOWN, "config": config})
    keywords: dict[str, Any] = eval(f"dict({right})", dict(KNOWN))
    old = differences(Config.resolve(config, {}))
    assert old == differences(Config.resolve(ClientConfig(), keywords))
    assert old
    # And as they stand there, the keywords say it to a client of today as well.
    today = Config.resolve(None, keywords)
    assert {name: getattr(today, name) for name in old if name != "near_caches"} == {
        name: value for name, value in old.items() if name != "near_caches"
    }


@pytest.mark.parametrize(("left", "right"), NEAR, ids=[right for _, right in NEAR])
def test_the_spellings_of_a_near_cache_are_one_option(left: str, right: str) -> None:
    near = NearCacheConfig("prices")
    exec(left, {**KNOWN, "near": near})
    today = NearCacheConfig.from_dict(eval(f"{{{right}}}"))
    for name in NearCacheConfig.options:
        assert getattr(near, name) == getattr(today, name)


def test_every_option_of_3x_that_means_something_stands_on_the_page() -> None:
    from gridwire.hazelcast._options.config3.table import ROWS

    page = text_of(OLD)
    for row in ROWS:
        if row.today and not row.name.startswith(("add_", "set_")):
            shown = row.name if row.name not in ("discovery_token", "enabled") else "_config"
            if row.name in ("membership_listeners", "lifecycle_listeners", "near_cache_configs"):
                shown = f"add_{row.name.rstrip('s')}"
            if row.name == "custom_serializers":
                shown = "set_custom_serializer"
            assert shown in page or row.place in NOT_ON_THE_PAGE, row.place


NOT_ON_THE_PAGE = {
    "ClientConfig.flake_id_generator_configs",
    "FlakeIdGeneratorConfig.prefetch_count",
    "FlakeIdGeneratorConfig.prefetch_validity_in_millis",
    "ClientProperties.HEARTBEAT_INTERVAL",
    "ClientProperties.HEARTBEAT_TIMEOUT",
    "ClientProperties.HAZELCAST_CLOUD_DISCOVERY_TOKEN",
}
"""There is no such structure yet, or another line says it."""


def test_the_defaults_of_3x_can_be_kept() -> None:
    scope = run_program(programs(OLD)[3], OLD)
    kept, old = scope["config"], Config.resolve(ClientConfig(), {})
    for name in Config.options:
        one, other = getattr(kept, name), getattr(old, name)
        assert one == other or type(one) is type(other) is RandomLB, name
