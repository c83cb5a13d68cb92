# SPDX-License-Identifier: Apache-2.0
"""Messages of Jet, the stream processing engine.

Service 0xfe. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import event, message

__all__ = [
    "ADD_JOB_STATUS_LISTENER", "EXISTS_DISTRIBUTED_OBJECT", "EXPORT_SNAPSHOT",
    "GET_JOB_AND_SQL_SUMMARY_LIST", "GET_JOB_CONFIG", "GET_JOB_IDS", "GET_JOB_METRICS",
    "GET_JOB_STATUS", "GET_JOB_SUBMISSION_TIME", "GET_JOB_SUMMARY_LIST", "GET_JOB_SUSPENSION_CAUSE",
    "IS_JOB_USER_CANCELLED", "JOIN_SUBMITTED_JOB", "REMOVE_JOB_STATUS_LISTENER", "RESUME_JOB",
    "SUBMIT_JOB", "TERMINATE_JOB", "UPDATE_JOB_CONFIG", "UPLOAD_JOB_META_DATA",
    "UPLOAD_JOB_MULTIPART",
]

SUBMIT_JOB = message("Jet.SubmitJob", 0xfe0100,
    "jobId:long dag:Data jobConfig:Data? lightJobCoordinator:UUID?@2.3")
TERMINATE_JOB = message("Jet.TerminateJob", 0xfe0200,
    "jobId:long terminateMode:int lightJobCoordinator:UUID?@2.3")
GET_JOB_STATUS = message("Jet.GetJobStatus", 0xfe0300, "jobId:long", "response:int", retryable=True)
GET_JOB_IDS = message("Jet.GetJobIds", 0xfe0400, "onlyName:String?@2.3 onlyJobId:long@2.3",
    "response:Data@2.3", retryable=True)
# Waits until the job is done.
JOIN_SUBMITTED_JOB = message("Jet.JoinSubmittedJob", 0xfe0500,
    "jobId:long lightJobCoordinator:UUID?@2.3", retryable=True, wait="connection")
GET_JOB_SUBMISSION_TIME = message("Jet.GetJobSubmissionTime", 0xfe0700,
    "jobId:long lightJobCoordinator:UUID?@2.3", "response:long", retryable=True)
GET_JOB_CONFIG = message("Jet.GetJobConfig", 0xfe0800, "jobId:long lightJobCoordinator:UUID?@2.4",
    "response:Data", retryable=True)
RESUME_JOB = message("Jet.ResumeJob", 0xfe0900, "jobId:long")
EXPORT_SNAPSHOT = message("Jet.ExportSnapshot", 0xfe0a00,
    "jobId:long name:String cancelJob:boolean")
GET_JOB_SUMMARY_LIST = message("Jet.GetJobSummaryList", 0xfe0b00, "", "response:Data",
    retryable=True)
EXISTS_DISTRIBUTED_OBJECT = message("Jet.ExistsDistributedObject", 0xfe0c00,
    "serviceName:String objectName:String", "response:boolean", retryable=True)
GET_JOB_METRICS = message("Jet.GetJobMetrics", 0xfe0d00, "jobId:long", "response:Data",
    retryable=True)
GET_JOB_SUSPENSION_CAUSE = message("Jet.GetJobSuspensionCause", 0xfe0e00, "jobId:long",
    "response:Data", retryable=True)
GET_JOB_AND_SQL_SUMMARY_LIST = message("Jet.GetJobAndSqlSummaryList", 0xfe0f00, "",
    "response:List[JobAndSqlSummary]", retryable=True, since="2.5")
IS_JOB_USER_CANCELLED = message("Jet.IsJobUserCancelled", 0xfe1000, "jobId:long",
    "response:boolean", retryable=True, since="2.6")
UPLOAD_JOB_META_DATA = message("Jet.UploadJobMetaData", 0xfe1100,
    ("sessionId:UUID jarOnMember:boolean fileName:String sha256Hex:String "
     "snapshotName:String? jobName:String? mainClass:String? jobParameters:List[String]"),
    retryable=True, since="2.6")
UPLOAD_JOB_MULTIPART = message("Jet.UploadJobMultipart", 0xfe1200,
    ("sessionId:UUID currentPartNumber:int totalPartNumber:int partData:byteArray "
     "partSize:int sha256Hex:String"), retryable=True, since="2.6")
ADD_JOB_STATUS_LISTENER = message("Jet.AddJobStatusListener", 0xfe1300,
    "jobId:long lightJobCoordinator:UUID? localOnly:boolean", "response:UUID?", since="2.6",
    events=(event("JobStatus",
        ("jobId:long previousStatus:int newStatus:int description:String? "
         "userRequested:boolean")),))
REMOVE_JOB_STATUS_LISTENER = message("Jet.RemoveJobStatusListener", 0xfe1400,
    "jobId:long registrationId:UUID", "response:boolean", retryable=True, since="2.6")
UPDATE_JOB_CONFIG = message("Jet.UpdateJobConfig", 0xfe1500, "jobId:long deltaConfig:Data",
    "updatedConfig:Data", retryable=True, since="2.6")
