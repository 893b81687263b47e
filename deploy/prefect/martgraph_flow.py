"""The Martgraph pipeline as a Prefect flow, a task per asset. Run once: python martgraph_flow.py; every 15 minutes: with --serve.

MARTGRAPH is the program (default: martgraph on PATH), MARTGRAPH_DATA_DIR the installation.
"""
import json
import os
import shlex
import subprocess
import sys

from prefect import flow, task

MARTGRAPH = shlex.split(os.environ.get("MARTGRAPH", "martgraph"))
PLACE = ["--data-dir", os.environ["MARTGRAPH_DATA_DIR"]] if "MARTGRAPH_DATA_DIR" in os.environ else []


def call(*words):
    done = subprocess.run([*MARTGRAPH, "pipeline", *words, "--json"], capture_output=True, text=True)
    last = done.stdout.strip().splitlines()[-1:] or ["null"]
    return done.returncode, json.loads(last[0]), done.stderr


class Rejected(Exception):
    """The data is at fault: another try changes nothing."""


def worth_a_retry(_task, _run, state):
    return not isinstance(state.result(raise_on_failure=False), Rejected)


@task(retries=2, retry_delay_seconds=30, retry_condition_fn=worth_a_retry, task_run_name="{name}")
def run_asset(name):
    code, result, words = call("run", "--only", name, *PLACE)
    if code != 0:
        reason = (result or {}).get("reason") or words.strip()[-500:]
        raise Rejected(reason) if (result or {}).get("state") == "REJECTED" else RuntimeError(reason)
    return result["state"]


@flow(name="martgraph", log_prints=True)
def martgraph():
    for asset in call("assets")[1]:
        print(asset["name"], run_asset(asset["name"]))


if __name__ == "__main__":
    martgraph.serve(name="martgraph", cron="*/15 * * * *") if "--serve" in sys.argv else martgraph()
