# SPDX-License-Identifier: Apache-2.0
"""Portable: objects whose data says which fields it has, each with its name, type and place.

Members read single fields of them without their class, for predicates, indexes and aggregators,
and a class may change from version to version.

- `portable`, `fields_reader`, `fields_writer`: what a program derives from and is given;
- `field_types`, `definition`, `builder`: which fields a class has, as a program declares them;
  `classdef` has their official names;
- `inferring`: the same, found out from the first object that is written;
- `forms`, with `dates` and `nested`: the table of field types, a row for each;
- `plans`: a class definition made ready for writing and reading;
- `definitions`: the plans that one client knows, declared, inferred or learned from data;
- `reader`, `writer`: a Portable in serialized data;
- `codec`: the row of Portable in the registry.

Nothing is imported here.
"""

from __future__ import annotations

__all__: list[str] = []
