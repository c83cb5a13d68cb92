# SPDX-License-Identifier: Apache-2.0
"""One `NearCacheConfig` for programs of both generations."""

from __future__ import annotations

import copy
import pickle

import pytest

from gridwire.hazelcast.config import (
    ClientConfig,
    Config,
    ContradictingOptionsError,
    EvictionPolicy,
    NearCacheConfig,
)
from gridwire.hazelcast.errors import InvalidConfigurationError

SPELLINGS = {"time_to_live_seconds": "time_to_live", "max_idle_seconds": "max_idle"}


@pytest.mark.parametrize(("old", "new"), SPELLINGS.items())
def test_both_spellings_are_one_option(old: str, new: str):
    group = NearCacheConfig()
    assert getattr(group, old) is getattr(group, new) is None
    setattr(group, old, 5)
    assert (getattr(group, old), getattr(group, new)) == (5, 5)
    setattr(group, new, 7.5)
    assert (getattr(group, old), getattr(group, new)) == (7.5, 7.5)
    setattr(group, old, None)
    assert getattr(group, new) is None
    for wrong, error in ((-1, ValueError), ("5", TypeError), (True, TypeError)):
        with pytest.raises(error, match=old):
            setattr(group, old, wrong)
        with pytest.raises(error, match=new):
            setattr(group, new, wrong)
    assert getattr(NearCacheConfig.from_dict({old: 3}), new) == 3
    assert getattr(NearCacheConfig.from_dict({new: 3}), old) == 3
    with pytest.raises(ContradictingOptionsError, match=f"{old} and {new}"):
        NearCacheConfig.from_dict({old: 3, new: 3})
    made = Config.from_dict({"near_caches": {"m": {old: 3}}})
    assert getattr(made.near_caches["m"], new) == 3


def test_a_name_is_text():
    assert NearCacheConfig().name is None
    assert NearCacheConfig("m").name == NearCacheConfig(name="m").name == "m"
    group = NearCacheConfig("m")
    group.name = "n"
    assert group.name == "n"
    for wrong, error in ((None, ValueError), (5, TypeError), (b"m", TypeError)):
        with pytest.raises(error, match="name"):
            group.name = wrong  # type: ignore[assignment]
    assert group.name == "n"
    with pytest.raises(TypeError):
        NearCacheConfig(5)  # type: ignore[arg-type]


def test_a_name_and_its_key_do_not_contradict_each_other():
    assert Config.from_dict({"near_caches": {"m": NearCacheConfig("m")}}).near_caches["m"]
    with pytest.raises(InvalidConfigurationError, match=r"'m'.*'n'"):
        Config.from_dict({"near_caches": {"m": NearCacheConfig("n")}})
    with pytest.raises(InvalidConfigurationError, match=r"'m'.*'n'"):
        Config.from_dict({"near_caches": {"m": {"name": "n"}}})
    assert Config.from_dict({"near_caches": {"m": {"name": "m"}}}).near_caches["m"].name == "m"
    group = NearCacheConfig("m")
    config = ClientConfig().add_near_cache_config(group)
    group.name = "n"
    with pytest.raises(InvalidConfigurationError, match=r"'m'.*'n'"):
        Config.resolve(config, {})


def policy(config: Config) -> EvictionPolicy:
    return config.near_caches["m"].eviction_policy


def test_the_default_of_3x_holds_on_its_path_only():
    group = NearCacheConfig("m")
    assert group.eviction_policy is EvictionPolicy.LRU
    assert policy(Config.from_dict({"near_caches": {"m": group}})) is EvictionPolicy.LRU
    config = ClientConfig().add_near_cache_config(group)
    # Who looks there is told the truth.
    assert config.near_cache_configs["m"].eviction_policy is EvictionPolicy.NONE
    assert policy(Config.resolve(config, {})) is EvictionPolicy.NONE
    # And the same object in a configuration of today means what it meant before.
    assert policy(Config.from_dict({"near_caches": {"m": group}})) is EvictionPolicy.LRU
    assert policy(Config.resolve(config, {})) is EvictionPolicy.NONE


@pytest.mark.parametrize("value", list(EvictionPolicy))
@pytest.mark.parametrize("first", [True, False])
def test_a_policy_that_was_set_holds_everywhere(value: EvictionPolicy, first: bool):
    group, config = NearCacheConfig("m"), ClientConfig()
    if first:
        group.eviction_policy = value
    config.add_near_cache_config(group)
    group.eviction_policy = value
    assert policy(Config.resolve(config, {})) is value
    assert policy(Config.from_dict({"near_caches": {"m": group}})) is value


def test_a_near_cache_that_is_put_into_the_dict_is_of_3x_too():
    config = ClientConfig()
    config.near_cache_configs["m"] = NearCacheConfig()
    assert policy(Config.resolve(config, {})) is EvictionPolicy.NONE


def test_a_change_after_adding_is_seen():
    group = NearCacheConfig("m")
    config = ClientConfig().add_near_cache_config(group)
    group.time_to_live_seconds = 9
    assert Config.resolve(config, {}).near_caches["m"].time_to_live == 9


@pytest.mark.parametrize(
    "way", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))]
)
def test_copies_are_as_the_original(way):
    group = NearCacheConfig("m")
    group.max_idle_seconds = 4
    ClientConfig().add_near_cache_config(group)
    copied = way(group)
    assert (copied.name, copied.max_idle, copied.eviction_policy) == ("m", 4, 0)
    assert policy(Config.from_dict({"near_caches": {"m": copied}})) is EvictionPolicy.LRU
    assert (
        repr(copied)
        == repr(group)
        == ("NearCacheConfig('m', max_idle=4, eviction_policy=<EvictionPolicy.NONE: 0>)")
    )
    assert (repr(NearCacheConfig()), repr(NearCacheConfig("m"))) == (
        "NearCacheConfig()",
        "NearCacheConfig('m')",
    )


def test_the_reference_knows_one_spelling():
    assert not set(SPELLINGS) & set(NearCacheConfig.options)
    assert NearCacheConfig.time_to_live_seconds.__doc__ == "Another spelling of `time_to_live`."
