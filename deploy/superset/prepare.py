"""Makes Superset's own database ready: schema, roles, one administrator. Safe to run again; one process, because each start costs seconds."""

import os

from superset.app import create_app

app = create_app()
with app.app_context():
    from flask_migrate import upgrade
    from superset import security_manager
    from superset.extensions import appbuilder, db

    upgrade()
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    name = os.environ["MARTGRAPH_SUPERSET_ADMIN"]
    password = os.environ["MARTGRAPH_SUPERSET_PASSWORD"]
    user = security_manager.find_user(username=name)
    if user is None:
        admin = security_manager.find_role("Admin")
        security_manager.add_user(name, "Martgraph", "Admin", f"{name}@localhost", admin, password)
    else:
        security_manager.reset_password(user.id, password)
    db.session.commit()
