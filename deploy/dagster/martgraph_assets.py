"""One Dagster asset per asset of the Martgraph pipeline. Run: dagster dev -f martgraph_assets.py

MARTGRAPH is the program (default: martgraph on PATH), MARTGRAPH_DATA_DIR the installation. One pipeline run holds the warehouse's
lock, so the assets are made one after the other.
"""
import json
import os
import shlex
import subprocess

from dagster import AssetKey, Definitions, Failure, MaterializeResult, RetryPolicy, ScheduleDefinition, asset, define_asset_job, in_process_executor

MARTGRAPH = shlex.split(os.environ.get("MARTGRAPH", "martgraph"))
PLACE = ["--data-dir", os.environ["MARTGRAPH_DATA_DIR"]] if "MARTGRAPH_DATA_DIR" in os.environ else []
ASSETS = json.loads(subprocess.run([*MARTGRAPH, "pipeline", "assets", "--json"], check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def key(name):
    return name.replace(" ", "_")


def make(one, before):
    @asset(name=key(one["name"]), description=one["what"], deps=[AssetKey(key(before))] if before else [], retry_policy=RetryPolicy(max_retries=2, delay=30))
    def run():
        done = subprocess.run([*MARTGRAPH, "pipeline", "run", "--only", one["name"], "--json", *PLACE], capture_output=True, text=True)
        last = done.stdout.strip().splitlines()[-1:] or ["{}"]
        result = json.loads(last[0])
        if done.returncode != 0:
            reason = result.get("reason") or done.stderr.strip()[-500:]
            # What the data's own fault is stays so: trying again changes nothing.
            raise Failure(reason, allow_retries=result.get("state") != "REJECTED")
        return MaterializeResult(metadata={"state": result["state"], "reason": result["reason"] or "", "run": result["runId"]})

    return run


assets = [make(one, ASSETS[index - 1]["name"] if index else None) for index, one in enumerate(ASSETS)]
job = define_asset_job("martgraph", executor_def=in_process_executor)
defs = Definitions(assets=assets, jobs=[job], schedules=[ScheduleDefinition(job=job, cron_schedule="*/15 * * * *")])
