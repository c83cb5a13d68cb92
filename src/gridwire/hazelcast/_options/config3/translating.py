# SPDX-License-Identifier: Apache-2.0
"""From a 3.x configuration to the options of today, by the table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from gridwire.hazelcast._options.config3.base import Group3x
from gridwire.hazelcast._options.config3.client import ClientConfig
from gridwire.hazelcast._options.config3.constants import ClientProperties
from gridwire.hazelcast._options.config3.properties import KNOWN, value_of
from gridwire.hazelcast._options.config3.row import Row
from gridwire.hazelcast._options.config3.table import ROWS
from gridwire.hazelcast._options.option import ContradictingOptionsError, Option
from gridwire.hazelcast.errors import InvalidConfigurationError

__all__ = ["Translation", "translate"]


@dataclass(frozen=True, slots=True)
class Translation:
    """What a 3.x configuration says.

    Args:
        options: of today, by name; keywords are among them.
        warnings: what has no meaning.
        places: where the options of today are decided in 3.x, by name; not those of keywords.
    """

    options: Mapping[str, Any]
    warnings: tuple[str, ...]
    places: Mapping[str, str]

    def name_places(self, error: InvalidConfigurationError) -> None:
        """Let an error, which names options of today, name those of 3.x as well."""
        named = re.findall(r"\w+", f"{error.message} {error.hint}")
        places = [
            f"{name} is {place}"
            for name, place in self.places.items()
            if name in named and name != place.rpartition(".")[2]
        ]
        if places:
            error.hint = f"{error.hint or ''} In a ClientConfig {', '.join(places)}.".strip()


@dataclass(frozen=True, slots=True)
class _Wish:
    """What one option of 3.x asks for."""

    place: str
    options: Mapping[str, Any]
    decides: tuple[str, ...]
    is_given: bool


def translate(
    config: ClientConfig,
    keywords: Mapping[str, Any],
    environment: Mapping[str, str],
    today: Mapping[str, Option[Any, Any]],
) -> Translation:
    """Say in options of today what a 3.x configuration says, with keywords beside it.

    A keyword wins over what the configuration has by default, and then over all that the option of
    3.x decides. Against what was set it wins nothing: the two must say the same.

    Args:
        config: the configuration.
        keywords: options of today that a program gave beside it; without those that are None.
        environment: where 3.x looked for properties that were not set.
        today: the options that exist today.

    Raises:
        ContradictingOptionsError: a keyword and the configuration, or two options of it, say
            different things.
        TypeError: a value has the wrong type.
        ValueError: a value is not allowed.
    """
    options: dict[str, Any] = {}
    given: dict[str, str] = {}
    places: dict[str, str] = {}
    wishes = [*_of_groups(config), *_of_properties(config, environment)]
    # What was set comes last, and is never overwritten by a default.
    for wish in sorted(wishes, key=lambda wish: wish.is_given):
        places.update((name, wish.place) for name in wish.decides if name not in keywords)
        rivals = [name for name in wish.decides if name in keywords]
        if wish.is_given:
            for name in rivals:
                _compare(wish, name, today[name], keywords[name], f"the keyword {name}")
            for name in wish.decides:
                if name in given:
                    _compare(wish, name, today[name], options[name], given[name])
                given[name] = wish.place
        # One keyword is enough for a default to give way in all that it decides.
        decided = () if wish.is_given or not rivals else wish.decides
        options.update((name, value) for name, value in wish.options.items() if name not in decided)
    warnings = tuple(_warnings(config, environment))
    return Translation({**options, **keywords}, warnings, places)


def _groups(config: ClientConfig) -> Iterator[Group3x]:
    network = config.network_config
    yield config
    yield config.group_config
    yield network
    yield network.ssl_config
    yield network.cloud_config
    yield config.serialization_config
    yield config.logger_config


def _rows_of(group: Group3x) -> Iterator[Row]:
    return (row for row in ROWS if isinstance(group, row.group) and row.name in group.options)


def _of_groups(config: ClientConfig) -> Iterator[_Wish]:
    for group in _groups(config):
        group.check()
        for row in _rows_of(group):
            if row.today:
                yield _Wish(row.place, row.options(group), row.today, group.is_given(row.name))


def _of_properties(config: ClientConfig, environment: Mapping[str, str]) -> Iterator[_Wish]:
    for place, row, value, is_given in _properties(config, environment):
        if row.today:
            # An empty token is none.
            options = dict.fromkeys(row.today, None if value == "" else value)
            yield _Wish(place, options, row.today, is_given)


def _properties(
    config: ClientConfig, environment: Mapping[str, str]
) -> Iterator[tuple[str, Row, Any, bool]]:
    """Each property that has a value: where it is from, its row, its value, and whether it was set.

    What the environment says is no more than a default, as in 3.x.
    """
    for row in ROWS:
        if row.group is ClientProperties:
            known = getattr(ClientProperties, row.name)
            value = config.properties.get(known.name)
            is_given = value is not None
            if not is_given:
                value = environment.get(known.name)
            if value is not None:
                yield f"the property {known.name}", row, value_of(known, value), is_given


def _compare(wish: _Wish, name: str, option: Option[Any, Any], other: Any, where: str) -> None:
    """Two say what one option is.

    Raises:
        ContradictingOptionsError: not the same.
    """
    # Not with the values: they may be secret.
    if option.checked(other) != option.checked(wish.options[name]):
        raise ContradictingOptionsError(
            f"{wish.place} and {where} say different things about {name}, and neither of them wins",
            hint="Set one of them. A keyword wins over what was not set in the ClientConfig.",
        )


def _warnings(config: ClientConfig, environment: Mapping[str, str]) -> Iterator[str]:
    for group in _groups(config):
        for row in _rows_of(group):
            if group.is_given(row.name):
                yield from _said(row.place, row, row.asked(group))
    for place, row, value, _ in _properties(config, environment):
        yield from _said(place, row, value)
    for name in config.properties:
        if name not in KNOWN:
            near = get_close_matches(name, KNOWN, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            yield f"The property {name!r} has no meaning: nobody knows it.{hint}"


def _said(place: str, row: Row, value: Any) -> Iterator[str]:
    text = None if row.warning is None else row.warning(value)
    if text is not None:
        place = place[0].upper() + place[1:]
        yield f"{place} has no meaning today: {text}."
