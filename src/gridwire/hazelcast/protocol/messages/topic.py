# SPDX-License-Identifier: Apache-2.0
"""Messages of the topic.

Service 0x04. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import event, message

__all__ = [
    "ADD_MESSAGE_LISTENER", "PUBLISH", "PUBLISH_ALL", "REMOVE_MESSAGE_LISTENER",
]

PUBLISH = message("Topic.Publish", 0x040100, "name:String message:Data", route="name")
ADD_MESSAGE_LISTENER = message("Topic.AddMessageListener", 0x040200,
    "name:String localOnly:boolean", "response:UUID",
    events=(event("Topic", "item:Data publishTime:long uuid:UUID"),))
REMOVE_MESSAGE_LISTENER = message("Topic.RemoveMessageListener", 0x040300,
    "name:String registrationId:UUID", "response:boolean", retryable=True)
PUBLISH_ALL = message("Topic.PublishAll", 0x040400, "name:String messages:List[Data]", route="name",
    since="2.1")
