"""Settings of queues and caches by their names → what a replacement gives: `AMQP_URL` → `${data.queue.amqp.url}`.

For `wiring`, which has the rules of everything else. A queue's own URL or name is the program's to choose and stays
open; so do names and passwords for memcached, which by default wants none.
"""

import re

_PRE = r"(?:[A-Z0-9]+_)*?"
_URL = r"(?:URL|URI|DSN|CONNECTION_?STRING|CONN_?STR(?:ING)?|CONNECTION_URL)"
_HOST = r"(?:HOST(?:NAME)?|SERVER|NODE|ADDRESS)"
_AMQP = rf"{_PRE}(?:AMQP|RABBITMQ|RABBIT|CLOUDAMQP|RABBIT_MQ)"
_SQS = rf"{_PRE}(?:AWS_)?SQS"
_MEMCACHED = rf"{_PRE}(?:MEMCACHED?|MEMCACHIER|MEMCACHEDCLOUD|MEM_CACHE)"

RULES: tuple[tuple[str, str], ...] = (
    (rf"{_AMQP}_?(?:BROKER_)?{_URL}", "${data.queue.amqp.url}"),
    (rf"{_AMQP}_?{_HOST}", "${data.queue.amqp.host}"),
    (rf"{_AMQP}_?PORT", "${data.queue.amqp.port}"),
    (rf"{_AMQP}_?(?:USER(?:_?NAME)?|LOGIN)", "${data.queue.amqp.user}"),
    (rf"{_AMQP}_?(?:PASSWORD|PASSWD|PASS|PWD)", "${data.queue.amqp.password}"),
    (rf"{_AMQP}_?(?:V_?HOST|VIRTUAL_?HOST)", "${data.queue.amqp.vhost}"),
    (
        rf"(?:AWS_ENDPOINT_URL_SQS|{_SQS}_(?:ENDPOINT|ENDPOINT_URL|ENDPOINT_URI|SERVER_URL|HOST_URL))",
        "${data.queue.sqs.endpoint}",
    ),
    (rf"{_SQS}_(?:ACCESS_?KEY(?:_ID)?|KEY(?:_ID)?)", "${data.queue.sqs.access_key}"),
    (rf"{_SQS}_(?:SECRET(?:_?ACCESS)?(?:_?KEY)?)", "${data.queue.sqs.secret_key}"),
    (rf"{_SQS}_(?:DEFAULT_)?REGION", "${data.queue.sqs.region}"),
    # what Laravel puts before the names of queues
    (rf"{_SQS}_(?:PREFIX|BASE_URL)", "${data.queue.sqs.url}"),
    (rf"{_MEMCACHED}_?(?:URLS?|SERVERS?|ADDRESS(?:ES)?|ENDPOINT|LOCATION|NODES?)", "${data.cache.memcached.servers}"),
    (rf"{_MEMCACHED}_?HOST(?:NAME)?", "${data.cache.memcached.host}"),
    (rf"{_MEMCACHED}_?PORT", "${data.cache.memcached.port}"),
)

_AMQP_TLS = re.compile(rf"{_AMQP}_?(?:USE_)?(?:TLS|SSL)(?:_ENABLED)?")


def is_amqp_tls(plain: str) -> bool:
    """Whether a name is the switch for TLS of a program that is told host and port apart."""
    return _AMQP_TLS.fullmatch(plain) is not None


def is_sqs(name: str) -> bool:
    """Whether a name is of SQS: with it, AWS's own names for keys open its queues."""
    return re.search(r"(?:^|_)SQS(?:_|$)", name) is not None


def keys_for_queues(value: str) -> str:
    """What AWS's names for keys and region get where queues are all that is used of AWS."""
    return value.replace("${data.object-storage.", "${data.queue.sqs.")
