"""Takes from Great Expectations what costs most beside the checks' own statements: looking at every table by itself before it is
checked, a transaction around each question, and writing its settings down as yml with every table that is added.
"""

from __future__ import annotations

from typing import Any

# A question is a transaction of its own and nothing is written: without these each costs two more ways to the server and back.
ENGINE = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}


class Columns:
    """The columns of all tables of some schemas, asked for at once."""

    def __init__(self, engine: Any, schemas: set[str]) -> None:
        import sqlalchemy
        from sqlalchemy.engine.reflection import ObjectKind

        inspector = sqlalchemy.inspect(engine)
        self.of: dict[tuple[str | None, str], list[dict[str, Any]]] = {}
        for schema in schemas:
            self.of.update(inspector.get_multi_columns(schema=schema, kind=ObjectKind.ANY))


def forget_settings(context: Any) -> None:
    """They live as long as one run."""
    context._save_project_config = lambda *_, **__: None


class KnownColumns:
    """While it is entered, tables whose columns are known are not looked at. What is not known is looked at as ever, and misses by name."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns.of

    def __enter__(self) -> None:
        from great_expectations.datasource.fluent.sql_datasource import TableAsset
        from great_expectations.expectations.metrics.table_metrics import table_column_types as metric

        columns = self.columns
        self.before = (look, test) = (metric.get_sqlalchemy_column_metadata, TableAsset.test_connection)

        def column_metadata(execution_engine: Any, table_selectable: Any, schema_name: str | None = None) -> Any:
            found = columns.get((schema_name, str(table_selectable)))
            if found is None:
                return look(execution_engine=execution_engine, table_selectable=table_selectable, schema_name=schema_name)
            return [{**column, "primary_key": False} for column in found]

        def test_connection(self: Any) -> None:
            if (self.schema_name, self.table_name) not in columns:
                test(self)

        metric.get_sqlalchemy_column_metadata = column_metadata
        TableAsset.test_connection = test_connection

    def __exit__(self, *_: Any) -> None:
        from great_expectations.datasource.fluent.sql_datasource import TableAsset
        from great_expectations.expectations.metrics.table_metrics import table_column_types as metric

        metric.get_sqlalchemy_column_metadata, TableAsset.test_connection = self.before
