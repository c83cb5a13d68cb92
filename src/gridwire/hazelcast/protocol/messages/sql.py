# SPDX-License-Identifier: Apache-2.0
"""Messages of SQL.

Service 0x21. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "CLOSE", "EXECUTE", "EXECUTE_RESERVED", "FETCH", "FETCH_RESERVED", "MAPPING_DDL",
]

EXECUTE_RESERVED = message("Sql.Execute_reserved", 0x210100,
    "sql:String parameters:List[Data] timeoutMillis:long cursorBufferSize:int",
    ("queryId:SqlQueryId? rowMetadata:List[SqlColumnMetadata]? rowPage:List[List[Data?]]? "
     "rowPageLast:boolean updateCount:long error:SqlError?"), since="2.1")
FETCH_RESERVED = message("Sql.Fetch_reserved", 0x210200, "queryId:SqlQueryId cursorBufferSize:int",
    "rowPage:List[List[Data?]]? rowPageLast:boolean error:SqlError?", since="2.1")
CLOSE = message("Sql.Close", 0x210300, "queryId:SqlQueryId", since="2.1")
# Streams wait for their next rows; a limit of the query's own is kept by the member.
EXECUTE = message("Sql.Execute", 0x210400,
    ("sql:String parameters:List[Data?] timeoutMillis:long cursorBufferSize:int "
     "schema:String? expectedResultType:byte queryId:SqlQueryId "
     "skipUpdateStatistics:boolean@2.3"),
    ("rowMetadata:List[SqlColumnMetadata]? rowPage:SqlPage? updateCount:long "
     "error:SqlError? isInfiniteRows:boolean@2.5 partitionArgumentIndex:int@2.6"), since="2.2",
    wait="connection")
FETCH = message("Sql.Fetch", 0x210500, "queryId:SqlQueryId cursorBufferSize:int",
    "rowPage:SqlPage? error:SqlError?", since="2.2", wait="connection")
MAPPING_DDL = message("Sql.MappingDdl", 0x210600, "name:String", "sql:String?", retryable=True,
    since="2.3")
