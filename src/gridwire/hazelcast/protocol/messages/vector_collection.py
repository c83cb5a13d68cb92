# SPDX-License-Identifier: Apache-2.0
"""Messages of the vector collection.

Service 0x24. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "CLEAR", "DELETE", "GET", "OPTIMIZE", "PUT", "PUT_ALL", "PUT_IF_ABSENT", "REMOVE",
    "SEARCH_NEAR_VECTOR", "SET", "SIZE",
]

PUT = message("VectorCollection.Put", 0x240100, "name:String key:Data value:VectorDocument",
    "value:VectorDocument?", route="key", since="2.8")
PUT_IF_ABSENT = message("VectorCollection.PutIfAbsent", 0x240200,
    "name:String key:Data value:VectorDocument", "value:VectorDocument?", route="key", since="2.8")
PUT_ALL = message("VectorCollection.PutAll", 0x240300,
    "name:String entries:EntryList[Data,VectorDocument]", route="keys", since="2.8")
GET = message("VectorCollection.Get", 0x240400, "name:String key:Data", "value:VectorDocument?",
    route="key", retryable=True, since="2.8")
REMOVE = message("VectorCollection.Remove", 0x240500, "name:String key:Data",
    "value:VectorDocument?", route="key", since="2.8")
SET = message("VectorCollection.Set", 0x240600, "name:String key:Data value:VectorDocument",
    route="key", since="2.8")
DELETE = message("VectorCollection.Delete", 0x240700, "name:String key:Data", route="key",
    since="2.8")
SEARCH_NEAR_VECTOR = message("VectorCollection.SearchNearVector", 0x240800,
    "name:String vectors:List[VectorPair] options:VectorSearchOptions",
    "result:List[VectorSearchResult]", retryable=True, since="2.8")
# Takes as long as rebuilding the index does.
OPTIMIZE = message("VectorCollection.Optimize", 0x240900,
    "name:String indexName:String? uuid:UUID?@2.9", retryable=True, since="2.8", wait="connection")
CLEAR = message("VectorCollection.Clear", 0x240a00, "name:String", since="2.8")
SIZE = message("VectorCollection.Size", 0x240b00, "name:String", "response:long", retryable=True,
    since="2.8")
