"""Golden rows of a churn model: real customers, hostile values, and the trees' thresholds one step to either side."""

from __future__ import annotations

from typing import Any

import numpy as np

from .churn_features import COLUMNS, Slice
from .contract import number

_REAL, _HOSTILE, _EDGES = 250, 150, 400
_ODD = (np.nan, np.inf, -np.inf, 0.0, -1.0, 1e300, 5e-324, 1e-35, -1e-36)


def rows(model: Any, document: dict[str, Any], sample: Slice, seed: int) -> list[dict[str, Any]]:
    """{"x": values by column, "p": probability} for the whole model, {"part", "v", "raw"} for one part of trees."""
    rng = np.random.default_rng(seed)
    real = np.column_stack([sample.table[name] for name in COLUMNS])
    chosen = real[rng.integers(0, len(real), _REAL + _HOSTILE)]
    for row in chosen[_REAL:]:
        for column in rng.integers(0, len(COLUMNS), 3):
            row[column] = _ODD[rng.integers(0, len(_ODD))]
    probabilities = model.probabilities({name: chosen[:, place] for place, name in enumerate(COLUMNS)})
    golden = [{"x": [number(one) for one in row], "p": number(p)} for row, p in zip(chosen, probabilities)]
    for place, part in enumerate(document["parts"]):
        if part["kind"] == "trees":
            golden += _edges(model.parts[place], place, part, sample, rng)
    # without trees there are no edges: more real customers instead
    while len(golden) < 500:
        more = real[rng.integers(0, len(real), 100)]
        scores = model.probabilities({name: more[:, column] for column, name in enumerate(COLUMNS)})
        golden += [{"x": [number(one) for one in row], "p": number(p)} for row, p in zip(more, scores)]
    return golden


def _edges(trained: Any, place: int, part: dict[str, Any], sample: Slice, rng: np.random.Generator) -> list[dict[str, Any]]:
    from .terms import matrix

    flat = part["trees"]
    inputs = matrix(part["terms"], sample.table)
    chosen = inputs[rng.integers(0, len(inputs), _EDGES)].copy()
    for index, row in enumerate(chosen):
        node = rng.integers(0, max(1, len(flat["feature"])))
        if not flat["feature"]:
            continue
        threshold = flat["threshold"][node]
        values = (threshold, np.nextafter(threshold, np.inf), np.nextafter(threshold, -np.inf), _ODD[index % len(_ODD)])
        row[flat["feature"][node]] = values[index % 4]
    raw = trained.booster.predict(chosen, raw_score=True)
    return [{"part": place, "v": [number(one) for one in row], "raw": number(score)} for row, score in zip(chosen, raw)]
