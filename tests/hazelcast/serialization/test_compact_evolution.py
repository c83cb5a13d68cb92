# SPDX-License-Identifier: Apache-2.0
"""Records of other versions of a class: fields that are missing, nullable or of other kinds."""

from __future__ import annotations

import pytest

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.api import FieldKind
from gridwire.hazelcast.serialization.compact.kinds import BY_KIND
from gridwire.hazelcast.serialization.service import SerializationService
from support.compact_records import (
    EXAMPLES,
    KINDS,
    InnerSerializer,
    Record,
    RecordSerializer,
    official_object,
    official_schema,
    official_service,
)

WITH_OTHER = [kind for kind in KINDS if BY_KIND[kind].other is not None]
NULLABLE = [kind for kind in WITH_OTHER if BY_KIND[kind].allows_null]
DEFAULT = object()


def method(kind):
    return f"read_{kind.name.lower()}"


class Switch(RecordSerializer):
    """Reads in the way that a test sets."""

    way = staticmethod(lambda reader: None)

    def read(self, reader):
        return self.way(reader)


SWITCH = Switch()
OURS = SerializationService(compact_serializers=[SWITCH, InnerSerializer()])
THEIRS = official_service()
OFFICIAL_COMPACT = THEIRS.compact_stream_serializer


def read_by(read, record):
    """What a reader gives for a record that another version of the class wrote."""
    SWITCH.way = read
    return OURS.to_object(OURS.to_data(record))


def official_read_by(read, record):
    """The same, of the official client."""
    OFFICIAL_COMPACT._type_name_to_serializer["record"].read = read
    data = OURS.to_data(record)
    for schema in OURS.schemas.by_id.values():
        OFFICIAL_COMPACT.register_schema_to_id(official_schema(schema))
    return official_object(THEIRS, data)


@pytest.mark.parametrize("wanted", KINDS, ids=lambda kind: kind.name)
def test_which_kinds_can_be_read_as_which(wanted):
    for found in KINDS:
        record = Record(a=(found, EXAMPLES[found]))
        outcomes = []
        for read_with in (read_by, official_read_by):
            try:
                outcomes.append(read_with(lambda r: getattr(r, method(wanted))("a"), record))
            except Exception:  # noqa: BLE001 - that it is one is compared
                outcomes.append("refused")
        assert outcomes[0] == outcomes[1], (found, wanted, outcomes)
        assert (outcomes[0] != "refused") == (
            found in {wanted, BY_KIND[wanted].other} and not _has_null(found, wanted)
        )


def _has_null(found, wanted):
    return (
        BY_KIND[found].allows_null
        and not BY_KIND[wanted].allows_null
        and (isinstance(EXAMPLES[found], list))
    )


@pytest.mark.parametrize("kind", NULLABLE, ids=lambda kind: kind.name)
def test_null_where_it_cannot_be(kind):
    other = BY_KIND[kind].other
    is_array = kind.name.startswith("ARRAY_OF_")
    one = EXAMPLES[kind][0] if is_array else EXAMPLES[kind]
    null, full = ([one, None], [one, one]) if is_array else (None, one)
    for read_with in (read_by, official_read_by):
        with pytest.raises(HazelcastSerializationError if read_with is read_by else Exception):
            read_with(lambda r: getattr(r, method(other))("a"), Record(a=(kind, null)))
        found = read_with(lambda r: getattr(r, method(other))("a"), Record(a=(kind, full)))
        assert found == full
        found = read_with(lambda r: getattr(r, method(kind))("a"), Record(a=(other, full)))
        assert found == full
    with pytest.raises(HazelcastSerializationError) as caught:
        read_by(lambda r: getattr(r, method(other))("a"), Record(a=(kind, null)))
    assert f"{method(kind)} reads it" in caught.value.hint
    assert "'a'" in str(caught.value)
    if is_array:
        assert read_by(lambda r: getattr(r, method(other))("a"), Record(a=(kind, None))) is None


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_defaults(kind):
    or_default = f"{method(kind)}_or_default"
    value, other = EXAMPLES[kind], BY_KIND[kind].other
    of_another = FieldKind.STRING if kind is not FieldKind.STRING else FieldKind.INT8
    for record, expected in (
        (Record(a=(kind, value)), value),
        (Record(b=(kind, value)), DEFAULT),
        (Record(a=(of_another, EXAMPLES[of_another])), DEFAULT),
    ):
        assert read_by(lambda r: getattr(r, or_default)("a", DEFAULT), record) == expected
    if other is None:
        return
    # Of the kind that differs in "nullable" alone: the value, unless it is a null.
    plain = EXAMPLES[kind if not BY_KIND[kind].allows_null else other]
    assert (
        read_by(lambda r: getattr(r, or_default)("a", DEFAULT), Record(a=(other, plain))) == plain
    )
    if BY_KIND[kind].allows_null:
        return
    null = [plain[0], None] if isinstance(plain, list) else None
    found = read_by(lambda r: getattr(r, or_default)("a", DEFAULT), Record(a=(other, null)))
    assert found is DEFAULT


def test_a_field_that_is_not_there():
    record = Record(a=(FieldKind.INT32, 1))
    for kind in KINDS:
        with pytest.raises(
            HazelcastSerializationError, match="'record' has no field 'b'"
        ) as caught:
            read_by(lambda r, kind=kind: getattr(r, method(kind))("b"), record)
        assert "get_field_kind" in caught.value.hint
        assert "It happened in Switch.read" in caught.value.__notes__
    assert read_by(lambda r: r.get_field_kind("b"), record) is FieldKind.NOT_AVAILABLE
    assert read_by(lambda r: r.get_field_kind("a"), record) is FieldKind.INT32
    with pytest.raises(HazelcastSerializationError, match="is INT32 and cannot be read as STRING"):
        read_by(lambda r: r.read_string("a"), record)


def test_fields_can_be_read_twice_and_in_any_order():
    record = Record(
        **{
            name: (kind, EXAMPLES[kind])
            for name, kind in zip(
                ("a", "b", "bb", "c", "d", "name", "x1"),
                (
                    FieldKind.STRING,
                    FieldKind.ARRAY_OF_STRING,
                    FieldKind.INT64,
                    FieldKind.BOOLEAN,
                    FieldKind.COMPACT,
                    FieldKind.ARRAY_OF_COMPACT,
                    FieldKind.DATE,
                ),
                strict=True,
            )
        }
    )

    def read(reader):
        for _ in range(3):
            for name, (kind, value) in reversed(record.fields.items()):
                assert getattr(reader, method(kind))(name) == value
        return "read"

    assert read_by(read, record) == "read"


def test_a_serializer_that_reads_nothing_leaves_the_next_object_where_it_is():
    class Serializer(RecordSerializer):
        def read(self, reader):
            return "skipped"

    service = SerializationService(compact_serializers=[Serializer(), InnerSerializer()])
    record = Record(a=(FieldKind.STRING, "x"), b=(FieldKind.INT8, 1))
    assert service.to_object(service.to_data([record, record, 5])) == ["skipped", "skipped", 5]
