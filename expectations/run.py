"""Checks one slot against the suites and answers one JSON document.

Thin on purpose: a suite is a yml file, a check in it is a Great Expectations expectation under its own name, and the
verdict is decided elsewhere. Nothing of a cell's content leaves this program: a result holds counts and column names.

As a program: the request (see `run`) as JSON on stdin, the document on stdout.
Exit 0 all critical checks green, 1 a critical one is red, 2 the request or a suite is wrong, 3 it could not be run.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

DOCUMENT_VERSION = 1
SUITES = Path(__file__).parent / "suites"
SEVERITIES = ("CRITICAL", "WARNING", "INFO")
SUITE_KEYS = {"suite", "table", "description", "needs", "checks"}
CHECK_KEYS = {"name", "severity", "needs", "description"}


class WrongSuite(Exception):
    """A suite or the request cannot be understood; the message names the file and what to correct."""


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Runs the suites of some areas over one connection.

    Request: `connection` {host, port, database, user, password} of PostgreSQL, or {project, location, endpoint, keyfile,
    maximumBytesBilled, labels} of BigQuery; `areas` folders under suites/; `values` what `$name`
    stands for in tables and queries (schemas of the slot, the cut, ...). A suite or check that `needs` a value which is
    not given is passed over and says so. Optional `suites`: another folder to read them from; `carry`: see carry.py.

    Answer: {version, success, seconds, suites: [{suite, table, checks: [{name, severity, passed, message, observed}]}]}, with
    `carried: true` at checks that were not asked again, success = no CRITICAL check is red.
    """
    started = time.monotonic()
    values = {key: str(value) for key, value in request.get("values", {}).items() if value is not None}
    folder = Path(request.get("suites") or SUITES)
    suites = [suite for area in request["areas"] for suite in read_area(folder, area)]
    from_here()
    from carry import Carry, carried

    carry = Carry(request.get("carry"))

    def settled(suite: dict[str, Any], check: dict[str, Any]) -> dict[str, Any] | None:
        """What needs no question."""
        absent = missing(suite, values) or missing(check, values)
        return passed_over(check, absent) if absent else carried(check) if carry.over(suite, check) else None

    known = {(suite["suite"], check["name"]): found for suite in suites for check in suite["checks"] if (found := settled(suite, check))}
    asked = [{**suite, "checks": left} for suite in suites if (left := [check for check in suite["checks"] if (suite["suite"], check["name"]) not in known])]
    results = {**known, **(validate(request["connection"], asked, values) if asked else {})}
    answered = [
        {
            "suite": suite["suite"],
            "table": fill(suite["table"], values, suite["file"], lenient=True),
            "checks": [results[(suite["suite"], check["name"])] for check in suite["checks"]],
        }
        for suite in suites
    ]
    red = any(not check["passed"] and check["severity"] == "CRITICAL" for suite in answered for check in suite["checks"])
    return {"version": DOCUMENT_VERSION, "success": not red, "seconds": round(time.monotonic() - started, 3), "suites": answered}


def from_here() -> None:
    """Modules beside this one; those that import Great Expectations are imported when there is something to ask."""
    here = str(Path(__file__).parent)
    if here not in sys.path:
        sys.path.insert(0, here)


def missing(part: dict[str, Any], values: dict[str, str]) -> str | None:
    needs = part.get("needs")
    return needs if needs is not None and needs not in values else None


def passed_over(check: dict[str, Any], needs: str | None) -> dict[str, Any]:
    return {"name": check["name"], "severity": check["severity"], "passed": True, "message": f"not applicable: there is no {needs}", "observed": None}


def read_area(folder: Path, area: str) -> list[dict[str, Any]]:
    import yaml

    files = sorted((folder / area).glob("*.yml"))
    if not files:
        raise WrongSuite(f"no suite files (*.yml) in suites/{area}")
    suites = []
    for file in files:
        try:
            suite = yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except yaml.YAMLError as error:
            raise WrongSuite(f"suites/{area}/{file.name} is not yml: {error}") from error
        suites.append(checked(suite, f"suites/{area}/{file.name}"))
    return suites


def checked(suite: Any, file: str) -> dict[str, Any]:
    if not isinstance(suite, dict) or not {"suite", "table", "checks"} <= set(suite) or set(suite) - SUITE_KEYS:
        raise WrongSuite(f"{file}: a suite has the keys suite, table, checks and may have description, needs")
    names: set[str] = set()
    for check in suite["checks"]:
        name = check.get("name")
        if not name or name in names:
            raise WrongSuite(f"{file}: every check needs a name of its own; see {name!r}")
        names.add(name)
        if check.get("severity") not in SEVERITIES:
            raise WrongSuite(f"{file}: check {name!r} needs a severity: {', '.join(SEVERITIES)}")
        kinds = set(check) - CHECK_KEYS
        if len(kinds) != 1:
            raise WrongSuite(f"{file}: check {name!r} needs exactly one expectation, it has {sorted(kinds)}")
        check["kind"] = kinds.pop()
    return {**suite, "file": file}


PLACEHOLDER = re.compile(r"\$([a-z][a-z_]*)")


def fill(text: str, values: dict[str, str], file: str, lenient: bool = False) -> str:
    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in values and not lenient:
            raise WrongSuite(f"{file}: ${name} has no value in this run")
        return values.get(name, match.group(0))

    return PLACEHOLDER.sub(value, text)


def fill_all(value: Any, values: dict[str, str], file: str) -> Any:
    if isinstance(value, str):
        return fill(value, values, file)
    if isinstance(value, list):
        return [fill_all(item, values, file) for item in value]
    if isinstance(value, dict):
        return {key: fill_all(item, values, file) for key, item in value.items()}
    return value


def validate(connection: dict[str, Any], suites: list[dict[str, Any]], values: dict[str, str]) -> dict[tuple[str, str], dict[str, Any]]:
    import rules  # noqa: F401
    from connections import opened

    if "project" in connection:
        with opened(connection, values) as source:
            return {key: result for suite in suites for key, result in validate_suite(source, suite, values).items()}
    import quick

    # Each side has a session and settings of its own, and takes the next suite when it is done with one.
    with opened(connection, values) as one, opened(connection, values) as other:
        schemas = {fill(suite["table"], values, suite["file"]).partition(".")[0] for suite in suites}
        with quick.KnownColumns(quick.Columns(one.get_engine(), schemas)), ThreadPoolExecutor(2) as threads:
            sides: SimpleQueue[Any] = SimpleQueue()
            sides.put(one)
            sides.put(other)

            def on_a_side(suite: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
                source = sides.get()
                try:
                    return validate_suite(source, suite, values)
                finally:
                    sides.put(source)

            return {key: result for results in threads.map(on_a_side, suites) for key, result in results.items()}


def validate_suite(source: Any, suite: dict[str, Any], values: dict[str, str]) -> dict[tuple[str, str], dict[str, Any]]:
    import great_expectations as gx

    schema, _, table = fill(suite["table"], values, suite["file"]).partition(".")
    asset = source.add_table_asset(name=suite["suite"], table_name=table, schema_name=schema)
    values = {**values, "table": f"{schema}.{table}"}
    checks = suite["checks"]
    batch = asset.add_batch_definition_whole_table("all").get_batch()

    def ask(some: list[dict[str, Any]], result_format: str) -> dict[str, Any]:
        group = gx.ExpectationSuite(name=suite["suite"], expectations=[expectation(check, suite, values) for check in some])
        answer = batch.validate(group, result_format={"result_format": result_format})
        return {result.expectation_config.meta["name"]: result for result in answer.results}

    # Any more than a yes or no costs a query per expectation, so only what is red is asked how much of it.
    verdicts = ask(checks, "BOOLEAN_ONLY")
    red = [check for check in checks if not verdicts[check["name"]].success and exception_of(verdicts[check["name"]].exception_info) is None]
    if red:
        verdicts.update(ask(red, "BASIC"))
    return {(suite["suite"], check["name"]): outcome(check, verdicts[check["name"]]) for check in checks}


def expectation(check: dict[str, Any], suite: dict[str, Any], values: dict[str, str]) -> Any:
    import great_expectations.expectations as gxe
    import rules

    kind = check["kind"]
    arguments = fill_all(check[kind] or {}, values, suite["file"])
    common = {"meta": {"name": check["name"]}, "severity": check["severity"].lower()}
    if kind == "expect_no_rows":
        return rules.ExpectNoRows(unexpected_rows_query=arguments, **common)
    made = getattr(gxe, "".join(word.capitalize() for word in kind.split("_")), None)
    if made is None:
        raise WrongSuite(f"{suite['file']}: {kind} is no expectation of Great Expectations and none of ours")
    try:
        return made(**arguments, **common)
    except Exception as error:
        raise WrongSuite(f"{suite['file']}: check {check['name']!r}: {error}") from error


def outcome(check: dict[str, Any], result: Any) -> dict[str, Any]:
    """A check that could not be evaluated (a missing column does not raise) is red, whatever its expectation says."""
    failure = exception_of(result.exception_info)
    passed = bool(result.success) and failure is None
    observed = None if passed else observed_of(check["kind"], result.result)
    if failure is not None:
        message = f"could not be evaluated: {failure}"
    elif passed:
        message = None
    else:
        message = check.get("description") or describe(check)
        if observed is not None:
            message = f"{message}; found: {observed}"
    return {"name": check["name"], "severity": check["severity"], "passed": passed, "message": message, "observed": observed}


def observed_of(kind: str, result: dict[str, Any]) -> int | float | str | None:
    """A count, a measure or column names; never one of the values that a result may also hold."""
    if kind.startswith("expect_table_columns"):
        return ", ".join(str(name) for name in result.get("observed_value") or [])
    observed = result.get("unexpected_count", result.get("observed_value"))
    return observed if isinstance(observed, (int, float)) and not isinstance(observed, bool) else None


def describe(check: dict[str, Any]) -> str:
    arguments = check[check["kind"]]
    text = check["kind"].replace("_", " ").removeprefix("expect ")
    columns = [arguments[key] for key in ("column", "column_A", "column_B") if isinstance(arguments, dict) and key in arguments]
    return f"{text} ({', '.join(columns)})" if columns else text


# What the engines say about names is safe to repeat; what they say about values is not.
SAFE = re.compile(r'(Query exceeded limit for bytes billed[^\n]*|Not found: (?:Table|Dataset) [\w:.-]+|Unrecognized name: \w+|(?:column|relation|schema|table|function) [^\n]*? does not exist|permission denied for [^\n]*|Error: The column "[^"]*" in BatchData does not exist\.|canceling statement due to [a-z ]+)')


def exception_of(info: Any) -> str | None:
    if not info:
        return None
    entries = [info] if "raised_exception" in info else list(info.values())
    raised = [entry for entry in entries if isinstance(entry, dict) and entry.get("raised_exception")]
    if not raised:
        return None
    text = str(raised[0].get("exception_message") or "")
    safe = SAFE.search(text)
    return safe.group(1) if safe else "the query failed; see the database's log"


def main() -> int:
    try:
        request = json.load(sys.stdin)
        document = run(request)
    except (WrongSuite, KeyError, ValueError) as error:
        print(json.dumps({"version": DOCUMENT_VERSION, "error": str(error)}))
        return 2
    except Exception as error:  # the caller wants one line, the trace is for a person
        import traceback

        traceback.print_exc()
        print(json.dumps({"version": DOCUMENT_VERSION, "error": type(error).__name__}))
        return 3
    print(json.dumps(document))
    return 0 if document["success"] else 1


if __name__ == "__main__":
    sys.exit(main())
