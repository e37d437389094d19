"""Settings that choose one of several providers, as each language writes them, and what is chosen."""

from pathlib import Path

import pytest

from toolkit.catalog.folders import load
from toolkit.collect.files import collect_files
from toolkit.identify.corrections import concerning
from toolkit.identify.dependencies import identify
from toolkit.model import OneOf, Platform, Survey

CATALOG = load()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is compiled of the catalogue, once for all tests here."""
    return tmp_path_factory.mktemp("compiled")


def _survey(folder: Path, files: dict[str, str], cache: Path) -> Survey:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return collect_files({"shop": folder}, CATALOG, cache=cache)


MAIL = ("aws/ses", "mailgun", "own")
CASES: dict[str, tuple[dict[str, str], OneOf]] = {
    "options in the comment of a sample": (
        {".env.example": '# Available options: database (default) | s3\nUPLOAD_TRANSPORT="database"\n'},
        OneOf("data.object-storage", ("aws/s3", "own"), "own", ".env.example:1"),
    ),
    "a sample without a default": (
        {".env.example": "# one of: smtp, ses, mailgun\nMAIL_DRIVER=\n"},
        OneOf("mail.outgoing", MAIL, None, ".env.example:1"),
    ),
    "paths of classes": (
        {
            "shop/settings.py": "EMAIL_BACKEND = "
            'env("EMAIL_BACKEND", default="django.core.mail.backends.smtp.EmailBackend")\n'
            'if EMAIL_BACKEND == "anymail.backends.mailgun.EmailBackend":\n    a()\n'
            'elif EMAIL_BACKEND == "django_ses.SESBackend":\n    b()\n'
        },
        OneOf("mail.outgoing", MAIL, "own", "shop/settings.py:1"),
    ),
    "a path in a file of the environment": (
        {
            "production.env": "MAIL_BACKEND=shop.email.services.SESEmailSender\n",
            "shop/mail.py": 'if settings.MAIL_BACKEND == "smtp":\n    a()\n',
        },
        OneOf("mail.outgoing", ("aws/ses", "own"), "aws/ses", "production.env:1"),
    ),
    "laravel": (
        {
            "config/mail.php": "'default' => env('MAIL_MAILER', 'smtp'),\n'mailers' => [\n"
            "'smtp' => ['transport' => 'smtp'],\n'ses' => ['transport' => 'ses'],\n"
            "'mailgun' => ['transport' => 'mailgun'],\n];\n"
        },
        OneOf("mail.outgoing", MAIL, "own", "config/mail.php:1"),
    ),
    "rails": (
        {
            "config/storage.yml": "local:\n  service: Disk\n\namazon:\n  service: S3\n  region: x\n",
            "config/environments/production.rb": "  config.active_storage.service = :amazon\n",
        },
        OneOf("data.object-storage", ("aws/s3", "own"), "aws/s3", "config/environments/production.rb:1"),
    ),
    "ruby": (
        {
            "config/mail.rb": 'case ENV.fetch("MAIL_PROVIDER", "smtp")\nwhen "ses"\n  a\nwhen "mailgun"\n  b\n'
            'when "smtp"\n  c\nend\n'
        },
        OneOf("mail.outgoing", MAIL, "own", "config/mail.rb:1"),
    ),
    "django": (
        {
            "shop/settings.py": 'STORAGE_BACKEND = os.environ.get("STORAGE_BACKEND", "local")\n'
            'if STORAGE_BACKEND == "s3":\n    a = 1\nelif STORAGE_BACKEND == "local":\n    b = 2\n'
        },
        OneOf("data.object-storage", ("aws/s3", "own"), "own", "shop/settings.py:1"),
    ),
    "typescript": (
        {
            "src/storage/factory.ts": "switch (process.env.STORAGE_PROVIDER) {\n  case 's3':\n    return new A();\n"
            "  case 'gcs':\n    return new B();\n}\n"
        },
        OneOf("data.object-storage", ("aws/s3", "google-cloud/storage"), None, "src/storage/factory.ts:2"),
    ),
    "zod": (
        {"src/env.config.ts": "  MAIL_TRANSPORT: z.enum(['smtp', 'ses', 'mailgun']).default('ses'),\n"},
        OneOf("mail.outgoing", MAIL, "aws/ses", "src/env.config.ts:1"),
    ),
    "spring": (
        {
            "storage/A.java": '@ConditionalOnProperty(prefix = "files", name = "storage-type", havingValue = "s3")\n',
            "storage/B.java": '@ConditionalOnProperty(prefix = "files", name = "storage-type", havingValue = "local",\n'
            "    matchIfMissing = true)\n",
        },
        OneOf("data.object-storage", ("aws/s3", "own"), "own", "storage/B.java:1"),
    ),
    "go": (
        {
            "config/config.go": 'MailProvider string `env:"MAIL_PROVIDER" envDefault:"mailgun"`\n',
            "mail/provider.go": '\tswitch cfg.MailProvider {\n\tcase "ses":\n\t\treturn a\n'
            '\tcase "mailgun":\n\t\treturn b\n\tcase "smtp":\n\t\treturn c\n\t}\n',
        },
        OneOf("mail.outgoing", MAIL, "mailgun", "config/config.go:1"),
    ),
    "c sharp": (
        {
            "StorageFactory.cs": 'return options.StorageProvider switch {\n    "s3" => new A(),\n'
            '    "azure" => new B(),\n    "folder" => new C(),\n};\n',
            "appsettings.json": '{\n  "StorageProvider": "azure"\n}\n',
        },
        OneOf(
            "data.object-storage", ("aws/s3", "azure/blob-storage", "own"), "azure/blob-storage", "appsettings.json:2"
        ),
    ),
    "compose": (
        {
            "compose.yml": "services:\n  web:\n    environment:\n      STORAGE_DRIVER: ${STORAGE_DRIVER:-local}\n",
            "storage/index.js": "if (process.env.STORAGE_DRIVER === 's3') a();\n",
        },
        OneOf("data.object-storage", ("aws/s3", "own"), "own", "compose.yml:4"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_language_s_way_to_choose(tmp_path: Path, cache: Path, name: str) -> None:
    files, group = CASES[name]
    assert _survey(tmp_path, files, cache).choices == (group,)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mail/inbox.py", 'if message.provider == "ses":\n    a()\nelif message.provider == "mailgun":\n    b()\n'),
        ("config/login.rb", 'case ENV["LOGIN_PROVIDER"]\nwhen "google"\n a\nwhen "facebook"\n b\nend\n'),
        ("config/sign.py", 'if env.SIGN_PROVIDER == "google":\n    a\nelif env.SIGN_PROVIDER == "azure":\n    b\n'),
        ("config/mail.py", '# MAIL_PROVIDER = os.getenv("MAIL_PROVIDER", "ses")\n'),
        ("config/mail.py", 'MAIL_PROVIDER = os.getenv("MAIL_PROVIDER", "ses")\n'),
        (
            "tests/config/mail.py",
            'if env.MAIL_PROVIDER == "ses":\n    a\nelif env.MAIL_PROVIDER == "mailgun":\n    b\n',
        ),
    ],
)
def test_no_setting_chooses_here(tmp_path: Path, cache: Path, name: str, text: str) -> None:
    assert not _survey(tmp_path, {name: text}, cache).choices


def test_who_is_not_chosen_is_optional_and_who_is_runs(tmp_path: Path, cache: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"mailgun.js": "1", "@aws-sdk/client-ses": "3"}}',
        "mail/index.js": "import Mailgun from 'mailgun.js'\nimport { SESClient } from '@aws-sdk/client-ses'\n"
        "const provider = process.env.MAIL_PROVIDER || 'mailgun'\n"
        "if (provider === 'ses') { send(new SESClient()) }\nelse { send(new Mailgun(process.env.MAILGUN_KEY)) }\n",
    }
    survey = _survey(tmp_path, files, cache)
    dependencies = identify(survey, Platform(), CATALOG)
    roles = {one.id: one.role for one in dependencies}
    assert survey.choices[0].chosen == "mailgun"
    assert (roles["mailgun"], roles["aws/ses"]) == ("runtime", "optional")
    assert concerning(survey.choices, dependencies) == survey.choices
    assert not concerning(survey.choices, ())
