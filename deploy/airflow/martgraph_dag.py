"""One Airflow task per asset of the Martgraph pipeline, in the order that `martgraph pipeline assets --json` gives.

MARTGRAPH is the program (default: martgraph on PATH), MARTGRAPH_DATA_DIR the installation. Retries are Airflow's: an asset that
failed leaves its run open, one that was rejected closes it and stays red.
"""
import json
import os
import shlex
import subprocess
from datetime import datetime, timedelta

from airflow import DAG

try:
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:  # Airflow 2
    from airflow.operators.bash import BashOperator

MARTGRAPH = shlex.split(os.environ.get("MARTGRAPH", "martgraph"))
PLACE = ["--data-dir", os.environ["MARTGRAPH_DATA_DIR"]] if "MARTGRAPH_DATA_DIR" in os.environ else []
ASSETS = json.loads(subprocess.run([*MARTGRAPH, "pipeline", "assets", "--json"], check=True, capture_output=True, text=True).stdout.splitlines()[-1])

with DAG("martgraph", schedule="*/15 * * * *", start_date=datetime(2026, 1, 1), catchup=False, max_active_runs=1) as dag:
    before = None
    for asset in ASSETS:
        task = BashOperator(
            task_id=asset["name"].replace(" ", "_"),
            bash_command=shlex.join([*MARTGRAPH, "pipeline", "run", "--only", asset["name"], "--json", *PLACE]),
            append_env=True,
            retries=2,
            retry_delay=timedelta(seconds=30),
        )
        if before is not None:
            before >> task
        before = task
