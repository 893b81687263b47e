"""Answers requests for as long as its stdin is open, one after another.

A line on stdin is a JSON object {id, operation, request}; every line on file descriptor 3 is a JSON object with that id and
either `event` (something to tell while the operation runs) or the answer: {ok: true, result} or {ok: false, error}.
stdout is not an answer: what libraries print there goes to stderr.

Libraries are imported by the first operation that needs them, because importing dbt takes 3 s and Great Expectations 7 s.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, Callable

os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

Tell = Callable[[Any], None]
PROJECT_ROOT = Path(__file__).resolve().parents[3]


class Refused(Exception):
    """The operation failed in a way that a person can understand from the message alone."""


def ping(request: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Answers at once; imports what `warm` names, so that a later operation finds it there."""
    for name in request.get("warm", []):
        WARM[name]()
    return {"pid": os.getpid(), "python": sys.version.split()[0]}


def run_dbt(request: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Runs one dbt command: `args` as on its command line, `env` beside the process's environment. Events {node, status, seconds, message} as nodes finish.

    With `target`, its target path, and `code`, a hash of the project's files, what dbt read is kept for the next run that has the same;
    `nodes` are the ids of exactly those that are made, instead of what `args` select.

    Answer: {success, error, broken}. success is false when a node failed (run_results.json tells which); error is set when
    dbt did not come as far as running nodes; broken maps a failed test to what it found, for tests that name broken rules.
    """
    runner = import_dbt()
    import kept_project
    import quick_dbt

    os.environ.update(request.get("env", {}))

    def heard(event: Any) -> None:
        if event.info.name != "NodeFinished":
            return
        node = event.data.node_info
        result = event.data.run_result
        tell({"node": node.unique_id, "status": node.node_status, "seconds": round(result.execution_time, 3)})

    try:
        with kept_project.kept(request.get("target", ""), request.get("code"), request.get("nodes")) as manifest:
            outcome = runner(manifest=manifest, callbacks=[heard]).invoke(list(request["args"]))
        error = outcome.exception
        broken = {} if outcome.success or error is not None else name_broken_rules(outcome.result)
    finally:
        # whoever waits for a table must not wait for us
        quick_dbt.SESSIONS.close()
    return {"success": bool(outcome.success), "error": None if error is None else str(error), "broken": broken}


def name_broken_rules(result: Any) -> dict[str, list[str]]:
    """dbt tells how many rows a test found and not which. Tests whose first column is broken_rule find names and figures,
    never a cell of a table, so what they found is fit for a message."""
    from dbt.adapters.factory import FACTORY

    broken: dict[str, list[str]] = {}
    for run in getattr(result, "results", []):
        if str(run.status) != "fail" or not getattr(run.node, "compiled_code", None):
            continue
        adapter = next(iter(FACTORY.adapters.values()))
        with adapter.connection_named("broken_rules"):
            _, table = adapter.execute(run.node.compiled_code, fetch=True, limit=20)
        names = list(table.column_names)
        if names and names[0] == "broken_rule":
            broken[run.node.unique_id] = [
                f"{row[0]} ({', '.join(f'{name} {row[name]}' for name in names[1:])})" for row in table.rows
            ]
    return broken


def run_expectations(request: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Runs the audit: expectations/run.py says what request and answer look like."""
    return import_expectations()(request)


def import_dbt() -> Any:
    global is_quick
    from dbt.cli.main import dbtRunner

    if not is_quick:
        import kept_project
        import quick_dbt

        quick_dbt.quicken()
        kept_project.keep()
        is_quick = True
    return dbtRunner


is_quick = False


def import_expectations() -> Any:
    sys.path.insert(0, str(PROJECT_ROOT)) if str(PROJECT_ROOT) not in sys.path else None
    from expectations import run as module

    return module.run


def warm_expectations() -> None:
    import_expectations()
    import great_expectations  # noqa: F401


OPERATIONS: dict[str, Callable[[dict[str, Any], Tell], Any]] = {"ping": ping, "dbt": run_dbt, "expectations": run_expectations}
WARM: dict[str, Callable[[], Any]] = {"dbt": import_dbt, "expectations": warm_expectations}


def read_requests(requests: queue.SimpleQueue[str]) -> None:
    """stdin ends when whoever started us closes it or is gone, be it by kill -9. Nobody wants the answer then, and half a
    build that goes on beside the next one does harm: the process ends at once, and the server ends its statements."""
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)


def main() -> None:
    answers = os.fdopen(3, "w", encoding="utf-8", buffering=1)
    # Whatever we start must not hold the channel open after us.
    os.set_inheritable(3, False)
    # stdout is closed to us; libraries that print must not fail and must not be mistaken for an answer.
    os.dup2(2, 1)
    writing = threading.Lock()

    def send(message: dict[str, Any]) -> None:
        with writing:
            answers.write(json.dumps(message, default=str) + "\n")
            answers.flush()

    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=read_requests, args=(requests,), daemon=True).start()
    while True:
        message = json.loads(requests.get())
        identifier = message["id"]
        try:
            operation = OPERATIONS.get(message["operation"])
            if operation is None:
                raise Refused(f"there is no operation {message['operation']!r}")
            result = operation(message["request"], lambda event: send({"id": identifier, "event": event}))
            send({"id": identifier, "ok": True, "result": result})
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # one bad request must not end the process for the next one
            traceback.print_exc(file=sys.stderr)
            send({"id": identifier, "ok": False, "error": f"{type(error).__name__}: {error}" if not isinstance(error, Refused) else str(error)})


if __name__ == "__main__":
    main()
