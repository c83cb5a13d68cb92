# SPDX-License-Identifier: Apache-2.0
"""Messages of features that may change.

Service 0xfd. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "PIPELINE_SUBMIT",
]

PIPELINE_SUBMIT = message("Experimental.PipelineSubmit", 0xfd0100,
    ("jobName:String? pipelineDefinition:String resourceBundle:byteArray? "
     "resourceBundleChecksum:int"), "jobId:long", retryable=True, since="2.7")
