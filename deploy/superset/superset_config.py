"""How Superset is set up beside Martgraph. Everything that differs between installations comes from the environment."""

import os

HOME = os.environ["MARTGRAPH_SUPERSET_HOME"]

SECRET_KEY = os.environ["MARTGRAPH_SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = "sqlite:///" + os.path.join(HOME, "superset.db")


def _password(url):
    """The bundle names no password: bi_reader's is looked up here, that of other databases is Superset's own."""
    return os.environ.get("MARTGRAPH_BI_PASSWORD") if url.username == "bi_reader" else url.password


SQLALCHEMY_CUSTOM_PASSWORD_STORE = _password

FEATURE_FLAGS = {
    # without it SQL Lab reads past row-level security
    "RLS_IN_SQLLAB": True,
    # a dashboard is shown to the roles it is given to
    "DASHBOARD_RBAC": True,
    # templates in SQL reach too far to be worth it
    "ENABLE_TEMPLATE_PROCESSING": False,
}

# Functions that run SQL given as text, which no rule about tables sees, or that tell of the server. Superset's own list,
# which config.py holds as DISALLOWED_SQL_FUNCTIONS["postgresql"], lacks the second half.
from superset.config import DISALLOWED_SQL_FUNCTIONS  # noqa: E402

DISALLOWED_SQL_FUNCTIONS["postgresql"] |= {
    "cursor_to_xml",
    "cursor_to_xmlschema",
    "schema_to_xml",
    "schema_to_xmlschema",
    "schema_to_xml_and_xmlschema",
    "database_to_xml_and_xmlschema",
    "ts_stat",
    "ts_rewrite",
    "set_config",
    "dblink",
    "dblink_exec",
    "lo_import",
    "lo_export",
    "lo_get",
    "pg_stat_file",
    "pg_cancel_backend",
    "pg_notify",
    "pg_advisory_lock",
    "pg_advisory_lock_shared",
    "pg_advisory_xact_lock",
    "pg_advisory_xact_lock_shared",
    "pg_try_advisory_lock",
    "pg_try_advisory_lock_shared",
    "pg_try_advisory_xact_lock",
    "pg_try_advisory_xact_lock_shared",
    "pg_sleep_for",
    "pg_sleep_until",
}

# Numbers of a build that was published a moment ago are shown at once.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}

ROW_LIMIT = 10000
SQLLAB_TIMEOUT = 30
SUPERSET_WEBSERVER_TIMEOUT = 60
# loopback and one person: the limits of a server that stands open only get in the way of scripts
AUTH_RATE_LIMITED = False
RATELIMIT_ENABLED = False
TALISMAN_ENABLED = True
CONTENT_SECURITY_POLICY_WARNING = False
WTF_CSRF_ENABLED = True
SESSION_COOKIE_SAMESITE = "Lax"
# nothing is reported home
os.environ.setdefault("SCARF_ANALYTICS", "false")
LOG_LEVEL = os.environ.get("MARTGRAPH_SUPERSET_LOG", "WARNING")
