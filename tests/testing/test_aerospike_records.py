# SPDX-License-Identifier: Apache-2.0
"""What a test node does with records, beyond what the recorded exchanges show."""

from __future__ import annotations

import pytest

from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.message import EPOCH
from gridwire.aerospike.protocol.values import GeoJSON
from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.geo import cell_of
from support.aerospike_nodes import DELETE, NOON, READ_ALL, WRITE, Op, Reply, Talk, read, write

SECOND = int(NOON) - EPOCH
NEVER = 0xFFFFFFFF
KEEP = 0xFFFFFFFE


@pytest.fixture
def talk():
    return Talk()


class TestExpiry:
    def test_a_record_is_gone_when_its_time_is_over(self, talk):
        assert talk.put(1, {"a": 1}, ttl=10).void_time == SECOND + 10
        talk.now += 9.9
        assert talk.get(1) == Reply(0, 1, SECOND + 10, [("a", 1)])
        talk.now += 0.1
        assert talk.get(1).code == codes.NOT_FOUND
        assert talk.delete(1).code == codes.NOT_FOUND

    def test_writing_over_an_expired_record_begins_a_new_one(self, talk):
        talk.put(1, {"a": 1}, ttl=1)
        talk.now += 2
        assert talk.command(1, Op(flags.OP_TOUCH), info2=WRITE).code == codes.NOT_FOUND
        assert talk.put(1, {"b": 2}).generation == 1
        assert talk.get(1).bins == [("b", 2)]

    def test_without_a_ttl_the_namespace_decides_and_its_sets_before_it(self):
        talk = Talk(default_ttl=100)
        assert talk.put(1, {"a": 1}).void_time == SECOND + 100
        talk.info("set-config:context=namespace;namespace=test;set=s;default-ttl=7")
        assert talk.put(1, {"a": 1}).void_time == SECOND + 7
        assert talk.put(1, {"a": 1}, ttl=NEVER).void_time == 0

    def test_a_write_may_keep_the_time(self, talk):
        talk.put(1, {"a": 1}, ttl=50)
        talk.now += 20
        assert talk.put(1, {"a": 2}, ttl=KEEP).void_time == SECOND + 50

    def test_expired_records_are_removed_from_time_to_time(self):
        talk = Talk(nsup_period=60)
        talk.put(1, {"a": 1}, ttl=10)
        talk.put(2, {"a": 1}, ttl=NEVER)
        talk.now += 30
        talk.get(1)
        assert talk.namespace.objects == 2
        talk.now += 31
        talk.get(1)
        assert talk.namespace.objects == 1
        assert talk.namespace.sets[b"s"].objects == 1

    @pytest.mark.parametrize(("percent", "lives_on"), [(80, True), (60, False), (0, False)])
    def test_a_read_near_the_end_makes_a_record_live_as_long_again(self, talk, percent, lives_on):
        talk.put(1, {"a": 1}, ttl=100)
        talk.now += 30
        expected = SECOND + 130 if lives_on else SECOND + 100
        assert talk.get(1, ttl=percent) == Reply(0, 1, expected, [("a", 1)])
        assert talk.get(1).void_time == expected

    def test_the_namespace_may_make_reads_do_so(self):
        talk = Talk(default_read_touch_ttl_pct=80)
        talk.put(1, {"a": 1}, ttl=100)
        talk.now += 30
        assert talk.get(1, ttl=NEVER).void_time == SECOND + 100
        assert talk.get(1).void_time == SECOND + 130


class TestWriting:
    def test_a_failed_operation_leaves_nothing_behind(self, talk):
        talk.put(1, {"a": 1, "s": "x"})
        answer = talk.command(
            1, write("a", 2), Op(flags.OP_INCR, "s", 1), write("b", 3), info2=WRITE
        )
        assert (answer.code, answer.generation) == (codes.BIN_TYPE, 1)
        assert talk.get(1).bins == [("a", 1), ("s", "x")]

    def test_replacing_forgets_the_other_bins_and_keeps_set_and_key(self, talk):
        talk.put("k", {"a": 1, "b": 2}, send_key=True)
        talk.put("k", {"c": 3}, info3=flags.INFO3_CREATE_OR_REPLACE)
        assert talk.get("k").bins == [("c", 3)]
        assert talk.get("k", fields=((flags.FIELD_KEY, b"\3other"),)).code == codes.KEY_MISMATCH

    def test_a_key_that_comes_later_is_stored_then(self, talk):
        talk.put("k", {"a": 1})
        talk.put("k", {"a": 1}, send_key=True)
        other = ((flags.FIELD_KEY, b"\3other"),)
        assert talk.put("k", {"a": 1}, fields=other).code == codes.KEY_MISMATCH
        assert talk.delete("k", fields=other).code == codes.KEY_MISMATCH

    def test_a_record_that_loses_its_last_bin_is_gone(self, talk):
        talk.put(1, {"a": 1})
        assert talk.put(1, {"a": None}) == Reply(0, 0, 0, [])
        assert talk.namespace.objects == 0

    def test_durable_deletes_are_of_another_edition(self, talk):
        talk.put(1, {"a": 1})
        durable = flags.INFO2_DURABLE_DELETE
        assert talk.delete(1, info2=durable).code == codes.ENTERPRISE_ONLY
        assert talk.put(1, {"a": None}, info2=durable).code == codes.ENTERPRISE_ONLY
        assert talk.put(1, {"b": 1}, info2=durable).code == 0
        assert talk.get(1).bins == [("a", 1), ("b", 1)]

    def test_generations_start_over_at_one(self, talk):
        talk.put(1, {"a": 1})
        ((digest, record),) = talk.namespace.records()
        talk.namespace.put(digest, record._replace(generation=65_535))
        assert talk.get(1).generation == 65_535
        assert talk.put(1, {"a": 1}).generation == 1

    @pytest.mark.parametrize(("size", "code"), [(1_048_524, 0), (1_048_525, codes.TOO_BIG)])
    def test_records_have_a_limit(self, talk, size, code):
        # The largest blob that a real server took, in a bin `a` of a set of four letters.
        assert talk.put(1, {"a": bytes(size)}, set_name="pipe").code == code

    def test_a_set_stops_growing_at_its_limit(self, talk):
        talk.put(1, {"a": 1})
        talk.info("set-config:context=namespace;namespace=test;set=s;stop-writes-count=1")
        assert talk.put(2, {"a": 1}).code == codes.FORBIDDEN
        assert talk.put(1, {"a": 2}).code == 0
        talk.delete(1)
        assert talk.put(2, {"a": 1}).code == 0

    def test_a_full_namespace_reads_and_removes_only(self, talk):
        talk.put(1, {"a": 1})
        talk.namespace.is_full = True
        assert talk.put(1, {"a": 2}).code == codes.OUT_OF_SPACE
        assert talk.get(1).bins == [("a", 1)]
        assert talk.delete(1).code == 0

    def test_storage_fills_up(self):
        talk = Talk(**{"storage-engine.data-size": 10_000})
        stored = 0
        while talk.put(stored, {"a": bytes(1000)}).code == 0:
            stored += 1
        assert stored == 7
        assert "stop_writes=true" in talk.info("namespace/test")
        talk.delete(0)
        assert talk.put(0, {"a": 1}).code == 0


class TestOperations:
    def test_read_all_among_writes(self, talk):
        talk.put(1, {"a": 1})
        answer = talk.command(1, write("b", 2), read(), info1=READ_ALL, info2=WRITE)
        assert answer == Reply(0, 2, 0, [("a", 1), ("b", 2)])

    def test_each_operation_answers_when_asked_to(self, talk):
        talk.put(1, {"a": 1})
        answer = talk.command(
            1,
            Op(flags.OP_TOUCH),
            Op(flags.OP_APPEND, "s", "x"),
            read("nothing"),
            read("a"),
            info1=flags.INFO1_READ,
            info2=WRITE | flags.INFO2_RESPOND_ALL_OPS,
        )
        assert answer.bins == [("s", None), ("nothing", None), ("a", 1)]

    @pytest.mark.parametrize(
        "code", [flags.OP_CDT_READ, flags.OP_EXP_READ, flags.OP_BITS_READ, flags.OP_HLL_READ]
    )
    def test_reading_operations_that_do_not_exist_yet(self, talk, code):
        op = Op(code, "a", (4, b"\x91\x10"))
        assert talk.command(1, op, info1=flags.INFO1_READ).code == codes.NOT_FOUND
        talk.put(1, {"a": 1})
        assert talk.command(1, op, info1=flags.INFO1_READ) == Reply(codes.UNSUPPORTED, 1, 0, [])

    @pytest.mark.parametrize(
        "code",
        [flags.OP_CDT_MODIFY, flags.OP_EXP_MODIFY, flags.OP_BITS_MODIFY, flags.OP_HLL_MODIFY],
    )
    def test_writing_operations_that_do_not_exist_yet(self, talk, code):
        op = Op(code, "a", (4, b"\x92\x01\x05"))
        assert talk.command(1, write("b", 1), op, info2=WRITE).code == codes.UNSUPPORTED
        assert talk.namespace.objects == 0

    def test_functions_and_queries_do_not_exist_yet(self, talk):
        call = ((30, b"module"), (31, b"function"), (32, b"\x90"))
        assert talk.command(1, info2=WRITE, fields=call).code == codes.UNSUPPORTED

    def test_expressions_do_not_exist_yet_but_for_constants(self, talk):
        talk.put(1, {"a": 1})
        compared = bytes.fromhex("9303935102a16100")
        for expression, code in (
            (b"\xc3", 0),
            (b"\xc2", codes.FILTERED_OUT),
            (compared, codes.UNSUPPORTED),
            (b"\xff", codes.PARAMETER),
            (b"", codes.PARAMETER),
        ):
            fields = ((flags.FIELD_FILTER, expression),)
            assert talk.get(1, fields=fields).code == code
            assert talk.put(1, {"a": 1}, fields=fields).code == code
        assert talk.delete(1, fields=((flags.FIELD_FILTER, b"\xc2"),)).code == codes.FILTERED_OUT


class TestGeoJson:
    def test_points_are_kept_with_their_cell_and_areas_without(self, talk):
        point = GeoJSON('{"type": "Point", "coordinates": [1.0, 2.0]}')
        circle = GeoJSON('{"type": "AeroCircle", "coordinates": [[1.0, 2.0], 30]}')
        assert talk.put(1, {"p": point, "c": circle}).code == 0
        assert talk.get(1).bins == [("p", point), ("c", circle)]

    @pytest.mark.parametrize(
        "text",
        [
            "junk",
            "[]",
            "{}",
            '{"type": "Point"}',
            '{"type": "Point", "coordinates": [1]}',
            '{"type": "Point", "coordinates": [181, 0]}',
            '{"type": "Point", "coordinates": [0, NaN]}',
            '{"type": "Point", "coordinates": ["1", "2"]}',
            '{"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}',
            '{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}',
            '{"type": "AeroCircle", "coordinates": [[0, 0], -1]}',
            '{"type": "Feature", "geometry": ' * 2000 + "1" + "}" * 2000,
        ],
    )
    def test_what_is_no_geometry_is_refused(self, talk, text):
        assert talk.put(1, {"g": GeoJSON(text)}).code == codes.GEOJSON

    @pytest.mark.parametrize(
        ("longitude", "latitude", "cell"),
        [
            # Seen with a real server, and by the definition of faces at their middles.
            (1.0, 2.0, 0x10036E17CA9FB709),
            (-122.0, 37.5, 0x808FB8A247954393),
            (0.0, 0.0, 0x1000000000000001),
            (0.0, 90.0, 0x5000000000000001),
            (0.0, -90.0, 0xB000000000000001),
        ],
    )
    def test_cells(self, longitude, latitude, cell):
        assert cell_of(longitude, latitude) == cell


def test_a_record_is_counted_where_it_belongs(talk):
    talk.put(1, {"a": 1})
    talk.put(2, {"a": 1}, set_name="")
    assert talk.namespace.objects == 2
    assert talk.namespace.sets[b"s"].objects == 1
    assert talk.info("sets/test/s").startswith("objects=1:")
    talk.command(1, info2=DELETE)
    talk.command(2, info2=DELETE, set_name="")
    assert (talk.namespace.objects, talk.namespace.used_bytes) == (0, 0)
    assert talk.info("sets/test/s").startswith("objects=0:")
