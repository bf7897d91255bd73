"""Our dataclasses as JSON and raw bytes, and back, checked against their annotations.

The wire is no pickle on purpose. A decoder that a hostile file has taken over can write what it
likes into the pipe, and unpickling that would hand it the parent, which holds the library. Here
the parent only ever builds the dataclass it asked for, from values of the annotated types, and
everything else is a `GarbledError`. Large values (arrays, JPEGs) are "blobs": the JSON names
their number, type and shape, and the bytes travel in shared memory.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import datetime as dt
import functools
import math
import types
import typing
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

__all__ = ["Blob", "GarbledError", "pack", "unpack"]

Blob = bytes | memoryview
"""Flat bytes that travel beside the JSON."""


class GarbledError(ValueError):
    """What came over the wire is not what was asked for."""


def pack(value: Any, blobs: list[Blob]) -> Any:
    """Plain JSON values for ``value``; large ones are appended to ``blobs``.

    Examples
    --------
    >>> blobs = []
    >>> pack((Fraction(1, 25), np.zeros((2, 3), np.uint8)), blobs)
    [[1, 25], {'blob': 0, 'dtype': 'uint8', 'shape': [2, 3]}]
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes | np.ndarray):
        return _pack_blob(value, blobs)
    if isinstance(value, Fraction):
        return [value.numerator, value.denominator]
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple | list):
        return [pack(item, blobs) for item in value]
    if isinstance(value, collections.abc.Mapping):
        return {str(key): pack(item, blobs) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: pack(getattr(value, field.name), blobs)
            for field in dataclasses.fields(value)
        }
    raise TypeError(f"no wire form for {type(value).__name__}")


def _pack_blob(value: bytes | np.ndarray[Any, Any], blobs: list[Blob]) -> dict[str, Any]:
    number = len(blobs)
    if isinstance(value, np.ndarray):
        blobs.append(np.ascontiguousarray(value).reshape(-1).view(np.uint8).data)
        return {"blob": number, "dtype": value.dtype.name, "shape": list(value.shape)}
    blobs.append(value)
    return {"blob": number}


def unpack(hint: Any, plain: Any, blobs: Sequence[memoryview] = ()) -> Any:
    """The value of annotation ``hint`` from what `pack` gave; arrays and bytes are owned copies.

    Raises
    ------
    GarbledError
        If anything does not fit the annotation.

    Examples
    --------
    >>> unpack(Fraction, [1, 25])
    Fraction(1, 25)
    >>> unpack(int, "7")
    Traceback (most recent call last):
    ...
    kinolex.media.guard.codec.GarbledError: 'str' is no int
    """
    read = _reader(hint)
    try:
        return read(plain, blobs)
    except GarbledError:
        raise
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as error:
        raise GarbledError(f"{type(error).__name__}: {error}") from error


_Reader = Callable[[Any, Sequence[memoryview]], Any]


@functools.cache
def _reader(hint: Any) -> _Reader:
    """The function that reads values of one annotation."""
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _dataclass_reader(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hasattr(origin, "__value__"):  # a named alias, as NDArray is from NumPy 2.5 on
        return _reader(origin.__value__[arguments])
    if origin in (typing.Union, types.UnionType):
        return _union_reader(arguments)
    if origin is typing.Literal:
        return lambda plain, _: _demand(plain in arguments, plain, f"one of {arguments}")
    if origin in (tuple, list):
        return _sequence_reader(origin, arguments)
    if origin is collections.abc.Mapping:
        return _mapping_reader(*arguments)
    if origin is np.ndarray:
        return _array_reader(np.dtype(typing.get_args(arguments[1])[0]))
    raise TypeError(f"no wire form for the annotation {hint}")


def _demand(right: bool, plain: Any, what: str) -> Any:
    if not right:
        raise GarbledError(f"{type(plain).__name__!r} is no {what}")
    return plain


def _read_float(plain: Any, _: Sequence[memoryview]) -> float:
    _demand(isinstance(plain, int | float) and not isinstance(plain, bool), plain, "number")
    return float(_demand(math.isfinite(plain), plain, "finite number"))


def _read_fraction(plain: Any, _: Sequence[memoryview]) -> Fraction:
    above, below = plain
    return Fraction(above, below)


def _read_bytes(plain: Any, blobs: Sequence[memoryview]) -> bytes:
    return bytes(blobs[_number(plain["blob"])])


def _number(plain: Any) -> int:
    return int(_demand(type(plain) is int and plain >= 0, plain, "count"))


_SIMPLE: dict[Any, _Reader] = {
    int: lambda plain, _: _demand(type(plain) is int, plain, "int"),
    bool: lambda plain, _: _demand(type(plain) is bool, plain, "bool"),
    str: lambda plain, _: _demand(type(plain) is str, plain, "str"),
    type(None): lambda plain, _: _demand(plain is None, plain, "null"),
    float: _read_float,
    bytes: _read_bytes,
    Fraction: _read_fraction,
    dt.datetime: lambda plain, _: dt.datetime.fromisoformat(plain),
}


def _dataclass_reader(kind: type) -> _Reader:
    hints = typing.get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in dataclasses.fields(kind)}

    def read(plain: Any, blobs: Sequence[memoryview]) -> Any:
        _demand(isinstance(plain, dict), plain, kind.__name__)
        return kind(**{name: readers[name](value, blobs) for name, value in plain.items()})

    return read


def _union_reader(arguments: tuple[Any, ...]) -> _Reader:
    """Only ``X | None``: nothing else is ambiguous-free on a wire without tags."""
    (inner,) = [_reader(argument) for argument in arguments if argument is not type(None)]
    return lambda plain, blobs: None if plain is None else inner(plain, blobs)


def _sequence_reader(kind: type, arguments: tuple[Any, ...]) -> _Reader:
    inner = _reader(arguments[0])  # tuple[X, ...] or list[X]
    return lambda plain, blobs: kind(
        inner(item, blobs) for item in _demand(isinstance(plain, list), plain, "list")
    )


def _mapping_reader(key: Any, value: Any) -> _Reader:
    inner = _reader(value)
    return lambda plain, blobs: {name: inner(item, blobs) for name, item in plain.items()}


def _array_reader(dtype: np.dtype[Any]) -> _Reader:
    def read(plain: Any, blobs: Sequence[memoryview]) -> np.ndarray[Any, Any]:
        shape = tuple(_number(side) for side in plain["shape"])
        _demand(plain["dtype"] == dtype.name, plain["dtype"], f"array of {dtype.name}")
        view = np.frombuffer(blobs[_number(plain["blob"])], dtype=dtype)
        return view.reshape(shape).copy()

    return read
