"""Which checks need not be asked again, because nothing that they look at changed since they passed.

`carry` of a request: `changed` names by placeholder ("marts", "audit", ...) the tables that are others than they were, `same` those
placeholders whose value is what it was, as `today` within a day; what stands behind another one counts as changed. `passed` are the checks that passed then, as [suite, name].
"""

from __future__ import annotations

import re
from typing import Any, Iterator

REFERENCE = re.compile(r"\$([a-z][a-z_]*)(?:\.(\w+))?")
# The clock, the ledger, and whatever else is not among the tables of the build.
BESIDE = re.compile(r"\bnow\(|\bcurrent_|\b(?:ops|raw|registry|predictions|public)\.|\b(?:from|join)\s+\w+\.", re.IGNORECASE)


class Carry:
    def __init__(self, request: dict[str, Any] | None) -> None:
        self.changed = {name: frozenset(tables) for name, tables in (request or {}).get("changed", {}).items()}
        self.same = frozenset((request or {}).get("same", []))
        self.passed = {tuple(one) for one in (request or {}).get("passed", [])}

    def over(self, suite: dict[str, Any], check: dict[str, Any]) -> bool:
        if (suite["suite"], check["name"]) not in self.passed or self.is_changed(suite["table"]):
            return False
        return not any(self.is_changed(text) for text in texts(check[check["kind"]]))

    def is_changed(self, text: str) -> bool:
        if BESIDE.search(text):
            return True
        references = [(name, table) for name, table in REFERENCE.findall(text) if name != "table" and name not in self.same]
        return any(not table or name not in self.changed or table in self.changed[name] for name, table in references)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def carried(check: dict[str, Any]) -> dict[str, Any]:
    return {"name": check["name"], "severity": check["severity"], "passed": True, "message": None, "observed": None, "carried": True}
