"""python -m martgraph_training train <churn|recommendations> --schema features_a --out DIR --seed N --as-of ISO --build-id ID [--dsn URL]

Without --dsn libpq's own variables (PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE) say where the warehouse is: a password
does not belong into an argument list. Prints JSON lines; the last one is {"event": "result"}. Exit codes: 0 trained,
1 defect, 2 wrong call, 3 not enough history, 4 feature tables missing or other than expected, 5 database unavailable.
"""

from __future__ import annotations

import argparse
import platform
import sys
import traceback
from datetime import datetime
from pathlib import Path

from .contract import DatabaseUnavailable, Progress, Request, TrainingError, emit, write_artefact

MODELS = ("churn", "recommendations")


def main(arguments: list[str]) -> int:
    request = _parse(arguments)
    progress = Progress()
    try:
        import psycopg2

        trainer = _trainer(request.model)
        progress.step("start", model=request.model)
        try:
            trained = trainer(request, progress)
        except psycopg2.OperationalError as error:
            raise DatabaseUnavailable(f"the warehouse went away while {request.model} was being trained: {str(error).strip()}") from error
        manifest = write_artefact(request, trained, _libraries())
        progress.step("write", files={name: one["bytes"] for name, one in manifest["files"].items()})
    except TrainingError as error:
        emit({"event": "result", "outcome": error.outcome, "model": request.model, "message": str(error)})
        return error.exit_code
    except Exception as error:  # the last line must say how it ended, whatever it was
        traceback.print_exc(file=sys.stderr)
        emit({"event": "result", "outcome": "FAILED", "model": request.model, "message": f"{type(error).__name__}: {error}"})
        return 1
    emit(
        {
            "event": "result",
            "outcome": "TRAINED",
            "model": request.model,
            "served": trained.metrics["served"],
            "message": trained.metrics["verdict"],
            "rows": sum(trained.snapshot.rows.values()),
        }
    )
    return 0


def _parse(arguments: list[str]) -> Request:
    parser = argparse.ArgumentParser(prog="martgraph_training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    train = parser.add_subparsers(dest="verb", required=True).add_parser("train")
    train.add_argument("model", choices=MODELS)
    train.add_argument("--dsn", default="")
    train.add_argument("--schema", required=True)
    train.add_argument("--out", required=True, type=Path)
    train.add_argument("--seed", type=int, default=1)
    train.add_argument("--as-of", required=True)
    train.add_argument("--build-id", required=True)
    given = parser.parse_args(arguments)
    try:
        as_of = datetime.fromisoformat(given.as_of.replace("Z", "+00:00"))
    except ValueError:
        parser.error(f"--as-of {given.as_of} is no ISO 8601 time")
    if as_of.tzinfo is None:
        parser.error(f"--as-of {given.as_of} has no offset: add Z")
    if given.seed < 0:
        parser.error("--seed must not be negative")
    return Request(given.model, given.dsn, given.schema, given.out, given.seed, as_of, given.build_id)


def _trainer(model: str):
    if model == "churn":
        from .churn import train
    else:
        from .recommendations import train
    return train


def _libraries() -> dict[str, str]:
    import numpy

    versions = {"python": platform.python_version(), "numpy": numpy.__version__}
    for name in ("lightgbm", "scipy"):
        if name in sys.modules:
            versions[name] = sys.modules[name].__version__
    return versions


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
