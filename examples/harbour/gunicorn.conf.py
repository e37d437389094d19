"""How gunicorn serves Harbour; HOST, PORT and WEB_CONCURRENCY (read by gunicorn itself) are the knobs."""

import os

wsgi_app = "harbour.app:create_app()"
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
threads = 24  # harbour/news.py takes up to 16 for pages that listen
timeout = 60
graceful_timeout = 5  # these never end by themselves
control_socket_disable = True  # it would lie in the home folder, which a service has none of
accesslog = "-"
# statsd_host = "datadog-agent:8125"  # measured the move to threads in 2024; nobody has looked since
access_log_format = "%(m)s %(U)s %(s)s %(B)s bytes"  # no query, address or browser: nothing personal in the log
