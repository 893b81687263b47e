"""Serves local-bigquery on the loopback interface: serve.py <port> <gRPC port> <data folder>.

Its extensions come from wheels: they are put where DuckDB looks for them, so that nothing is downloaded at run time. One patch:
BigQuery names the table that CREATE TABLE AS SELECT made as the job's destination, and dbt reads its rows from there.
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
    end_with_parent()
    from local_bigquery import cli

    cli.main(["serve", "--host", "127.0.0.1", "--port", str(PORT), "--grpc-port", str(GRPC_PORT), "--project", "proof", "--dataset", "scratch", "--data-dir", str(DATA / "data")])


main()
