"""Settings of queues and caches, in the spellings of SDKs, frameworks and those who sell them."""

import pytest

from toolkit.catalog.folders import load
from toolkit.collect.programs import queue_settings
from toolkit.collect.programs.wiring import given, wire

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLOUDAMQP_URL", "queue.amqp.url"), ("RABBITMQ_URL", "queue.amqp.url"), ("AMQP_URL", "queue.amqp.url"),
        ("APP_RABBITMQ_BROKER_URL", "queue.amqp.url"), ("RABBITMQ_HOST", "queue.amqp.host"),
        ("SPRING_RABBITMQ_HOST", "queue.amqp.host"), ("spring.rabbitmq.username", "queue.amqp.user"),
        ("SPRING_RABBITMQ_VIRTUAL_HOST", "queue.amqp.vhost"), ("RABBITMQ_VHOST", "queue.amqp.vhost"),
        ("RABBITMQ_PASSWORD", "queue.amqp.password"), ("RABBITMQ_PORT", "queue.amqp.port"),
        ("spring.rabbitmq.ssl.enabled", "queue.amqp.tls"), ("RABBITMQ_USE_TLS", "queue.amqp.tls"),
        ("AWS_ENDPOINT_URL_SQS", "queue.sqs.endpoint"), ("SQS_ENDPOINT", "queue.sqs.endpoint"),
        ("AWS_SQS_ENDPOINT_URL", "queue.sqs.endpoint"), ("SQS_KEY", "queue.sqs.access_key"),
        ("AWS_SQS_ACCESS_KEY_ID", "queue.sqs.access_key"), ("SQS_SECRET", "queue.sqs.secret_key"),
        ("AWS_SQS_SECRET_ACCESS_KEY", "queue.sqs.secret_key"), ("SQS_REGION", "queue.sqs.region"),
        ("SQS_PREFIX", "queue.sqs.url"), ("MEMCACHE_SERVERS", "cache.memcached.servers"),
        ("MEMCACHIER_SERVERS", "cache.memcached.servers"), ("MEMCACHED_URL", "cache.memcached.servers"),
        ("MEMCACHED_HOST", "cache.memcached.host"), ("MEMCACHED_PORT", "cache.memcached.port"),
        ("CELERY_BROKER_URL", "queue.url"),
    ],
)  # fmt: skip
def test_a_name_gets_its_value(name: str, value: str) -> None:
    assert wire(name, "") == f"${{data.{value}}}"


@pytest.mark.parametrize("name", ["SQS_QUEUE_URL", "SQS_QUEUE", "TEST_RABBITMQ_URL", "MEMCACHIER_PASSWORD", "DSQS_KEY"])
def test_a_name_that_is_the_programs_to_fill(name: str) -> None:
    assert wire(name, "") is None


def test_what_is_given_is_what_the_blueprints_offer() -> None:
    outputs = {
        engine: {output.name for output in blueprint.outputs}
        for blueprint in load().blueprints.values()
        for engine in blueprint.speaks
    }
    for _, value in queue_settings.RULES:
        *_, engine, output = value.strip("${}").split(".")
        assert output in outputs[engine], value


def test_the_keys_of_aws_open_what_is_used_of_it() -> None:
    queues = given(iter([*KEYS, "AWS_ENDPOINT_URL_SQS"]), "")
    assert {name: queues[name] for name in KEYS} == {
        "AWS_ACCESS_KEY_ID": "${data.queue.sqs.access_key}",
        "AWS_SECRET_ACCESS_KEY": "${data.queue.sqs.secret_key}",
        "AWS_REGION": "${data.queue.sqs.region}",
    }
    both = given(iter([*KEYS, "SQS_ENDPOINT", "S3_BUCKET"]), "")
    assert both["AWS_ACCESS_KEY_ID"] == "${data.object-storage.access_key}"
    assert both["SQS_ENDPOINT"] == "${data.queue.sqs.endpoint}"


def test_keys_of_queues_are_not_wired_where_nothing_leads_to_them() -> None:
    assert given(iter(["SQS_SECRET_KEY", "SQS_REGION"]), "") == {}
