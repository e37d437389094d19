"""People: which files show a program, and which its accounts."""

import pytest

from toolkit.collect.files.people import program_and_accounts


@pytest.mark.parametrize(
    "path",
    ["app/login.py", "src/UserController.cs", "lib/web/sign_up.ex", "pages/account/index.tsx", "auth/auth.go"],
)
def test_files_that_are_called_after_accounts_show_them(path: str) -> None:
    assert program_and_accounts(["README.md", "app/pages.py", path])[1] == path


@pytest.mark.parametrize(
    "path", ["src/Authors.cs", "app/plugin.py", "tests/login.py", "infra/account.tf", "docs/login.md", "app/blogin.rb"]
)
def test_other_files_do_not(path: str) -> None:
    assert program_and_accounts(["app/pages.py", path]) == ("app/pages.py", "")


def test_without_code_there_is_no_program() -> None:
    assert program_and_accounts(["main.tf", "README.md", "tests/test_it.py"]) == ("", "")
