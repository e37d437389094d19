"""Accounts are made once, changed when the vault says otherwise, and reach no further than their databases."""

import pytest
from mariadb_server import PASSWORD, Server


def test_a_second_run_changes_nothing_and_another_password_is_taken(server: Server) -> None:
    assert server.converge() == []
    assert server.sql("SELECT CURRENT_USER()", user="app") == "app@%"
    assert server.converge(password="another") == ["account app"]
    with pytest.raises(AssertionError, match="Access denied"):
        server.sql("SELECT 1", user="app")
    assert server.converge() == ["account app"]


def test_superusers_come_in_by_the_socket_alone(server: Server) -> None:
    for user in ("root", "mysql"):
        shown = server.sql(f"SHOW CREATE USER {user}@localhost")
        assert shown == f"CREATE USER `{user}`@`localhost` IDENTIFIED VIA unix_socket"
    server.sql("ALTER USER root@localhost IDENTIFIED BY 'secret'")
    assert server.converge() == ["root by the socket only"]


def test_a_name_with_an_underscore_is_no_pattern(server: Server) -> None:
    try:
        changes = server.converge(databases=["app", "a_b"], consumers={"desk": PASSWORD})
        assert changes == [
            "database a_b", "rights of app on a_b", "account desk", "database desk", "rights of desk on desk",
        ]  # fmt: skip
        assert server.converge(databases=["app", "a_b"], consumers={"desk": PASSWORD}) == []
        server.sql("CREATE DATABASE axb", "mysql")
        assert server.sql("SHOW DATABASES", user="app").split() == ["a_b", "app", "information_schema"]
        assert server.sql("SHOW DATABASES", "desk", user="desk").split() == ["desk", "information_schema"]
        with pytest.raises(AssertionError, match="denied"):
            server.sql("CREATE DATABASE mine", user="app")
    finally:
        for database in ("a_b", "axb", "desk"):
            server.sql(f"DROP DATABASE IF EXISTS {database}", "mysql")
        server.sql("DROP USER IF EXISTS desk; REVOKE ALL ON `a\\_b`.* FROM app", "mysql")
