"""Turns the domain's values into JSON and back, strictly. Never guesses at a wrong shape.

How a type is read or written is worked out once; a terminal does either thousands of times a drain.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from pos.domain.identifiers import TransactionId
from pos.domain.won import Won

T = TypeVar("T")
Json = None | bool | int | str | list["Json"] | dict[str, "Json"]
WHEN_SET = {"when_set": True}
"""Metadata of a field that came later: at its default it is not written, so that what has not got
it keeps the bytes, and the hash, that it always had."""
AS_IS = frozenset((types.NoneType, bool, str, int))  # Their JSON form is they themselves.
_Write = Callable[[Any], Json]
_Read = Callable[[Any], object]


class CodecError(ValueError):
    """JSON that is not what the type asks for."""


def encode(value: object) -> Json:
    """Return the JSON form: won as int, ids as hex, times as ISO 8601 UTC, dataclasses as objects.

    Members of a union of dataclasses carry their class name under `type`.

    Raises:
        CodecError: a type that has no form here, a float among them.
    """
    kind = type(value)
    write = _writers.get(kind)
    if write is None:
        write = _writers[kind] = _writer(kind)
    return write(value)


def decode(wanted: type[T], value: Json) -> T:
    """Read a JSON form back as the type.

    Raises:
        CodecError: a field is missing, unknown or of another kind.
    """
    return cast("T", _reader(wanted)(value))


_writers: dict[type, _Write] = {}  # Both only ever grow by types that the program has.
_readers: dict[Any, _Read] = {}


def _writer(kind: type) -> _Write:
    """Return what writes values of exactly this type."""
    if issubclass(kind, Enum):
        return lambda value: str(value.value)
    if issubclass(kind, tuple(AS_IS)):
        return lambda value: cast("Json", value)
    if issubclass(kind, Won):
        return lambda value: cast("Json", value.amount)
    if issubclass(kind, TransactionId):
        return lambda value: cast("Json", value.hex)
    if issubclass(kind, datetime):
        return _write_moment
    if issubclass(kind, date):
        return lambda value: cast("Json", value.isoformat())
    if issubclass(kind, Mapping):
        return lambda value: {str(key): encode(each) for key, each in value.items()}
    if issubclass(kind, tuple | list):
        return lambda value: [encode(each) for each in value]
    if is_dataclass(kind):
        return _object_writer(kind)
    raise CodecError(f"no JSON form for {kind.__name__}")


def _write_moment(value: datetime) -> Json:
    if value.tzinfo is None:
        raise CodecError("a time without a zone")
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _object_writer(kind: type) -> _Write:
    name, names = kind.__name__, tuple(field.name for field in fields(kind))
    later = {each.name: _default_of(each) for each in fields(kind) if each.metadata.get("when_set")}

    def write(value: object) -> Json:
        out: dict[str, Json] = {"type": name}
        for each in names:
            part = getattr(value, each)
            if each in later and part == later[each]:
                continue
            out[each] = part if type(part) in AS_IS else encode(part)
        return out

    return write


def _default_of(each: Field[Any]) -> object:
    return each.default if each.default_factory is MISSING else each.default_factory()


def _reader(wanted: Any) -> _Read:
    """Return what reads a value as this type, or raises CodecError."""
    read = _readers.get(wanted)
    if read is None:
        read = _readers[wanted] = _make_reader(wanted)
    return read


def _make_reader(wanted: Any) -> _Read:
    origin = get_origin(wanted)
    if origin in (Union, types.UnionType):
        return _union_reader(get_args(wanted))
    if origin is Mapping:
        return _mapping_reader(get_args(wanted)[1])
    if origin is tuple:
        return _tuple_reader(get_args(wanted)[0])
    if wanted in AS_IS:
        return _plain_reader(wanted)
    if wanted is Won:
        return _won
    if is_dataclass(wanted) and wanted is not TransactionId:
        return _object_reader(cast("type", wanted))
    return _text_reader(wanted)


def _plain_reader(kind: type) -> _Read:
    def read(value: Any) -> object:
        if type(value) is not kind:
            raise _unexpected(kind, value)
        return value

    return read


def _won(value: Any) -> object:
    if type(value) is not int:
        raise _unexpected(Won, value)
    return Won(value)


def _mapping_reader(of: Any) -> _Read:
    def read(value: Any) -> object:
        if not isinstance(value, dict):
            raise CodecError("expected an object")
        each_of = _reader(of)
        return {key: each_of(each) for key, each in value.items()}

    return read


def _tuple_reader(of: Any) -> _Read:
    def read(value: Any) -> object:
        if not isinstance(value, list):
            raise CodecError("expected a list")
        each_of = _reader(of)
        return tuple([each_of(each) for each in value])

    return read


def _union_reader(members: tuple[Any, ...]) -> _Read:
    others = [member for member in members if member is not type(None)]
    optional = len(others) < len(members)

    def read(value: Any) -> object:
        if value is None and optional:
            return None
        named = value.get("type") if isinstance(value, dict) else None
        for member in others:
            if named is None or member.__name__ == named:
                return _reader(member)(value)
        raise CodecError(f"none of {members} is called {named}")

    return read


def _text_reader(wanted: Any) -> _Read:
    make = _text_maker(wanted)

    def read(value: Any) -> object:
        if not isinstance(value, str) or make is None:
            raise _unexpected(wanted, value)
        try:
            return make(value)
        except CodecError:
            raise
        except ValueError as error:
            raise CodecError(str(error)) from error

    return read


def _text_maker(wanted: Any) -> Callable[[str], object] | None:
    if wanted is TransactionId:
        return TransactionId.parse
    if wanted is datetime:
        return _read_moment
    if wanted is date:
        return date.fromisoformat
    return wanted if isinstance(wanted, type) and issubclass(wanted, Enum) else None


def _read_moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise CodecError("a time without a zone")
    return moment.astimezone(UTC)


def _object_reader(wanted: type) -> _Read:
    hints = get_type_hints(wanted)
    known = {field.name: hints[field.name] for field in fields(wanted)}
    name = wanted.__name__
    readers: dict[str, _Read] = {}  # Made when first needed: a type may hold itself.

    def read(value: Any) -> object:
        if not isinstance(value, dict):
            raise _unexpected(wanted, value)
        if not readers:
            readers.update({key: _reader(hint) for key, hint in known.items()})
        given = {}
        for key, each in value.items():
            if key in readers:
                given[key] = readers[key](each)
            elif key != "type" or each != name:
                raise CodecError(f"not a {name}: {key} {each if key == 'type' else ''}")
        try:
            return wanted(**given)
        except TypeError as error:
            raise CodecError(f"{name}: {error}") from error

    return read


def _unexpected(wanted: Any, value: object) -> CodecError:
    return CodecError(f"expected {wanted}, found {type(value).__name__}")
