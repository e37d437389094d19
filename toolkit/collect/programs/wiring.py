"""Settings by their names → what a replacement gives: `DATABASE_URL` → `${data.relational.url}`.

In: a name as the program reads it, and the engine its database speaks. Out: a value with `${…}`, or None. A name may
have a prefix of the program's own; one that is for tests, a shadow or a second database is left alone.
"""

import re
from collections.abc import Callable, Iterator

from toolkit.collect.programs import queue_settings

_PRE = r"(?:[A-Z0-9]+_)*?"
_DB = rf"{_PRE}(?:DATABASE|DB|POSTGRES|POSTGRESQL|PGSQL|PG|MYSQL|MARIADB|SQL|DATASOURCE|RDS)"
_URL = r"(?:URL|URI|DSN|CONNECTION_?STRING|CONN_?STR(?:ING)?|CONNECTION_URL)"
_HOST = r"(?:HOST(?:NAME)?|SERVER|SERVERNAME|ENDPOINT|HOST_ADDRESS)"
_USER = r"(?:USER(?:_?NAME)?|LOGIN(?:_USER)?)"
_PASSWORD = r"(?:PASSWORD|PASSWD|PASS|PWD|LOGIN_PASSWORD|USER_PASSWORD)"  # noqa: S105 - a form of names
_REDIS = rf"{_PRE}(?:REDIS|VALKEY|REDISCLOUD|REDISTOGO|UPSTASH_REDIS)(?:_[A-Z]+)??"
_MAIL = rf"{_PRE}(?:SMTP|EMAIL|MAIL|MAILER|MAIL_SMTP|EMAIL_SMTP|SMTP_MAIL|SMTP_SERVER)(?:_(?:OPTIONS|SETTINGS|CONFIG))?"
_S3 = rf"{_PRE}(?:S3|MINIO|AWS_S3|R2|SPACES|OBJECT_STORAGE|STORAGE_S3|BUCKET)"
_NOT = re.compile(
    r"(?:^|_)(?:TEST|TESTING|SHADOW|REPLICA|READONLY|READ|LEGACY|OLD|CLICKHOUSE|NEO4J|TIMESCALE|SNOWFLAKE|BIGQUERY|EXTERNAL"
    r"|POOL|MAX|MIN|TIMEOUT|SSL|TLS|LOG|BACKUP|ADMIN|ROOT|SUPERUSER|METABASE|PGBOUNCER|SQLITE|DEV|DEVELOPMENT|STAGING|IMAP|BLAZER|REDASH|SUPERSET|GRAFANA|WAREHOUSE|REPORTING"
    r"|POP3?|INBOUND|INCOMING|CYPRESS|E2E|CI)(?:_|$)"
)
_CACHE_TLS = re.compile(rf"{_REDIS}_?(?:USE_)?(?:TLS|SSL)(?:_ENABLED)?|SPRING_(?:DATA_)?REDIS_SSL(?:_ENABLED)?")
_STACK_EXCHANGE = "${data.cache.host}:${data.cache.port},password=${data.cache.password},ssl=${data.cache.tls}"
_QUEUES = ("${data.queue.sqs.endpoint}", "${data.queue.sqs.url}")
_VERIFIED = "sslmode=verify-full&sslrootcert=${data.relational.authority}"
# for those that know an address of PostgreSQL's by this scheme alone
POSTGRES_URL = (
    "postgres://${data.relational.user}:${data.relational.password}@${data.relational.host}:${data.relational.port}"
    f"/${{data.relational.name}}?{_VERIFIED}"
)
# a scheme of SQLAlchemy's, which names the driver
DRIVER_URL = re.compile(r"[\"']?(?P<engine>mysql|mariadb|postgres(?:ql)?)\+(?P<driver>[a-z0-9_]{1,30})://")
_TOLD_WHOM_TO_TRUST = ("pymysql", "mysqldb")  # the others of MySQL's want more than an address can say
_VERIFIED_BY_NPGSQL = "SSL Mode=VerifyFull;Root Certificate=${data.relational.authority}"
_SEARCH = re.compile(
    rf"(?:{_PRE}|CONNECTION_?STRINGS_+)(?P<engine>ELASTIC(?:SEARCH)?|OPENSEARCH|BONSAI|SEARCHBOX|MEILI(?:SEARCH)?|TYPESENSE"
    r"|SOLR|MANTICORE(?:SEARCH)?|SONIC|ZINC(?:SEARCH)?|QUICKWIT)"
    r"(?:_?(?:URLS?|URIS?|HOST(?:NAME)?S?|NODES?|SERVERS?|ADDR(?:ESS)?|ENDPOINT|CLOUD_ID))?"
)
_SEARCH_NAMES = {
    "ELASTIC": "Elasticsearch", "ELASTICSEARCH": "Elasticsearch", "BONSAI": "Elasticsearch",
    "SEARCHBOX": "Elasticsearch",
    "OPENSEARCH": "OpenSearch", "MEILI": "Meilisearch",
}  # fmt: skip
# drivers of MySQL that begin TLS only where they are told whom to trust; the name is Laravel's
_AUTHORITY = re.compile(rf"(?:{_PRE}MYSQL|{_DB})_(?:ATTR_)?SSL_?CA(?:_FILE|_PATH|_CERT)?")
_SMTP = "${mail.outgoing.user}:${mail.outgoing.password}@${mail.outgoing.host}:${mail.outgoing.port}"


def _relational(output: str) -> Callable[[str], str]:
    """An output of the database that speaks the program's engine."""
    return lambda engine: f"${{data.relational.{'mysql.' if engine == 'mysql' else ''}{output}}}"


def _jdbc(engine: str) -> str:
    part = _relational
    scheme, verified = ("mysql", "") if engine == "mysql" else ("postgresql", f"?{_VERIFIED}")
    return f"jdbc:{scheme}://{part('host')(engine)}:{part('port')(engine)}/{part('name')(engine)}{verified}"


def _r2dbc(engine: str) -> str:
    """The same with the names that R2DBC has for them."""
    renamed = {"jdbc:": "r2dbc:", "sslmode": "sslMode", "sslrootcert": "sslRootCert"}
    return re.sub("|".join(renamed), lambda match: renamed[match[0]], _jdbc(engine))


def _dotnet(engine: str) -> str:
    """Npgsql's and MySqlConnector's words are the same but for the server and what they check."""
    host, port, name, user, password = (
        _relational(one)(engine) for one in ("host", "port", "name", "user", "password")
    )
    server, verified = ("Server", "") if engine == "mysql" else ("Host", f";{_VERIFIED_BY_NPGSQL}")
    return f"{server}={host};Port={port};Database={name};Username={user};Password={password}{verified}"


ADDRESSES = ("${data.relational.url}", "${data.relational.mysql.url}")


def of_driver(engine: str, driver: str) -> str:
    """The address as SQLAlchemy has it for a driver. PostgreSQL's read in PGSSLMODE and PGSSLROOTCERT what to check."""
    spoken = "mysql" if engine in ("mysql", "mariadb") else "postgresql"
    host, port, name, user, password = (
        _relational(output)(spoken) for output in ("host", "port", "name", "user", "password")
    )
    verified = f"?ssl_ca={_relational('ca')(spoken)}" if driver in _TOLD_WHOM_TO_TRUST else ""
    return f"{engine}+{driver}://{user}:{password}@{host}:{port}/{name}{verified}"


def _always(value: str) -> Callable[[str], str]:
    return lambda _engine: value


_RULES: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = tuple(
    (re.compile(form), value)
    for form, value in (
        *((form, _always(value)) for form, value in queue_settings.RULES),
        ((
            rf"{_PRE}(?:CELERY_)?BROKER_URL|CELERY_BROKER|SIDEKIQ_REDIS_URL|RESQUE_REDIS_URL|"
            rf"{_PRE}QUEUE_REDIS_URL|QUEUE_URL"
        ), _always("${data.queue.url}")),
        (rf"{_PRE}(?:CELERY_)?RESULT_BACKEND|{_PRE}CACHE_(?:URL|LOCATION)", _always("${data.cache.url}")),
        (rf"{_REDIS}_?(?:TLS_)?{_URL}|REDIS_CONNECTION|REDIS_SERVER", _always("${data.cache.url}")),
        (rf"{_REDIS}_?{_HOST}|SPRING_(?:DATA_)?REDIS_HOST", _always("${data.cache.host}")),
        (rf"{_REDIS}_?PORT|SPRING_(?:DATA_)?REDIS_PORT", _always("${data.cache.port}")),
        (rf"{_REDIS}_?{_PASSWORD}|SPRING_(?:DATA_)?REDIS_PASSWORD|{_REDIS}_AUTH", _always("${data.cache.password}")),
        (rf"CONNECTION_?STRINGS_+{_PRE}(?:REDIS|CACHE|VALKEY)\w*", _always(_STACK_EXCHANGE)),
        (rf"{_PRE}(?:MONGO(?:DB)?|MONGO_DB)_?{_URL}|CONNECTION_?STRINGS_+MONGO\w*", _always("${data.document.url}")),
        ((
            r"SPRING_DATASOURCE_URL|QUARKUS_DATASOURCE_JDBC_URL|JDBC_(?:DATABASE_)?URL|"
            r"DATASOURCES_DEFAULT_URL|(?:[A-Z0-9]+_)*JDBC_URL|SPRING_(?:FLYWAY|LIQUIBASE)_URL"
        ), _jdbc),
        (r"SPRING_R2DBC_URL", _r2dbc),
        (r"CONNECTION_?STRINGS_+(?!.*(?:STORAGE|QUEUE|BUS|BLOB|EMAIL|MESSAGE|LDAP|OAUTH))\w+", _dotnet),
        (r"PGHOST", _relational("host")), (r"PGPORT", _relational("port")), (r"PGDATABASE", _relational("name")),
        (r"PGUSER", _relational("user")), (r"PGPASSWORD", _relational("password")),
        ((
            rf"{_DB}_?{_URL}|{_PRE}SQLALCHEMY_DATABASE_URI|POSTGRES_PRISMA_URL|"
            rf"POSTGRES_URL_NON_POOLING|{_DB}_DIRECT_URL|DIRECT_URL|DIRECT_DATABASE_URL|DATABASE"
        ), _relational("url")),
        (rf"{_DB}_?{_HOST}", _relational("host")),
        (rf"{_DB}_?PORT", _relational("port")),
        (rf"{_DB}_?(?:NAME|DATABASE|DATABASE_NAME|DB|DBNAME|DB_NAME|SCHEMA_NAME)|DBNAME", _relational("name")),
        (rf"{_DB}_?{_USER}", _relational("user")),
        (rf"{_DB}_?{_PASSWORD}", _relational("password")),
        (rf"(?:EMAIL|SMTP|MAIL)_URL|{_PRE}SMTP_(?:URL|DSN)|MAILER_(?:DSN|URL)", _always(f"smtp://{_SMTP}")),
        ((
            rf"{_MAIL}_?(?:HOST(?:NAME)?|SERVER|RELAY|SERVER_HOST|SERVER_ADDRESS|HOST_ADDR(?:ESS)?)|"
            rf"{_PRE}SMTP_ADDR(?:ESS)?|SPRING_MAIL_HOST"
        ), _always("${mail.outgoing.host}")),
        (rf"{_MAIL}_?(?:SERVER_|HOST_)?PORT|SPRING_MAIL_PORT", _always("${mail.outgoing.port}")),
        (rf"{_MAIL}_?(?:HOST_|SERVER_|AUTH_)?{_USER}|SPRING_MAIL_USERNAME", _always("${mail.outgoing.user}")),
        (
            rf"{_MAIL}_?(?:HOST_|SERVER_|AUTH_|USER_)?{_PASSWORD}|SPRING_MAIL_PASSWORD",
            _always("${mail.outgoing.password}"),
        ),
        (rf"{_PRE}SMTP_(?:DOMAIN|HELO)", _always("${mail.outgoing.domain}")),
        ((
            rf"{_PRE}(?:DEFAULT_FROM_EMAIL|(?:MAIL|EMAIL|SMTP|MAILER)_(?:FROM|SENDER|FROM_ADDRESS|"
            r"FROM_EMAIL|SENDER_EMAIL)|FROM_EMAIL|EMAIL_ADDRESS_FROM|FROM_ADDRESS)"
        ), _always("platform@${mail.outgoing.domain}")),
        ((
            rf"AWS_ENDPOINT_URL(?:_S3)?|{_S3}_(?:ENDPOINT|ENDPOINT_URL|API_URL|SERVER_URL|"
            r"ENDPOINT_URL_S3|CUSTOM_ENDPOINT)|AWS_(?:S3_)?ENDPOINT"
        ), _always("${data.object-storage.endpoint}")),
        ((
            rf"AWS_ACCESS_KEY_ID|AWS_ACCESS_KEY|{_S3}_(?:ACCESS_?KEY(?:_ID)?|KEY(?:_ID)?|ROOT_USER)"
        ), _always("${data.object-storage.access_key}")),
        ((
            rf"AWS_SECRET_ACCESS_KEY|AWS_SECRET_KEY|{_S3}_(?:SECRET(?:_?ACCESS)?(?:_?KEY)?|"
            r"ROOT_PASSWORD)"
        ), _always("${data.object-storage.secret_key}")),
        (rf"AWS_(?:DEFAULT_)?REGION|{_S3}_REGION", _always("${data.object-storage.region}")),
    )
)  # fmt: skip


def _plain(name: str) -> str:
    """`Shop__dbHost`, `shop.db-host` → `SHOP_DB_HOST`."""
    return re.sub(r"_+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])|[.:-]", "_", name)).upper()


def wire(name: str, engine: str) -> str | None:
    """What a setting of this name gets."""
    plain = _plain(name)
    if _CACHE_TLS.fullmatch(plain):
        return "${data.cache.tls}"
    if queue_settings.is_amqp_tls(plain):
        return "${data.queue.amqp.tls}"
    if engine == "mysql" and _AUTHORITY.fullmatch(plain):
        return "${data.relational.mysql.ca}"
    if _NOT.search(plain) or len(plain) > 100:
        return None
    found = next((value(engine) for form, value in _RULES if form.fullmatch(plain)), None)
    if found and re.search(r"__[A-Z][a-z]", name):
        return _of_dotnet(found, engine)
    return found


def _of_dotnet(value: str, engine: str) -> str:
    """Where others take an address, .NET's clients take a connection string."""
    addresses = {_relational("url")(engine): _dotnet(engine), "${data.cache.url}": _STACK_EXCHANGE}
    return addresses.get(value, value)


def search_engine(name: str) -> str:
    """The search engine whose address a setting names; "" for every other. No blueprint gives one."""
    match = _SEARCH.fullmatch(_plain(name))
    return _SEARCH_NAMES.get(match["engine"], match["engine"].capitalize()) if match else ""


def is_storage(name: str) -> bool:
    """Whether a name is S3's beyond doubt: AWS's keys open other services as well."""
    return not queue_settings.is_sqs(name) and re.search(r"S3|BUCKET|MINIO|ENDPOINT_URL", name) is not None


def is_keys_of_aws(name: str) -> bool:
    """A name that S3 shares with all of AWS."""
    return re.fullmatch(r"AWS_(?:ACCESS_KEY(?:_ID)?|SECRET(?:_ACCESS)?_KEY|(?:DEFAULT_)?REGION)", name) is not None


def _caches_apart(found: dict[str, str]) -> dict[str, str]:
    """A cache is emptied as a whole: what else the program keeps in Redis (jobs, sessions) lies in another database."""
    addresses = [name for name, value in found.items() if value == "${data.cache.url}"]
    kept = [name for name in addresses if "CACHE" not in _plain(name)]
    return found if len(kept) == len(addresses) else found | dict.fromkeys(kept, "${data.queue.url}")


def given(names: Iterator[str], engine: str) -> dict[str, str]:
    """Every name that something is known for. AWS's keys count where its storage is used, or its queues: with both, the
    storage's open the queues as well."""
    listed = list(names)
    found = _caches_apart({name: value for name in listed if (value := wire(name, engine)) is not None})
    if not any(value in _QUEUES for value in found.values()):
        # keys alone lead nowhere
        found = {name: value for name, value in found.items() if "${data.queue.sqs." not in value}
    if any(map(is_storage, listed)):
        return found
    if any(map(queue_settings.is_sqs, listed)):
        return {
            name: queue_settings.keys_for_queues(value) if is_keys_of_aws(name) else value
            for name, value in found.items()
        }
    return {name: value for name, value in found.items() if not is_keys_of_aws(name)}
