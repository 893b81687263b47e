"""Reads feature tables over COPY in PostgreSQL's binary format, which numpy takes as it is.

Format: https://www.postgresql.org/docs/18/sql-copy.html, "Binary Format". Every column is cast to a type of fixed
width and never null (a null number becomes NaN), so all rows have one length.
"""

from __future__ import annotations

import hashlib
import io

import numpy as np
import psycopg2
from psycopg2 import sql

from .contract import DatabaseUnavailable, FeaturesUnusable

_SIGNATURE = b"PGCOPY\n\xff\r\n\x00"
_HEADER = len(_SIGNATURE) + 8
_TRAILER = 2
_WIDTHS = {"uuid": 16, "float8": 8, "int8": 8}
_CODES = {"uuid": "V16", "float8": ">f8", "int8": ">i8"}


class Features:
    """One read-only snapshot of a features schema. Use as a context manager."""

    def __init__(self, dsn: str, schema: str) -> None:
        try:
            self._connection = psycopg2.connect(dsn, connect_timeout=10, application_name="martgraph training")
        except psycopg2.OperationalError as error:
            reason = str(error).strip().splitlines()[-1] if str(error).strip() else "no answer"
            raise DatabaseUnavailable(f"the warehouse cannot be reached: {reason}") from error
        self._connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        self._schema = schema
        self._digest = hashlib.sha256()
        self.rows: dict[str, int] = {}
        self.contract: dict[str, list[list[str]]] = {}

    def __enter__(self) -> "Features":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def require(self, relation: str, columns: dict[str, str]) -> None:
        """Checks names and types of the columns. @raises FeaturesUnusable naming every column that is wrong."""
        with self._connection.cursor() as cursor:
            cursor.execute(
                """select a.attname, format_type(a.atttypid, null)
                     from pg_attribute a
                    where a.attrelid = to_regclass(%s) and a.attnum > 0 and not a.attisdropped""",
                (f"{self._schema}.{relation}",),
            )
            found = dict(cursor.fetchall())
        if not found:
            raise FeaturesUnusable(f"{self._schema}.{relation} does not exist or may not be read: run the pipeline's build first")
        wrong = [f"{name} is {found.get(name, 'missing')}, not {kind}" for name, kind in columns.items() if found.get(name) != kind]
        if wrong:
            raise FeaturesUnusable(f"{self._schema}.{relation} is not the table this model was written for: {'; '.join(wrong)}")
        self.contract[relation] = [[name, kind] for name, kind in columns.items()]

    def scalars(self, statement: str, params: tuple = ()) -> list:
        """The first column of a query; `{schema}` stands for the features schema."""
        with self._connection.cursor() as cursor:
            cursor.execute(self._bind(statement), params)
            return [row[0] for row in cursor.fetchall()]

    def read(self, relation: str, columns: list[tuple[str, str, str]], tail: str, params: tuple = ()) -> dict[str, np.ndarray]:
        """Columns as arrays: (name, SQL expression, "uuid" | "float8" | "int8"). `tail` is what follows the relation."""
        selected = ", ".join(f"({expression})::{kind}" for _, expression, kind in columns)
        with self._connection.cursor() as cursor:
            text = cursor.mogrify(self._bind(f"select {selected} from {{schema}}.{relation} {tail}"), params).decode()
            buffer = io.BytesIO()
            cursor.copy_expert(f"copy ({text}) to stdout (format binary)", buffer)
        body = buffer.getvalue()
        self._digest.update(relation.encode() + b"\0" + body)
        dtype = [("fields", ">i2")]
        for name, _, kind in columns:
            dtype += [(f"{name}/width", ">i4"), (name, _CODES[kind])]
        table = np.frombuffer(body[_HEADER:-_TRAILER], dtype=np.dtype(dtype))
        for name, _, kind in columns:
            if len(table) and not np.all(table[f"{name}/width"] == _WIDTHS[kind]):
                raise FeaturesUnusable(f"{self._schema}.{relation}: {name} is null where it must not be")
        self.rows[relation] = len(table)
        return {name: _native(table[name], kind) for name, _, kind in columns}

    def _bind(self, statement: str) -> sql.Composed:
        return sql.SQL(statement).format(schema=sql.Identifier(self._schema))


def _native(column: np.ndarray, kind: str) -> np.ndarray:
    if kind == "uuid":
        return np.ascontiguousarray(column)
    return column.astype("f8" if kind == "float8" else "i8")


def index_uuids(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(the distinct UUIDs in order, each value's place among them). Order is that of the 16 bytes."""
    if len(values) == 0:
        return values, np.zeros(0, dtype=np.int64)
    halves = values.view(">u8").reshape(-1, 2)
    order = np.lexsort((halves[:, 1], halves[:, 0]))
    ordered = halves[order]
    fresh = np.concatenate(([True], np.any(ordered[1:] != ordered[:-1], axis=1)))
    places = np.empty(len(values), dtype=np.int64)
    places[order] = np.cumsum(fresh) - 1
    return values[order[fresh]], places


def uuid_text(value: np.void) -> str:
    text = bytes(value).hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
