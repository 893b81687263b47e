"""Churn: the probability that a customer makes no purchase within the label's window.

Baseline: the plain logistic, fitted on the latest slice whose labels were complete. Candidate: the mean, in logits, of a
logistic on more inputs and a small LightGBM, both fitted on the six latest such slices, then Platt-calibrated to the newest of
them. The candidate is served when its AUC beats the baseline's over at least three test slices with the whole 95 % interval of
a paired bootstrap above zero, and its probabilities are no worse (Brier score); else the baseline itself is.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from . import churn_golden
from .churn_features import COLUMNS, PLAIN_TERMS, RICH_TERMS, TREE_TERMS, Slice, read_slices, stack
from .contract import NotEnoughHistory, Progress, Request, Trained, Snapshot
from .flatten import flatten
from .read import Features
from .stats import Logistic, RankedScores, bootstrap_counts, brier, calibration_error, fit_logistic, interval, lift, sigmoid
from .terms import Term, matrix

TEST_SLICES = 4
MIN_TEST_SLICES = 3
TRAIN_SLICES = 6
MIN_CUSTOMERS = 60
MIN_PER_CLASS = 15
RESAMPLES = 500
RICH_STRENGTH = 33.0
#: From these probabilities on a customer may go either way, and is probably gone.
SEGMENTS = {"medium": 0.5, "high": 0.8}

_MORE_IS_GONE = ("recency_days",)
_MORE_IS_HERE = ("frequency", "orders_90d", "orders_180d", "orders_365d", "decayed_orders_90", "decayed_orders_180")


@dataclass(frozen=True)
class LogisticPart:
    terms: list[Term]
    fit: Logistic
    weight: float

    def logits(self, table: dict[str, np.ndarray]) -> np.ndarray:
        return self.fit.logits(matrix(self.terms, table))

    def document(self) -> dict[str, Any]:
        return {"kind": "logistic", "weight": self.weight, "terms": self.terms, "intercept": self.fit.intercept, "coefficients": [float(one) for one in self.fit.coefficients]}


@dataclass(frozen=True)
class TreesPart:
    terms: list[Term]
    booster: Any
    weight: float

    def logits(self, table: dict[str, np.ndarray]) -> np.ndarray:
        return self.booster.predict(matrix(self.terms, table), raw_score=True)

    def document(self) -> dict[str, Any]:
        return {"kind": "trees", "weight": self.weight, "terms": self.terms, "trees": flatten(self.booster)}


@dataclass(frozen=True)
class Model:
    name: str
    parts: list[Any]
    slope: float = 1.0
    shift: float = 0.0

    def logits(self, table: dict[str, np.ndarray]) -> np.ndarray:
        total = sum(part.weight * part.logits(table) for part in self.parts)
        return self.slope * total + self.shift

    def probabilities(self, table: dict[str, np.ndarray]) -> np.ndarray:
        return sigmoid(self.logits(table))


def train(request: Request, progress: Progress) -> Trained:
    as_of_days = request.as_of.timestamp() / 86400.0
    with Features(request.dsn, request.schema) as features:
        slices, users, window = read_slices(features, as_of_days, limit=TEST_SLICES + TRAIN_SLICES + 3)
        snapshot = Snapshot(features.rows, features.sha256, features.contract)
    progress.step("read", slices=len(slices), rows=sum(map(len, slices)), customers=len(users))
    usable = [one for one in slices if len(one) >= MIN_CUSTOMERS and MIN_PER_CLASS <= one.labels.sum() <= len(one) - MIN_PER_CLASS]
    if not usable:
        raise NotEnoughHistory(
            f"churn needs one as-of day with {MIN_CUSTOMERS} customers, {MIN_PER_CLASS} of each outcome and 60 days before it whose outcome is known; "
            f"there is none among {len(slices)} labelled as-of days. Customers get no churn score until there is"
        )
    metrics, better = _evaluate(usable, len(users), request.seed, progress)
    history = usable[:TRAIN_SLICES]
    model = _fit_candidate(history, request.seed) if better else _fit_plain(history)
    progress.step("fit", served=model.name)
    document = {
        "format": "martgraph.churn/1",
        "columns": list(COLUMNS),
        "parts": [part.document() for part in model.parts],
        "calibration": {"slope": model.slope, "shift": model.shift},
        "segments": SEGMENTS,
        "labelWindowDays": window,
        "name": model.name,
    }
    golden = churn_golden.rows(model, document, history[0], request.seed)
    metrics["served"] = "CANDIDATE" if better else "BASELINE"
    metrics["trainedOn"] = [_iso(one.day) for one in history] if better else [_iso(history[0].day)]
    return Trained(document, golden, metrics, snapshot)


def _evaluate(slices: list[Slice], users: int, seed: int, progress: Progress) -> tuple[dict[str, Any], bool]:
    """Candidate against baseline on the latest slices, each trained on what was known at its start."""
    periods, ranked = [], []
    for test in slices:
        if len(periods) == TEST_SLICES:
            break
        history = [one for one in slices if one.available <= test.day][:TRAIN_SLICES]
        if not history:
            continue
        plain = _fit_plain(history).probabilities(test.table)
        candidate = _fit_candidate(history, seed).probabilities(test.table)
        pair = RankedScores(plain, test.labels), RankedScores(candidate, test.labels)
        ranked.append((test, pair))
        recency = RankedScores(test.table["recency_days"], test.labels).auc()
        periods.append(
            {
                "asOf": _iso(test.day),
                "trainedOn": [_iso(one.day) for one in history],
                "customers": len(test),
                "churnRate": float(test.labels.mean()),
                "recencyAuc": recency,
                "baseline": _figures(plain, test.labels, pair[0]),
                "candidate": _figures(candidate, test.labels, pair[1]),
            }
        )
        progress.step("test", asOf=_iso(test.day), customers=len(test), baselineAuc=round(pair[0].auc(), 4), candidateAuc=round(pair[1].auc(), 4))
    metrics: dict[str, Any] = {"metric": "AUC", "minTestPeriods": MIN_TEST_SLICES, "periods": periods, "resamples": RESAMPLES}
    if not periods:
        metrics["verdict"] = "no period could be held out: the baseline is served"
        return metrics, False
    observed = float(np.mean([pair[1].auc() - pair[0].auc() for _, pair in ranked]))
    counts = bootstrap_counts(np.random.default_rng(seed), users, RESAMPLES)
    replicates = np.array([np.mean([pair[1].auc(row[test.users]) - pair[0].auc(row[test.users]) for test, pair in ranked]) for row in counts.astype(float)])
    pooled = interval(replicates, observed)
    pooled["baseline"] = float(np.mean([one["baseline"]["auc"] for one in periods]))
    pooled["candidate"] = float(np.mean([one["candidate"]["auc"] for one in periods]))
    metrics["pooled"] = pooled
    error = metrics["brier"] = {name: float(np.mean([one[name]["brier"] for one in periods])) for name in ("baseline", "candidate")}
    better = len(periods) >= MIN_TEST_SLICES and pooled["lower"] > 0 and error["candidate"] <= error["baseline"]
    figures = (
        f"mean AUC {pooled['candidate']:.4f} against {pooled['baseline']:.4f} over {len(periods)} test days, difference {observed:+.4f}, "
        f"95 % interval {pooled['lower']:+.4f} to {pooled['upper']:+.4f}; Brier {error['candidate']:.4f} against {error['baseline']:.4f}"
    )
    if better:
        reason = f"the candidate is better: {figures}"
    elif len(periods) < MIN_TEST_SLICES:
        reason = f"fewer than {MIN_TEST_SLICES} test days, the plain logistic is served: {figures}"
    else:
        reason = f"the candidate is not surely better, the plain logistic is served: {figures}"
    metrics["verdict"] = reason
    progress.step("bootstrap", verdict=reason)
    return metrics, better


def _figures(probabilities: np.ndarray, labels: np.ndarray, ranked: RankedScores) -> dict[str, Any]:
    shares = {}
    bounds = [0.0, SEGMENTS["medium"], SEGMENTS["high"], 1.0 + 1e-9]
    for name, low, high in zip(("LOW", "MEDIUM", "HIGH"), bounds, bounds[1:]):
        inside = (probabilities >= low) & (probabilities < high)
        shares[name] = {"customers": int(inside.sum()), "churnRate": float(labels[inside].mean()) if inside.any() else None}
    return {"auc": ranked.auc(), "brier": brier(probabilities, labels), "ece10": calibration_error(probabilities, labels), "lift10": lift(probabilities, labels), "segments": shares}


def _fit_plain(history: list[Slice]) -> Model:
    latest = history[0]
    return Model("plain logistic", [LogisticPart(PLAIN_TERMS, fit_logistic(matrix(PLAIN_TERMS, latest.table), latest.labels), 1.0)])


def _fit_candidate(history: list[Slice], seed: int) -> Model:
    """`history` newest first. The Platt step moves the mean of several seasons to the newest slice."""
    parts, newest = _fit_parts(history, seed), history[0]
    platt = fit_logistic(Model("", parts).logits(newest.table)[:, None], newest.labels, strength=1e-6)
    slope = float(platt.coefficients[0])
    if not 0.5 <= slope <= 2.0:
        return Model("logistic and trees", parts)
    return Model("logistic and trees", parts, slope, platt.intercept)


def _fit_parts(history: list[Slice], seed: int) -> list[Any]:
    table, labels = stack(history)
    rich = LogisticPart(RICH_TERMS, fit_logistic(matrix(RICH_TERMS, table), labels, RICH_STRENGTH), 0.5)
    return [rich, TreesPart(TREE_TERMS, _boost(matrix(TREE_TERMS, table), labels, seed), 0.5)]


def _boost(inputs: np.ndarray, labels: np.ndarray, seed: int) -> Any:
    lightgbm = _lightgbm()
    parameters = {
        "objective": "binary",
        "learning_rate": 0.04,
        "num_leaves": 4,
        "min_child_samples": max(10, min(60, len(labels) // 40)),
        "feature_fraction": 0.5,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "lambda_l2": 10.0,
        "max_bin": 127,
        "monotone_constraints": [_direction(term) for term in TREE_TERMS],
        "seed": seed % 2**31,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }
    return lightgbm.train(parameters, lightgbm.Dataset(inputs, labels, free_raw_data=True), num_boost_round=250)


def _direction(term: Term) -> int:
    """1 where a greater value cannot mean a smaller probability of churn, -1 for the opposite, 0 for either."""
    if len(term) > 1:
        return 0
    return 1 if term["of"] in _MORE_IS_GONE else -1 if term["of"] in _MORE_IS_HERE else 0


def _lightgbm() -> Any:
    """lightgbm imports these where it finds them, and takes longer for that than for a fit; nothing here needs them."""
    hidden = [name for name in ("sklearn", "pandas", "pyarrow", "matplotlib", "dask", "graphviz", "cffi") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))
    try:
        import lightgbm
    finally:
        for name in hidden:
            del sys.modules[name]
    return lightgbm


def _iso(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()
