"""Harbour run for real: gunicorn, the worker and PostgreSQL as they are, the vendors played by local servers."""
