"""Recommendations: the next basket of a customer, and products that the same customers buy.

Test: four periods of 30 days; for every customer with a history who ordered in one, the first order is to be foretold.
Recall@20 = part of its products among the first 20. Baseline: repeat purchases by count, filled up with what is popular; on
products never bought before: what is popular. Served is the candidate when both differences are above zero with their whole
95 % interval of a paired bootstrap over customers; else the baseline, in the same form.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import scipy.sparse as sp

from . import next_basket
from .contract import NotEnoughHistory, Progress, Request, Snapshot, Trained
from .next_basket import CANDIDATE, REPEAT, Fitted, Purchases, fit, score
from .read import Features, index_uuids, uuid_text
from .stats import bootstrap_counts, interval

RELATION = "user_item_interactions"
COLUMNS = {
    "user_id": "uuid",
    "product_id": "uuid",
    "order_id": "uuid",
    "purchased_at": "timestamp with time zone",
    "available_ts": "timestamp with time zone",
}
TEST_PERIODS = 4
PERIOD_DAYS = 30
CUTOFF = 20
RESAMPLES = 1000
MIN_PURCHASES = 500
MIN_PRODUCTS = 30
MIN_BASKETS = 50
GOLDEN_ROWS = 520
GOLDEN_FIRST = 20


def train(request: Request, progress: Progress) -> Trained:
    at = request.as_of.timestamp() / 86400.0
    with Features(request.dsn, request.schema) as features:
        features.require(RELATION, COLUMNS)
        rows = features.read(
            RELATION,
            [("user", "user_id", "uuid"), ("product", "product_id", "uuid"), ("order", "order_id", "uuid"), ("day", "extract(epoch from purchased_at) / 86400.0", "float8")],
            "where purchased_at < to_timestamp(%s * 86400.0) and available_ts <= to_timestamp(%s * 86400.0) order by purchased_at, order_id, product_id",
            (at, at),
        )
        snapshot = Snapshot(features.rows, features.sha256, features.contract)
    _, user = index_uuids(rows["user"])
    products, product = index_uuids(rows["product"])
    _, order = index_uuids(rows["order"])
    bought = _once_per_order(Purchases(user, product, order, rows["day"]), len(products))
    users = int(user.max()) + 1 if len(user) else 0
    progress.step("read", rows=len(user), customers=users, products=len(products))
    if len(bought) < MIN_PURCHASES or len(products) < MIN_PRODUCTS:
        raise NotEnoughHistory(
            f"recommendations need {MIN_PURCHASES} purchases of {MIN_PRODUCTS} products by known customers; there are {len(bought)} of {len(products)}. "
            "Customers get popular products until there are"
        )
    metrics, better = _evaluate(bought, users, len(products), np.floor(at), request.seed, progress)
    fitted = fit(bought, users, len(products), at, CANDIDATE if better else REPEAT)
    progress.step("fit", served=fitted.recipe.name, neighbours=int(fitted.neighbours.nnz))
    metrics["served"] = "CANDIDATE" if better else "BASELINE"
    return Trained(_document(fitted, products), _golden(fitted, bought, users, at, request.seed), metrics, snapshot)


def _once_per_order(bought: Purchases, products: int) -> Purchases:
    _, first = np.unique(bought.order * products + bought.product, return_index=True)
    first.sort()
    mask = np.zeros(len(bought), dtype=bool)
    mask[first] = True
    return bought.where(mask)


def _evaluate(bought: Purchases, users: int, products: int, end: float, seed: int, progress: Progress) -> tuple[dict[str, Any], bool]:
    periods: list[dict[str, Any]] = []
    gathered: dict[str, list[tuple[np.ndarray, np.ndarray, np.ndarray]]] = {"all": [], "new": []}
    for step in range(TEST_PERIODS):
        start = end - PERIOD_DAYS * (step + 1)
        measured = _measure(bought, users, products, start)
        if measured is None:
            continue
        period: dict[str, Any] = {"from": _iso(start), "days": PERIOD_DAYS, "baskets": len(measured["all"][0])}
        for kind, (who, baseline, candidate) in measured.items():
            gathered[kind].append((who, baseline, candidate))
            period[kind] = {"baskets": len(who), "baseline": float(baseline.mean()) if len(who) else None, "candidate": float(candidate.mean()) if len(who) else None}
        periods.append(period)
        progress.step("test", period=_iso(start), baskets=period["baskets"], baseline=round(period["all"]["baseline"], 4), candidate=round(period["all"]["candidate"], 4))
    metrics: dict[str, Any] = {"metric": f"recall@{CUTOFF}", "periods": periods, "resamples": RESAMPLES}
    if not periods:
        metrics["verdict"] = f"no period of {PERIOD_DAYS} days with {MIN_BASKETS} returning customers could be held out: the baseline is served"
        return metrics, False
    counts = bootstrap_counts(np.random.default_rng(seed), users, RESAMPLES).astype(float)
    better, told = True, []
    for kind, against in (("all", "repeat purchases and popular"), ("new", "popular, never bought before")):
        who, baseline, candidate = (np.concatenate(one) for one in zip(*gathered[kind]))
        pooled = _interval(who, candidate - baseline, counts)
        pooled |= {"baseline": float(baseline.mean()), "candidate": float(candidate.mean()), "baskets": len(who)}
        metrics[kind] = pooled
        better = better and pooled["lower"] > 0
        told.append(f"recall@{CUTOFF} {pooled['candidate']:.4f} against {pooled['baseline']:.4f} ({against}), difference {pooled['difference']:+.4f}, 95 % interval {pooled['lower']:+.4f} to {pooled['upper']:+.4f}")
    metrics["verdict"] = ("the candidate is better: " if better else "the candidate is not surely better, the baseline is served: ") + "; ".join(told)
    progress.step("bootstrap", verdict=metrics["verdict"])
    return metrics, better


def _measure(bought: Purchases, users: int, products: int, start: float) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] | None:
    """Per kind of product (all, new): the customers, and the recall of baseline and candidate for each."""
    past = bought.where(bought.day < start)
    known = np.zeros(users, dtype=bool)
    known[past.user] = True
    ahead = bought.where((bought.day >= start) & (bought.day < start + PERIOD_DAYS))
    ahead = ahead.where(known[ahead.user])
    # purchases are in order of time: a customer's first one belongs to the basket
    who, first = np.unique(ahead.user, return_index=True)
    if len(who) < MIN_BASKETS or len(past) == 0:
        return None
    place = np.full(users, -1)
    place[who] = np.arange(len(who))
    basket_of = np.full(users, -1)
    basket_of[who] = ahead.order[first]
    basket = ahead.where(ahead.order == basket_of[ahead.user])
    wanted = _flags(place[basket.user], basket.product, len(who), products)
    mine = past.where(place[past.user] >= 0)
    history = Purchases(place[mine.user], mine.product, mine.order, mine.day)
    seen = _flags(history.user, history.product, len(who), products)
    candidate = fit(past, users, products, start, CANDIDATE)
    repeat = fit(past, users, products, start, REPEAT, candidate.neighbours)
    scores = [score(one, history, len(who), start) for one in (repeat, candidate)]
    fresh = wanted & ~seen
    some = fresh.any(axis=1)
    news = [np.where(seen, -np.inf, one) for one in scores]
    return {
        "all": (who, _recall(scores[0], wanted), _recall(scores[1], wanted)),
        "new": (who[some], _recall(news[0][some], fresh[some]), _recall(news[1][some], fresh[some])),
    }


def _flags(rows: np.ndarray, columns: np.ndarray, height: int, width: int) -> np.ndarray:
    flags = np.zeros((height, width), dtype=bool)
    flags[rows, columns] = True
    return flags


def _recall(scores: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    count = min(CUTOFF, scores.shape[1])
    top = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    return np.take_along_axis(wanted, top, axis=1).sum(axis=1) / wanted.sum(axis=1)


def _interval(who: np.ndarray, differences: np.ndarray, counts: np.ndarray) -> dict[str, float]:
    """Customers are drawn, each with all their baskets."""
    users = counts.shape[1]
    sums = np.bincount(who, differences, minlength=users)
    sizes = np.bincount(who, minlength=users)
    return interval((counts @ sums) / np.maximum(counts @ sizes, 1.0), float(differences.mean()))


def _document(fitted: Fitted, products: np.ndarray) -> dict[str, Any]:
    recipe, near = fitted.recipe, fitted.neighbours
    ranges = list(zip(near.indptr[:-1], near.indptr[1:]))
    order = [start + np.lexsort((near.indices[start:end], -near.data[start:end])) for start, end in ranges]
    return {
        "format": "martgraph.recommendations/1",
        "name": recipe.name,
        "products": [uuid_text(one) for one in products],
        "personal": {"decayDays": recipe.personal_decay, "liveness": fitted.liveness.tolist()},
        "neighbours": {
            "decayDays": recipe.near_decay,
            "weight": recipe.near_weight,
            "products": [near.indices[one].tolist() for one in order],
            "similarities": [near.data[one].tolist() for one in order],
        },
        "popularity": {"weight": recipe.popularity_weight, "values": fitted.popularity.tolist()},
    }


def _golden(fitted: Fitted, bought: Purchases, users: int, at: float, seed: int) -> list[dict[str, Any]]:
    """{"history": [[product, age in days]], "products", "scores"}: real customers, then drawn ones, and one without a history."""
    rng = np.random.default_rng(seed)
    products = len(fitted.liveness)
    histories: list[tuple[np.ndarray, np.ndarray]] = [(np.zeros(0, dtype=int), np.zeros(0))]
    real = rng.permutation(np.unique(bought.user))[: GOLDEN_ROWS - 120]
    by_user = np.argsort(bought.user, kind="stable")
    sorted_users = bought.user[by_user]
    for user in real:
        mine = by_user[np.searchsorted(sorted_users, user, "left") : np.searchsorted(sorted_users, user, "right")][-60:]
        histories.append((bought.product[mine], at - bought.day[mine]))
    while len(histories) < GOLDEN_ROWS:
        size = int(rng.integers(1, 30))
        histories.append((rng.integers(0, products, size), np.round(rng.uniform(0, 900, size), 3)))
    lengths = [len(one) for one, _ in histories]
    # a scorer is given ages, so the formula starts from the same ages here: days counted backwards from 0
    backwards = -np.concatenate([ages for _, ages in histories])
    drawn = np.concatenate([one for one, _ in histories]).astype(int)
    scores = score(fitted, Purchases(np.repeat(np.arange(len(histories)), lengths), drawn, np.zeros(len(drawn)), backwards), len(histories), 0.0)
    best = np.argsort(-scores, axis=1, kind="stable")[:, : min(GOLDEN_FIRST, products)]
    return [
        {
            "history": [[int(one), float(age)] for one, age in zip(*histories[row])],
            "products": best[row].tolist(),
            "scores": scores[row, best[row]].tolist(),
        }
        for row in range(len(histories))
    ]


def _iso(day: float) -> str:
    return (datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(days=float(day))).date().isoformat()
