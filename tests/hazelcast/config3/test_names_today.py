# SPDX-License-Identifier: Apache-2.0
"""Names of 3.x as keywords of today: the error says what each is, and what to write instead."""

from __future__ import annotations

import re

import pytest

from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast._options.config3.row import Row
from gridwire.hazelcast._options.config3.table import ROWS
from gridwire.hazelcast.asyncio import HazelcastClient as AsyncioClient
from gridwire.hazelcast.config import (
    ClientConfig,
    ClientNetworkConfig,
    ClientProperties,
    Config,
    FlakeIdGeneratorConfig,
    GroupConfig,
    NearCacheConfig,
    SocketOption,
    UnknownOptionError,
)

NOT_OF_A_CLIENT = {NearCacheConfig, FlakeIdGeneratorConfig, SocketOption}
"""Classes whose options are those of an item, not of a client."""

GROUPS = {
    "ClientConfig.group_config": {"GroupConfig"},
    "ClientConfig.network_config": {"ClientNetworkConfig", "SSLConfig", "ClientCloudConfig"},
    "ClientNetworkConfig.ssl_config": {"SSLConfig"},
    "ClientNetworkConfig.cloud_config": {"ClientCloudConfig"},
    "ClientConfig.serialization_config": {"SerializationConfig"},
    "ClientConfig.logger_config": {"LoggerConfig"},
    "ClientConfig.properties": {"ClientProperties"},
}
"""Options that hold others, and the classes of those."""

METHODS = {
    row.place
    for row in ROWS
    if row.group is not ClientProperties and callable(getattr(row.group, row.name))
}


def keyword_of(row: Row) -> str:
    if row.group is ClientProperties:
        return getattr(ClientProperties, row.name).name
    return row.name


GONE = [
    row
    for row in ROWS
    if row.group not in NOT_OF_A_CLIENT
    and row.place not in METHODS
    and keyword_of(row) not in Config.options
]


def refused(name: str, value: object = "s3cret") -> UnknownOptionError:
    with pytest.raises(UnknownOptionError, match=re.escape(repr(name))) as caught:
        Config.from_dict({name: value})
    assert "s3cret" not in f"{caught.value} {caught.value!r}"
    return caught.value


def words(text: str | None) -> set[str]:
    return set(re.findall(r"[\w.]*\w", text or ""))


@pytest.mark.parametrize("row", GONE, ids=[row.place for row in GONE])
def test_an_option_of_3x_says_what_it_is_today(row: Row):
    error = refused(keyword_of(row))
    assert row.place in words(error.message)
    assert "3.x" in error.message
    assert "ClientConfig" in words(error.hint)
    assert "docs/reference/hazelcast-3-options.md" in str(error.hint)
    assert set(row.today) <= words(error.hint)
    if row.place not in GROUPS:
        assert row.meaning in str(error.hint)


@pytest.mark.parametrize("place", GROUPS)
def test_a_group_of_3x_names_all_its_options(place: str):
    hint = refused(place.partition(".")[2]).hint
    for row in ROWS:
        if row.group.__name__ in GROUPS[place] and row.place not in {*GROUPS, *METHODS}:
            said = words(hint)
            assert set(row.today) <= said
            assert any(word.endswith(keyword_of(row)) for word in said), row.place


def test_what_keeps_its_name_and_what_has_ended_is_said():
    hint = str(refused("group_config", GroupConfig()).hint)
    assert "name is cluster_name; password has no meaning." in hint
    assert "config_file and level have no meaning" in str(refused("logger_config").hint)
    network = str(refused("network_config", ClientNetworkConfig()).hint)
    assert "redo_operation and smart_routing keep their names" in network
    assert "ssl_config.enabled is ssl_enabled" in network


def test_a_name_of_two_classes_names_both():
    error = refused("password")
    for place in ("GroupConfig.password", "SSLConfig.password"):
        assert place in error.message
        assert f"{place}:" in str(error.hint)
    assert {"creds_password", "ssl_password"} <= words(error.hint)


@pytest.mark.parametrize("make", [HazelcastClient, AsyncioClient])
@pytest.mark.parametrize("beside", [(), (ClientConfig(),)], ids=["alone", "beside"])
def test_clients_say_so(make, beside):
    with pytest.raises(UnknownOptionError, match=r"it is ClientConfig\.network_config of the 3\.x"):
        make(*beside, network_config=ClientNetworkConfig())


def test_a_configuration_of_today_says_so():
    with pytest.raises(UnknownOptionError, match="addresses is cluster_members"):
        Config().network_config = ClientNetworkConfig()
    assert not hasattr(Config(), "network_config")


def test_other_names_are_as_unknown_as_before():
    for name in ("clustername", "cluster_nam"):
        assert refused(name).hint == "Did you mean cluster_name?"
    for name in ("get_property_or_default", "frobnicate"):
        assert "3.x" not in str(refused(name))
    with pytest.raises(UnknownOptionError, match="There is no option of ClientConfig"):
        ClientConfig().cluster_name = "x"
