"""A LightGBM model as flat arrays: what platform/scoring/trees.ts walks.

Per tree its first node; per node feature, threshold, default direction, kind of missing values, left and right child
(a negative child ~i is leaf i). Semantics: LightGBM `Tree::NumericalDecision` and `Tree::CategoricalDecision`.
"""

from __future__ import annotations

from typing import Any

MISSING = {"None": 0, "Zero": 1, "NaN": 2}


def flatten(booster: Any) -> dict[str, Any]:
    """All trees one after the other; children and leaves are counted through the whole model."""
    dump = booster.dump_model()
    flat: dict[str, Any] = {name: [] for name in ("roots", "feature", "threshold", "defaultLeft", "missing", "left", "right", "leaf")}
    flat["categories"] = {}
    for info in dump["tree_info"]:
        flat["roots"].append(_add(info["tree_structure"], flat))
    flat["features"] = dump["max_feature_idx"] + 1
    return flat


def _add(node: dict[str, Any], flat: dict[str, Any]) -> int:
    """Appends the node and what hangs on it; answers its place (~place for a leaf)."""
    if "split_index" not in node:
        flat["leaf"].append(float(node["leaf_value"]))
        return ~(len(flat["leaf"]) - 1)
    place = len(flat["feature"])
    categorical = node["decision_type"] == "=="
    flat["feature"].append(int(node["split_feature"]))
    flat["threshold"].append(0.0 if categorical else float(node["threshold"]))
    flat["defaultLeft"].append(1 if node["default_left"] else 0)
    flat["missing"].append(MISSING[node["missing_type"]])
    if categorical:
        flat["categories"][str(place)] = [int(one) for one in str(node["threshold"]).split("||")]
    flat["left"].append(0)
    flat["right"].append(0)
    flat["left"][place] = _add(node["left_child"], flat)
    flat["right"][place] = _add(node["right_child"], flat)
    return place
