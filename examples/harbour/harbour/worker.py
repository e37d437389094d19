"""Entry point of the worker: celery --app harbour.worker worker

The one module that acts when it is imported, because Celery's command line asks for an application object.
"""

import os

from harbour.config import Settings
from harbour.queue import create_celery
from harbour.reporting import start_reporting
from harbour.services import open_services

settings = Settings.from_env(os.environ)
start_reporting(settings)
app = create_celery(open_services(settings))
