"""JSON in a column, with its numbers as exact as they were written.

The driver would read 12.50 as a binary fraction and write a Decimal not at all. Documents keep exact
numbers wherever they lie, and a field of a table that holds an object is no different.
"""

from collections.abc import Callable
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import ColumnElement, Dialect, Text, cast, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from pgc_lib.stores.documents_values import dumps, loads


class ExactJson(TypeDecorator[Any]):
    """`jsonb`, read and written through text."""

    impl = JSONB
    cache_ok = True

    def bind_processor(self, _dialect: Dialect) -> Callable[[Any], Any]:
        """Written with our own encoder, which knows Decimals."""
        return lambda value: None if value is None else Jsonb(value, dumps=dumps)

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Read as text, before the driver makes floats of it."""
        return type_coerce(cast(column, Text), self)

    def result_processor(self, _dialect: Dialect, _coltype: object) -> Callable[[Any], Any]:
        """Text to values."""
        return lambda value: None if value is None else loads(value)
