"""The connection to PostgreSQL."""

from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.orm import Session, sessionmaker


def driver_url(database_url: str) -> URL:
    """`database_url`, written as postgres:// or postgresql://, with the driver that Harbour uses."""
    return make_url(database_url.replace("postgres://", "postgresql://", 1)).set(drivername="postgresql+psycopg")


def session_factory(database_url: str) -> sessionmaker[Session]:
    """A factory of sessions. Opens no connection yet."""
    # pool_pre_ping: connections survive a restart or fail-over of the database without an error page.
    engine = create_engine(driver_url(database_url), pool_pre_ping=True, connect_args={"connect_timeout": 5})
    return sessionmaker(engine, expire_on_commit=False)
