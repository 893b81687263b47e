"""Expectations of our own."""

from __future__ import annotations

from typing import Any, ClassVar, Tuple

from great_expectations.compatibility import pydantic
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation


class ExpectNoRows(UnexpectedRowsExpectation):
    """A rule as a query that finds what breaks it; no row is success, the number of rows is observed.

    The library's own class runs the query twice, once for its rows: here the rows are only counted, which halves the
    time and keeps cell content in the database. It also wants `{batch}` in the query and prints on stdout without it;
    our queries name their tables, so that they can give them aliases.
    """

    metric_dependencies: ClassVar[Tuple[str, ...]] = ("unexpected_rows_query.row_count",)

    @pydantic.validator("unexpected_rows_query")
    def _validate_query(cls, query: str) -> str:
        # The library puts the query through str.format, and validates it anew with every copy of the rule: braces are doubled once.
        plain = query.rstrip("; \n").replace("{{", "{").replace("}}", "}")
        return plain.replace("{", "{{").replace("}", "}}")

    def _validate(self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None) -> dict[str, Any]:
        rows = metrics["unexpected_rows_query.row_count"]
        return {"success": rows == 0, "result": {"observed_value": rows}}
