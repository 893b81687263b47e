"""Great Expectations on the warehouse: PostgreSQL's or BigQuery's, for as long as one run."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Iterator
from urllib.parse import quote, urlencode

import quick


@contextmanager
def opened(connection: dict[str, Any], values: dict[str, str]) -> Iterator[Any]:
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    # The progress bars of every metric would go to stderr otherwise.
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    quick.forget_settings(context)
    source = add_source(context, connection, values)
    try:
        yield source
    finally:
        # The pool would keep its sessions, and with them the names of tables that the next build wants to replace.
        source.get_engine().dispose()
        source.get_execution_engine().engine.dispose()


def connection_url(connection: dict[str, Any]) -> str:
    """A socket directory goes into the query string beside a host name, or Great Expectations refuses the URL."""
    login = f"{quote(connection['user'], safe='')}:{quote(connection.get('password') or '', safe='')}"
    query = urlencode({"host": connection["host"], "port": connection["port"], "application_name": "martgraph-expectations", "options": "-c timezone=UTC"})
    return f"postgresql+psycopg2://{login}@localhost/{quote(connection['database'], safe='')}?{query}"


def add_source(context: Any, connection: dict[str, Any], values: dict[str, str]) -> Any:
    if "project" not in connection:
        return context.data_sources.add_postgres("warehouse", connection_string=connection_url(connection), create_temp_table=False, kwargs=quick.ENGINE)
    # The library would make a client of its own, which knows of no emulator, no cap and no label.
    from sqlalchemy_bigquery import _helpers

    client = bigquery_client(connection, values)
    _helpers.create_bigquery_client = lambda *_, **__: client
    return context.data_sources.add_bigquery("warehouse", connection_string=f"bigquery://{connection['project']}", create_temp_table=False)


def bigquery_client(connection: dict[str, Any], values: dict[str, str]) -> Any:
    from google.api_core.client_options import ClientOptions
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    labels = {"product": "martgraph", **(connection.get("labels") or {}), "build": values.get("build_id", "none"), "step": "check"}
    cap = {"maximum_bytes_billed": connection["maximumBytesBilled"]} if connection.get("maximumBytesBilled") else {}
    job = bigquery.QueryJobConfig(labels=labels, **cap)
    common = {"project": connection["project"], "location": connection.get("location"), "default_query_job_config": job}
    if connection.get("endpoint"):
        return bigquery.Client(credentials=AnonymousCredentials(), client_options=ClientOptions(api_endpoint=connection["endpoint"]), **common)
    if connection.get("keyfile"):
        return bigquery.Client.from_service_account_json(connection["keyfile"], **common)
    return bigquery.Client(**common)
