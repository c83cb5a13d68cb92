# SPDX-License-Identifier: Apache-2.0
"""Class definitions, with the names that users of the official client know.

A program declares one (option ``class_definitions``) where it cannot be found out from the first
object that is written: when a Portable in it, or an array of them, is null or empty there.
"""

from __future__ import annotations

from gridwire.hazelcast.serialization.portable.builder import ClassDefinitionBuilder
from gridwire.hazelcast.serialization.portable.definition import ClassDefinition, FieldDefinition
from gridwire.hazelcast.serialization.portable.field_types import FieldType

__all__ = ["ClassDefinition", "ClassDefinitionBuilder", "FieldDefinition", "FieldType"]
