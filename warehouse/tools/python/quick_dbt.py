"""Takes from dbt what costs an increment most beside its SQL: a session of its own for each node, and the wording of events that
nobody hears. Both are dbt's own doing and have no setting.
"""

from __future__ import annotations

import threading
from typing import Any, Callable

# Our callback hears of finished nodes, which dbt tells at the level of debugging.
HEARD = "NodeFinished"
UNHEARD_LEVELS = ("debug", "test")


class Sessions:
    """Sessions that are open and not used. A node gets one with warm caches instead of making its own; temporary tables go before."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.idle: dict[tuple[Any, ...], list[Any]] = {}

    def take(self, key: tuple[Any, ...]) -> Any | None:
        with self.lock:
            found = self.idle.get(key)
            return found.pop() if found else None

    def give(self, key: tuple[Any, ...], handle: Any) -> bool:
        """False where the session is not fit to be used again."""
        try:
            if handle.closed:
                return False
            handle.rollback()
            with handle.cursor() as cursor:
                cursor.execute("discard temp")
            handle.commit()
        except Exception:
            return False
        with self.lock:
            self.idle.setdefault(key, []).append(handle)
        return True

    def close(self) -> None:
        with self.lock:
            handles = [handle for some in self.idle.values() for handle in some]
            self.idle.clear()
        for handle in handles:
            try:
                handle.close()
            except Exception:  # the server closed it before us
                pass


SESSIONS = Sessions()


def quicken() -> None:
    """Once per process, before dbt's first command."""
    keep_sessions()
    pass_over_unheard()


def keep_sessions() -> None:
    from dbt.adapters.postgres.connections import PostgresConnectionManager as Manager

    def key_of(connection: Any) -> tuple[Any, ...]:
        login = connection.credentials
        return (login.host, login.port, login.database, login.user)

    made: Callable[..., Any] = Manager.open.__func__
    closed: Callable[..., Any] = Manager._close_handle.__func__

    def open_session(cls: type, connection: Any) -> Any:
        handle = None if connection.state == "open" else SESSIONS.take(key_of(connection))
        if handle is None:
            return made(cls, connection)
        connection.handle = handle
        connection.state = "open"
        return connection

    def close_session(cls: type, connection: Any) -> None:
        if connection.state != "open" or not SESSIONS.give(key_of(connection), connection.handle):
            closed(cls, connection)

    Manager.open = classmethod(open_session)  # type: ignore[method-assign]
    Manager._close_handle = classmethod(close_session)  # type: ignore[method-assign]


def pass_over_unheard() -> None:
    from dbt_common.events.event_manager import EventManager

    told: Callable[..., None] = EventManager.fire_event

    def fire_event(self: Any, e: Any, level: Any = None, node: Any = None, force_warn_or_error_handling: bool = False) -> None:
        said = str(getattr(level, "value", level) or getattr(e.level_tag(), "value", e.level_tag()))
        if said in UNHEARD_LEVELS and not force_warn_or_error_handling and type(e).__name__ != HEARD and not any(
            str(getattr(logger.level, "value", logger.level)) in UNHEARD_LEVELS for logger in self.loggers
        ):
            return
        told(self, e, level, node, force_warn_or_error_handling)

    EventManager.fire_event = fire_event  # type: ignore[method-assign]
