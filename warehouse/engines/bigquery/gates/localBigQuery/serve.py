"""Serves local-bigquery on the loopback interface: serve.py <port> <gRPC port> <data folder>.

Its extensions come from wheels: they are put where DuckDB looks for them, so that nothing is downloaded at run time. Four patches:
BigQuery names the table that CREATE TABLE AS SELECT made as the job's destination, and dbt reads its rows from there. What tables and
columns there are is asked of the lake's own catalogue, since DuckDB's functions list every table to find one. A quotient of
decimals is exact before it is rounded, as BigQuery documents it, where DuckDB divides binary fractions and keeps nine places. And a
decimal that is cast to text has no zeros at its end, of which DuckDB writes nine.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

PORT, GRPC_PORT, DATA = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
os.environ["HOME"] = str(DATA)


def place_extensions() -> None:
    import duckdb

    with duckdb.connect() as connection:
        (platform,) = connection.execute("pragma platform").fetchone()
    folder = DATA / ".duckdb" / "extensions" / f"v{duckdb.__version__}" / platform
    folder.mkdir(parents=True, exist_ok=True)
    for package in ("duckdb_extension_ducklake", "duckdb_extension_icu", "duckdb_extension_spatial"):
        home = Path(__import__(package).__file__).parent
        for file in home.glob(f"extensions/v{duckdb.__version__}/*.duckdb_extension"):
            shutil.copy(file, folder / file.name)


def patch_destination() -> None:
    from local_bigquery.jobs import query

    inner = query.execute

    def execute(*args, **kwargs):
        statistics, children, destination = inner(*args, **kwargs)
        if destination is None and statistics.statementType == "CREATE_TABLE_AS_SELECT":
            destination = statistics.ddlTargetTable
        return statistics, children, destination

    query.execute = execute


OBJECTS = """
    SELECT t.table_name, 'TABLE', coalesce(n.record_count, 0) FROM {lake}.ducklake_table t
    JOIN {lake}.ducklake_schema s ON s.schema_id = t.schema_id AND s.end_snapshot IS NULL
    LEFT JOIN {lake}.ducklake_table_stats n ON n.table_id = t.table_id
    WHERE t.end_snapshot IS NULL AND s.schema_name = $1 AND t.table_name = coalesce($2, t.table_name)
    UNION ALL
    SELECT v.view_name, 'VIEW', 0 FROM {lake}.ducklake_view v
    JOIN {lake}.ducklake_schema s ON s.schema_id = v.schema_id AND s.end_snapshot IS NULL
    WHERE v.end_snapshot IS NULL AND s.schema_name = $1 AND v.view_name = coalesce($2, v.view_name)
    ORDER BY 1
"""
REQUIRED = """
    SELECT c.column_name FROM {lake}.ducklake_column c
    JOIN {lake}.ducklake_table t ON t.table_id = c.table_id AND t.end_snapshot IS NULL
    JOIN {lake}.ducklake_schema s ON s.schema_id = t.schema_id AND s.end_snapshot IS NULL
    WHERE c.end_snapshot IS NULL AND c.parent_column IS NULL AND s.schema_name = $1 AND t.table_name = $2 AND {what}
"""


def patch_catalogue() -> None:
    import duckdb
    from local_bigquery.engine import database
    from local_bigquery.jobs import query

    objects, fetch, execute = database.objects, database.fetch, query.execute

    def lake(project_id: str) -> str:
        return database.quote(f"__ducklake_metadata_{project_id}")

    def one_object(project_id, dataset_id, table_id=None):
        if project_id != "emulator":
            return fetch(OBJECTS.format(lake=lake(project_id)), [dataset_id, table_id])
        if table_id is None:
            return objects(project_id, dataset_id)
        try:
            [(rows,)] = fetch(f"SELECT count(*) FROM {database.quote(project_id, dataset_id, table_id)}")
        except duckdb.CatalogException:
            return []
        return [(table_id, "TABLE", rows)]

    def fetch_quickly(sql, params=None):
        if "FROM duckdb_columns()" not in sql:
            return fetch(sql, params)
        project_id, dataset_id, table_id, *column = params
        if project_id == "emulator":
            return []
        what = "c.column_name = $3" if column else "NOT c.nulls_allowed"
        return fetch(REQUIRED.format(lake=lake(project_id), what=what), [dataset_id, table_id, *column])

    class Cursor:
        """A cursor that need not look for temporary tables: nobody makes any."""

        def __init__(self, inner):
            self._inner = inner

        def __getattr__(self, name):
            return getattr(self._inner, name)

        def sql(self, text, *args, **kwargs):
            if text.endswith("FROM duckdb_tables() WHERE temporary"):
                text = "SELECT '' AS table_name WHERE false"
            return self._inner.sql(text, *args, **kwargs)

    database.objects, database.fetch = one_object, fetch_quickly
    query.execute = lambda cur, *args, **kwargs: execute(Cursor(cur), *args, **kwargs)


def patch_decimals() -> None:
    import decimal

    from local_bigquery.sql import native, rules
    from local_bigquery.sql.rules import math
    from sqlglot import exp

    exact = decimal.Context(prec=80, rounding=decimal.ROUND_HALF_UP)
    bignumeric = exp.DataType.Type.BIGDECIMAL

    def rounded(places):
        unit = decimal.Decimal(1).scaleb(-places)
        return lambda a, b: None if b == 0 else exact.quantize(exact.divide(a, b), unit)

    operand = "DECIMAL(38, 18)"
    native.FUNCTIONS["_divide_numeric"] = (rounded(9), [operand, operand], "DECIMAL(38, 9)")
    # BIGNUMERIC's 38 places, of which the emulator stores 18
    native.FUNCTIONS["_divide_bignumeric"] = (rounded(18), [operand, operand], operand)

    def is_wide(node):
        # operands have been written for DuckDB when it comes to the quotient
        written = isinstance(node, exp.Cast) and node.to.sql(dialect="duckdb") == operand
        return written or (node.type is not None and node.type.this == bignumeric)

    def division(node, context):
        if not isinstance(node, exp.Div) or node.args.get("safe") or math.kind(node) not in math.DECIMALS:
            return plain(node, context)
        wide = any(is_wide(part) for part in (node, node.this.unnest(), node.expression.unnest()))
        parts = [exp.cast(part.copy(), exp.DataType.build(operand, dialect="duckdb")) for part in (node.this, node.expression)]
        return math._nonzero(node, exp.func("_divide_bignumeric" if wide else "_divide_numeric", *parts))

    def decimal_text(node, context):
        to_text = isinstance(node, exp.Cast) and node.to.this in exp.DataType.TEXT_TYPES
        if not to_text or math.kind(node.this.unnest()) not in math.DECIMALS:
            return node
        bare = exp.func("rtrim", exp.func("rtrim", node.copy(), exp.Literal.string("0")), exp.Literal.string("."))
        pointed = exp.func("contains", node.copy(), exp.Literal.string("."))
        return exp.Case(ifs=[exp.If(this=pointed, true=bare)], default=node.copy())

    plain = math.division
    rules.NODE_RULES[rules.NODE_RULES.index(plain)] = division
    rules.NODE_RULES.append(decimal_text)


def end_with_parent() -> None:
    """Whoever started us holds our stdin: when it is gone, be it by kill -9, so are we."""
    import threading

    def wait() -> None:
        sys.stdin.buffer.read()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def main() -> None:
    place_extensions()
    patch_destination()
    patch_catalogue()
    patch_decimals()
    end_with_parent()
    from local_bigquery import cli

    cli.main(["serve", "--host", "127.0.0.1", "--port", str(PORT), "--grpc-port", str(GRPC_PORT), "--project", "proof", "--dataset", "scratch", "--data-dir", str(DATA / "data")])


main()
