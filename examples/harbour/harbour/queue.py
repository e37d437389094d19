"""The task queue: Celery on SQS, or on Redis and Valkey; BROKER_URL decides."""

import logging
import ssl
from typing import Any

from celery import Celery, Task
from kombu.exceptions import OperationalError

from harbour.services import Services

log = logging.getLogger(__name__)

# A task that runs longer than this is handed to another worker (SQS's visibility timeout, kombu's on Redis).
VISIBILITY_SECONDS = 300
# A queue within the process: the worker idles until there is a broker, instead of looking for RabbitMQ.
NO_BROKER = "memory://"


def create_celery(services: Services) -> Celery:
    """The Celery application; tasks find `services` as `self.app.services`."""
    settings = services.settings
    celery = Celery("harbour", broker=settings.broker_url or NO_BROKER, include=["harbour.tasks"])
    celery.services = services
    celery.conf.update(
        task_default_queue=settings.queue_name,
        task_ignore_result=True,
        task_acks_late=True,  # a worker that dies in the middle loses nothing: every task may run twice
        task_publish_retry=False,  # the visitor is waiting
        broker_connection_retry_on_startup=True,
        broker_transport_options={"visibility_timeout": VISIBILITY_SECONDS},
        # kombu checks no certificate of rediss:// unless it is told to
        broker_use_ssl={"ssl_cert_reqs": ssl.CERT_REQUIRED} if settings.broker_url.startswith("rediss:") else False,
        # Remote control needs a queue for each worker, which on SQS means rights to create and delete queues.
        worker_enable_remote_control=not settings.broker_url.startswith("sqs:"),
    )
    celery.set_default()
    return celery


def enqueue(services: Services, task: Task, *args: Any) -> None:
    """Queue a task. When the broker is away this is only logged: `repair_thumbnails` catches up later."""
    if not services.settings.broker_url:
        log.warning("no broker is configured: %s was not queued", task.name)
        return
    try:
        task.delay(*args)
    except OperationalError as err:
        log.error("%s was not queued: %s", task.name, type(err.__cause__ or err).__name__)
