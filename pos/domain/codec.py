"""Turns the domain's values into JSON and back, strictly. Never guesses at a wrong shape."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from pos.domain.identifiers import TransactionId
from pos.domain.won import Won

T = TypeVar("T")
Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


class CodecError(ValueError):
    """JSON that is not what the type asks for."""


def encode(value: object) -> Json:
    """Return the JSON form: won as int, ids as hex, times as ISO 8601 UTC, dataclasses as objects.

    Members of a union of dataclasses carry their class name under `type`.

    Raises:
        CodecError: a type that has no form here, a float among them.
    """
    match value:
        case None | bool() | str() if not isinstance(value, Enum):
            return cast("Json", value)
        case Enum():
            return str(value.value)
        case int():
            return value
        case Won():
            return value.amount
        case TransactionId():
            return value.hex
        case datetime():
            if value.tzinfo is None:
                raise CodecError("a time without a zone")
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): encode(each) for key, each in value.items()}
        case tuple() | list():
            return [encode(each) for each in cast("tuple[object, ...]", value)]
    if is_dataclass(value):
        out: dict[str, Json] = {"type": type(value).__name__}
        for field in fields(value):
            out[field.name] = encode(getattr(value, field.name))
        return out
    raise CodecError(f"no JSON form for {type(value).__name__}")


def decode(wanted: type[T], value: Json) -> T:
    """Read a JSON form back as the type.

    Raises:
        CodecError: a field is missing, unknown or of another kind.
    """
    return cast("T", _decode(wanted, value))


@cache
def _hints(wanted: type) -> dict[str, Any]:
    return get_type_hints(wanted)


def _decode(wanted: Any, value: Json) -> object:
    origin = get_origin(wanted)
    if origin in (Union, types.UnionType):
        return _decode_union(get_args(wanted), value)
    if origin is Mapping:
        if not isinstance(value, dict):
            raise CodecError("expected an object")
        return {key: _decode(get_args(wanted)[1], each) for key, each in value.items()}
    if origin is tuple:
        if not isinstance(value, list):
            raise CodecError("expected a list")
        return tuple(_decode(get_args(wanted)[0], each) for each in value)
    if wanted is type(None) and value is None:
        return None
    if wanted in (int, str, bool) and type(value) is wanted:
        return value
    if wanted is Won and type(value) is int:
        return Won(value)
    if isinstance(value, str):
        return _decode_text(wanted, value)
    if is_dataclass(wanted) and isinstance(value, dict):
        return _decode_object(cast("type", wanted), value)
    raise CodecError(f"expected {wanted}, found {type(value).__name__}")


def _decode_union(members: tuple[Any, ...], value: Json) -> object:
    if value is None and type(None) in members:
        return None
    named = value.get("type") if isinstance(value, dict) else None
    for member in members:
        if member is type(None) or (named is not None and member.__name__ != named):
            continue
        return _decode(member, value)
    raise CodecError(f"none of {members} is called {named}")


def _decode_text(wanted: Any, value: str) -> object:
    try:
        if wanted is TransactionId:
            return TransactionId.parse(value)
        if wanted is datetime:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise CodecError("a time without a zone")
            return moment.astimezone(UTC)
        if wanted is date:
            return date.fromisoformat(value)
        if isinstance(wanted, type) and issubclass(wanted, Enum):
            return wanted(value)
    except CodecError:
        raise
    except ValueError as error:
        raise CodecError(str(error)) from error
    raise CodecError(f"expected {wanted}, found text")


def _decode_object(wanted: type, value: Mapping[str, Json]) -> object:
    hints = _hints(wanted)
    given = {key: each for key, each in value.items() if key != "type"}
    unknown = given.keys() - {field.name for field in fields(wanted)}
    if unknown or value.get("type", wanted.__name__) != wanted.__name__:
        raise CodecError(f"not a {wanted.__name__}: {sorted(unknown) or value.get('type')}")
    try:
        return wanted(**{key: _decode(hints[key], each) for key, each in given.items()})
    except TypeError as error:
        raise CodecError(f"{wanted.__name__}: {error}") from error
