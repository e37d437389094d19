"""Alembic's entry point: migrate the database that DATABASE_URL names."""

import os

from alembic import context
from sqlalchemy import create_engine

from harbour.database import driver_url
from harbour.models import Base

with create_engine(driver_url(os.environ["DATABASE_URL"])).connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
