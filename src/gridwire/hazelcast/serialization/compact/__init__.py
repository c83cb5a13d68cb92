# SPDX-License-Identifier: Apache-2.0
"""Compact: records whose fields are found through a schema that the cluster keeps.

- `kinds`: what a field can be, one row each;
- `schema`: `Schema`, its fingerprint, and where each field lies;
- `schemas`: what one client knows of schemas, and what it has still to tell the cluster;
- `singles`, `arrays`, `items`, `offsets`, `values`: how the values of fields are written and read;
- `plans`: a schema made ready for one byte order;
- `writer`, `reader`: what a `CompactSerializer` of the program gets;
- `serializers`: `CompactSerializer`;
- `annotations`, `dataclass_fields`, `dataclass_serializer`, `dataclass_making`: dataclasses, which
  need no code;
- `generic`, `generic_codec`: `GenericRecord`, a record without a class;
- `entries`, `dataclass_entry`: what is known of one class;
- `room`: all of it put together for one serialization service.

Nothing is imported here.
"""

from __future__ import annotations

__all__: list[str] = []
