"""Code that is reached only with a setting is told from code that always runs."""

import pytest

from toolkit.collect.files.guards import Guards
from toolkit.collect.files.parsers import ruby

GUARDED = [
    ('if ENV["CHAT_APP_ID"].present?\n  Chat.start(1)\nend', 2),
    ('Chat.start(key) if ENV["CHAT_KEY"]', 1),
    ("const chat = process.env.CHAT_KEY ? new Chat() : null", 1),
    ('key = ENV["CHAT_KEY"]\n\nreturn nil unless key.present?', 1),
    ("def chat():\n    if not settings.CHAT_KEY:\n        return None\n    return Chat()", 4),
    ('x = env("CHAT_KEY", null)', 1),
    ("chat_key = config('CHAT_KEY', default=None)", 1),
    ("switch (config.provider) {\n  case 'chat':\n    new Chat();\n}", 3),
]
ALWAYS = [
    ("Chat.start(1)", 1),
    ('if Rails.env.production?\n  Chat.start(ENV["CHAT_KEY"])\nend', 2),
    ("if config_env() == :prod do\n  config :chat, key: 1\nend", 2),
    ("for user in users:\n    Chat(user)", 2),
    ('if ENV["MAIL_KEY"]\n  Mail.start\nend\nChat.start', 4),
]


@pytest.mark.parametrize(("text", "line"), GUARDED)
def test_a_use_behind_a_setting_is_guarded(text: str, line: int) -> None:
    assert Guards("app/chat.rb", text).guarded(line)


@pytest.mark.parametrize(("text", "line"), ALWAYS)
def test_a_use_without_one_or_behind_an_environment_is_not(text: str, line: int) -> None:
    assert not Guards("app/chat.rb", text).guarded(line)


def test_adapters_that_a_framework_lists_are_options() -> None:
    assert Guards("config/filesystems.php", "'s3' => ['driver' => 's3']").guarded(1)
    assert Guards("config/storage.yml", "amazon:\n  service: S3").guarded(2)


def test_a_symbol_that_chooses_a_provider_is_a_call() -> None:
    text = "# lookup: :google\nGeocoder.configure(\n  lookup: :mapbox,\n)\n"
    calls = {(one.value, one.line) for one in ruby.parse("config/geocoder.rb", text) if one.kind == "call"}
    assert ("lookup(mapbox)", 3) in calls
    assert "lookup(google)" not in {value for value, _ in calls}


def test_a_line_of_a_megabyte_is_read_at_its_beginning() -> None:
    """The whole of it would take the patterns hours."""
    assert not Guards("app/chat.rb", "if " * 350_000).guarded(1)
    assert Guards("app/chat.rb", 'Chat.start(key) if ENV["CHAT_KEY"]' + " " * 10**6).guarded(1)
