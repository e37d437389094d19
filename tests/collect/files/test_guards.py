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
    ("const off = config.chatKey !== null && x\nconst has = process.env.CHAT_KEY !== undefined", 2),
    ("if (chatConfigured && user) {\n  new Chat()\n}", 2),
    ("switch (config.provider) {\n  case 'chat':\n    new Chat();\n}", 3),
]
ALWAYS = [
    ("Chat.start(1)", 1),
    ('if Rails.env.production?\n  Chat.start(ENV["CHAT_KEY"])\nend', 2),
    ("if config_env() == :prod do\n  config :chat, key: 1\nend", 2),
    ("for user in users:\n    Chat(user)", 2),
    ('if ENV["MAIL_KEY"]\n  Mail.start\nend\nChat.start', 4),
    # an empty text as the default only says that it is a text
    ("CHAT_KEY = config('CHAT_KEY', default='')", 1),
    ('const key = process.env.CHAT_KEY ?? "";', 1),
    ('token := env("CHAT_TOKEN", "")', 1),
    # who gives up without the key cannot do without it
    ('if not settings.CHAT_KEY:\n    raise Missing("no key")\nChat(settings.CHAT_KEY)', 3),
    ('if not settings.CHAT_KEY:\n    raise Missing("no key")', 1),
    ('if (!process.env.CHAT_KEY) throw new Error("CHAT_KEY is not set");', 1),
    ('const key = process.env.CHAT_KEY;\nif (!key) {\n  throw new Error("no key");\n}', 1),
    ('key := os.Getenv("CHAT_KEY")\nif key == "" {\n\tlog.Fatal("no key")\n}', 1),
    ('raise Missing unless ENV["CHAT_KEY"]', 1),
    # what the vendor answered is asked about, and no setting
    ("found = Chat::User.find(mail)\nfound ? found.id : Chat::User.create(mail)", 1),
    ('const answer = await fetch("https://chat.example");\nif (!answer.ok) {\n  return;\n}', 1),
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


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        # Elixir's own way to ask; System.get_env is no stage
        ("config/config.exs", 'if System.get_env("HONEYCOMB_API_KEY") do\n  config :exporter, otlp: "x"\nend', 2),
        # settings that Go exports
        ("app/mail.go", 'switch env.Config.Email.Type {\ncase "mailgun":\n\tmustBeSet("EMAIL_MAILGUN_API")\n}', 3),
        # a field of Go that may stay empty
        ("app/env.go", 'APIKey string `env:"EMAIL_MAILGUN_API"`', 1),
        # blocks of templates are not indented
        ("views/base.html", '{{ if ne .settings.googleAnalytics "" }}\n<script>\n{{ end }}', 2),
        ("a/base.html", "{% if GOOGLE_ANALYTICS_ID %}\n{% if x %}y{% endif %}\n<script>\n{% endif %}", 3),
        ("a/_head.html.erb", '<% if ENV["GTM"].present? %>\n<script src="x">\n<% end %>', 2),
        ("a/head.blade.php", "@if(config('services.fathom.id'))\n<script>\n@endif", 2),
    ],
)
def test_each_language_asks_in_its_own_way(path: str, text: str, line: int) -> None:
    assert Guards(path, text).guarded(line)


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("app/card.rb", "return unless stripe_id.present?\nStripe::Card.retrieve(stripe_id)", 2),  # a record's number
        ("app/env.go", 'APIKey string `env:"EMAIL_MAILGUN_API,required"`', 1),
        ("app/env.go", 'Region string `env:"EMAIL_MAILGUN_REGION,default=US"`', 1),
        ("views/base.html", "{{ if .settings.logo }}<img>{{ end }}\n<script>", 2),  # closed before
        ("views/base.html", "{{ range .posts }}\n<script>\n{{ end }}", 2),  # asks for no setting
        ("config/prod.exs", 'config :x,\n  dsn: System.get_env("DSN")', 2),
        # what an attribute of the element asks for
        ("a/head.blade.php", "<script src=\"x\" @if(config('app.url')) defer @endif></script>", 1),
    ],
)
def test_what_asks_for_something_else_is_no_guard(path: str, text: str, line: int) -> None:
    assert not Guards(path, text).guarded(line)
