# SPDX-License-Identifier: Apache-2.0
"""The errors that Java members answer queries with."""

from __future__ import annotations

from gridwire.hazelcast.error_codes import ErrorCode
from gridwire.testing._hazelcast.query.kinds import class_name
from gridwire.testing._hazelcast.refusals import Refusal, StackFrame, illegal_argument, null_pointer

__all__ = [
    "ClassCast",
    "arithmetic",
    "bad_date",
    "bad_json",
    "bad_pattern",
    "cannot_convert",
    "cannot_read",
    "class_cast",
    "illegal",
    "no_class",
    "no_deserializer",
    "no_user_class",
    "not_comparable",
    "null_value",
    "number_format",
    "query_error",
    "serialization_error",
    "too_large",
]

_PREDICATES = "com.hazelcast.query.impl.predicates."
_IN_PREDICATE = StackFrame(_PREDICATES + "AbstractPredicate", "apply", "AbstractPredicate.java", 55)
_IN_CONVERTER = StackFrame(
    "com.hazelcast.query.impl.TypeConverters$BaseTypeConverter",
    "convert",
    "TypeConverters.java",
    73,
)
_IN_EXTRACTORS = StackFrame(
    "com.hazelcast.query.impl.getters.Extractors", "extract", "Extractors.java", 86
)
_IN_SERIALIZER = StackFrame(
    "com.hazelcast.internal.serialization.impl.VersionedDataSerializableSerializer",
    "readIdentifiedDataSerializable",
    "VersionedDataSerializableSerializer.java",
    266,
)
_IN_JSON = StackFrame("com.hazelcast.internal.json.JsonParser", "error", "JsonParser.java", 506)
_IN_PATTERN = StackFrame("java.util.regex.Pattern", "error", "Pattern.java", 2028)
_IN_PARSER = StackFrame(
    "java.time.format.DateTimeFormatter", "parseResolved0", "DateTimeFormatter.java", 2052
)
_IN_LIMITER = StackFrame("com.hazelcast.map.impl.query.QueryResult", "add", "QueryResult.java", 119)
_BOOT = "java.base of loader 'bootstrap'"


class ClassCast(Refusal):
    """A value is not of the class that a member takes it for."""


def class_cast(found: str, wanted: str, frame: StackFrame = _IN_PREDICATE) -> ClassCast:
    """A value is not of the class that a member takes it for, and Java says so at length."""
    places = []
    for name in (found, wanted):
        of_java = name.startswith(("java.", "["))
        places.append(f"module {_BOOT}" if of_java else "unnamed module of loader 'app'")
    if places[0] == places[1]:
        where = f"{found} and {wanted} are in {places[0]}"
    else:
        where = f"{found} is in {places[0]}; {wanted} is in {places[1]}"
    message = f"class {found} cannot be cast to class {wanted} ({where})"
    return ClassCast(ErrorCode.CLASS_CAST, "java.lang.ClassCastException", message, frame)


def number_format(message: str) -> Refusal:
    """A text is not the number that it should be."""
    return _unknown_code("java.lang.NumberFormatException", message, _IN_CONVERTER)


def arithmetic(message: str) -> Refusal:
    """A division that does not come out even."""
    return _unknown_code("java.lang.ArithmeticException", message, _IN_CONVERTER)


def bad_date(text: str, at: int) -> Refusal:
    """A text is not the date or time that it should be."""
    message = f"Text '{text}' could not be parsed at index {at}"
    return _unknown_code("java.time.format.DateTimeParseException", message, _IN_PARSER)


def bad_json(message: str) -> Refusal:
    """A text is not JSON."""
    return _unknown_code("com.hazelcast.internal.json.ParseException", message, _IN_JSON)


def bad_pattern(message: str, at: int, pattern: str) -> Refusal:
    """A regular expression is none."""
    text = f"{message} near index {at}\n{pattern}"
    return _unknown_code("java.util.regex.PatternSyntaxException", text, _IN_PATTERN)


def cannot_convert(text: str, wanted: str) -> Refusal:
    """The value of a predicate is of a class that the attribute's class cannot be made of."""
    return illegal_argument(f"Cannot convert [{text}] to {wanted}", _IN_CONVERTER)


def illegal(message: str) -> Refusal:
    """An attribute or predicate that cannot be."""
    return illegal_argument(message, _IN_PREDICATE)


def null_value(message: str) -> Refusal:
    """There is a null where a member does not expect one."""
    return null_pointer(message, _IN_PREDICATE)


def query_error(message: str) -> Refusal:
    """An attribute cannot be had from a key or value."""
    name = "com.hazelcast.query.QueryException"
    return Refusal(ErrorCode.QUERY, name, message, _IN_EXTRACTORS)


def not_comparable(attribute: str, kind: int) -> Refusal:
    """An attribute is of a class that has no order."""
    return query_error(
        f"{attribute} field can not be compared, because it does not implement Comparable "
        f"interface. Class class {class_name(kind)}"
    )


def no_user_class(attribute: str, definition: str) -> Refusal:
    """An attribute is a Portable, whose class members do not have."""
    return query_error(
        f"{attribute} field can not be compared, because the user class could not be constructed. "
        f"ClassDefinition {definition}"
    )


def serialization_error(message: str) -> Refusal:
    """Data cannot be read."""
    name = "com.hazelcast.nio.serialization.HazelcastSerializationException"
    return Refusal(ErrorCode.HAZELCAST_SERIALIZATION, name, message, _IN_SERIALIZER)


def no_deserializer(kind: int) -> Refusal:
    """Data is of a type that members do not know."""
    return serialization_error(
        f"There is no suitable de-serializer for type {kind}. This exception is likely caused by "
        "differences in the serialization configuration between members or between clients and "
        "members."
    )


def cannot_read(factory_id: int, class_id: int, reason: str) -> Refusal:
    """An object was found that cannot be made of what follows."""
    return serialization_error(
        f"Problem while reading IdentifiedDataSerializable, namespace: {factory_id}, "
        f"classId: {class_id}, exception: {reason}"
    )


def no_class() -> Refusal:
    """There is no class of the name that a predicate gives."""
    # Real members name the class that they have not loaded, so the name is never there.
    return serialization_error("Failed to load class: null")


def too_large(limit: int) -> Refusal:
    """A result is larger than a client could read."""
    name = "com.hazelcast.map.QueryResultSizeExceededException"
    message = (
        "This exception has been thrown to prevent an OOME on this Hazelcast instance. An OOME "
        f"might occur when a query collects large data sets from the whole cluster: the limit of "
        f"a test member is {limit} bytes."
    )
    return Refusal(ErrorCode.QUERY_RESULT_SIZE_EXCEEDED, name, message, _IN_LIMITER)


def _unknown_code(name: str, message: str, frame: StackFrame) -> Refusal:
    """An error of Java for which the protocol has no code."""
    return Refusal(ErrorCode.UNDEFINED, name, message, frame)
