"""What every model's training keeps: how it ends, what it says meanwhile, and the files it leaves.

A training leaves four files in its output folder, the same bytes for the same data, request and libraries:
model.json     all that scoring needs, in plain arrays and numbers
golden.jsonl   at least 500 inputs with the score that the trainer gave them; a scorer that differs must not serve
metrics.json   how candidate and baseline did on periods that training had not seen, and which of them is in model.json
manifest.json  sha256 and size of the other three, and what they were made from
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

MIN_GOLDEN_ROWS = 500


class TrainingError(Exception):
    """Ends a training. The message is for a person: what, where, what to do."""

    exit_code = 1
    outcome = "FAILED"


class NotEnoughHistory(TrainingError):
    exit_code = 3
    outcome = "NOT_ENOUGH_HISTORY"


class FeaturesUnusable(TrainingError):
    """The feature tables are missing or not what this code was written for."""

    exit_code = 4
    outcome = "FEATURES_UNUSABLE"


class DatabaseUnavailable(TrainingError):
    exit_code = 5
    outcome = "DATABASE_UNAVAILABLE"


@dataclass(frozen=True)
class Request:
    """What is to be trained. `as_of` is aware and bounds what training may know: business time of the build."""

    model: str
    dsn: str
    schema: str
    out: Path
    seed: int
    as_of: datetime
    build_id: str


@dataclass(frozen=True)
class Snapshot:
    """What was read: rows per relation and one hash over all values in reading order."""

    rows: dict[str, int]
    sha256: str
    contract: dict[str, list[list[str]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Trained:
    model: dict[str, Any]
    golden: list[dict[str, Any]]
    metrics: dict[str, Any]
    snapshot: Snapshot


class Progress:
    """JSON lines on stdout, one per step that is over."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def step(self, name: str, **facts: Any) -> None:
        now = time.perf_counter()
        emit({"event": "step", "step": name, "seconds": round(now - self._since, 3), **facts})
        self._since = now


def emit(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document, default=str) + "\n")
    sys.stdout.flush()


def number(value: float) -> float | str:
    """A float as JSON can carry it: NaN and the infinities become their names."""
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def canonical(document: Any) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False).encode() + b"\n"


def write_artefact(request: Request, trained: Trained, libraries: dict[str, str]) -> dict[str, Any]:
    """Writes the four files and answers the manifest."""
    if len(trained.golden) < MIN_GOLDEN_ROWS:
        raise RuntimeError(f"{len(trained.golden)} golden rows, at least {MIN_GOLDEN_ROWS} must be")
    files = {
        "model.json": canonical(trained.model),
        "golden.jsonl": b"".join(canonical(row) for row in trained.golden),
        "metrics.json": canonical(trained.metrics),
    }
    manifest = {
        "format": "martgraph.manifest/1",
        "model": request.model,
        "files": {name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)} for name, content in files.items()},
        "goldenRows": len(trained.golden),
        "data": {"buildId": request.build_id, "asOf": request.as_of.isoformat(), "rows": trained.snapshot.rows, "sha256": trained.snapshot.sha256},
        "featureContract": {
            "columns": trained.snapshot.contract,
            "sha256": hashlib.sha256(canonical(trained.snapshot.contract)).hexdigest(),
        },
        "seed": request.seed,
        "libraries": libraries,
    }
    request.out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (request.out / name).write_bytes(content)
    (request.out / "manifest.json").write_bytes(canonical(manifest))
    return manifest
