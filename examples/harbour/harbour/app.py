"""The web application: gunicorn 'harbour.app:create_app()'"""

import logging
import os
from collections.abc import Mapping
from datetime import timedelta

from flask import Flask, render_template
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import OperationalError
from werkzeug.middleware.proxy_fix import ProxyFix

from harbour.config import Settings
from harbour.errors import Unavailable
from harbour.queue import create_celery
from harbour.reporting import start_reporting
from harbour.request import close_database, signed_in_user, staff_email
from harbour.services import open_services
from harbour.views import accounts, board, health, install, staff, support

log = logging.getLogger(__name__)

RETRY_LATER = {"Retry-After": "300"}
MAX_UPLOAD_BYTES = 8 * 1024 * 1024


def create_app(environ: Mapping[str, str] = os.environ) -> Flask:
    """A Flask application configured from `environ` alone. Raises ConfigError."""
    settings = Settings.from_env(environ)
    start_reporting(settings)
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=MAX_UPLOAD_BYTES,
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https:"),
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
    )
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=0)  # type: ignore[method-assign]  # one proxy, which sets it
    app.extensions["harbour"] = open_services(settings)
    app.extensions["celery"] = create_celery(app.extensions["harbour"])
    CSRFProtect(app)
    staff.register_provider(app, settings)
    for blueprint in (board.views, accounts.views, install.views, staff.views, support.views, health.views):
        app.register_blueprint(blueprint)
    app.register_error_handler(Unavailable, _unavailable)
    app.register_error_handler(OperationalError, _no_database)
    app.teardown_appcontext(close_database)
    app.context_processor(lambda: {"user": signed_in_user(), "staff": staff_email()})
    return app


def _unavailable(error: Unavailable) -> tuple[str, int, dict[str, str]]:
    return render_template("unavailable.html", message=str(error)), 503, RETRY_LATER


def _no_database(error: OperationalError) -> tuple[str, int, dict[str, str]]:
    """Without a template: every page asks the database who is signed in."""
    log.error("the database does not answer", exc_info=error)  # Sentry takes errors from the log too
    return "Harbour's database does not answer. Please try again in a few minutes.\n", 503, RETRY_LATER
