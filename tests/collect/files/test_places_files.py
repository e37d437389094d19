"""Reading only around the prefilter's hits gives what reading everything gives."""

from pathlib import Path

import pytest
from fake_catalog import catalog

from toolkit.collect.files.claims import Claims
from toolkit.collect.files.match import Matcher
from toolkit.collect.files.parsers import discover
from toolkit.collect.files.prefilter import load_prefilter
from toolkit.collect.files.read import Findings, Reader
from toolkit.collect.files.walk import walk

SIGNALS = tuple(
    catalog({
        "twilio": {
            "python": ("twilio",), "npm": ("twilio",), "ruby": ("Twilio",), "host": ("api.twilio.com",),
            "env": ("TWILIO_*",), "golang": ("github.com/twilio/go",),
            "call": ("twilio.rest.Client", "messages.create"), "config": ("provider.sms_service",),
        },
        "aws": {"call": ("boto3.client(ses)", "SESClient"), "host": ("*.amazonaws.com",), "php": ("Aws\\Ses",)},
        "github": {"host": ("github.com",)},
    }).signals()
)  # fmt: skip
FILLER = {
    ".py": "x = call(1)\n", ".js": "call(1);\n", ".rb": "call(1)\n", ".go": "var x = 1\n", ".php": "call(1);\n",
    ".yml": "x: call(1)\n", ".json": '"x": "call(1)",\n', ".sql": "select call(1);\n",
}  # fmt: skip
TEXTS = {
    "import.py": "from twilio.rest import (\n    Client,\n)\n%s\nclient = Client()\nclient.messages.create(to='x')\n",
    "alias.py": "import boto3 as b\n%s\ndef f():\n    return b.client(\n        'ses'\n    )\n",
    "told.py": '"""See https://api.twilio.com for more."""\n%s\nimport os\nos.environ["TWILIO_SID"]\n',
    "import.js": "import {\n  Client,\n} from 'twilio'\n%s\nexport const a = new SESClient({\n  region: 'x' })\n",
    "late.js": "%s\nfunction f() {\n  return require('twilio')\n}\n%s",
    "comment.js": "/* import 'twilio'\n%s\n*/\n%s\nconst { TWILIO_SID, X } = process.env\n",
    "template.js": "%s\nconst u = `https://email.${region}.amazonaws.com/x`\n// https://api.twilio.com\n%s",
    "escaped.js": "const a = process.env.TWILIO_SID\n%s\nconst r = /^https:\\/\\/email\\.eu\\.amazonaws\\.com/\n",
    "open.js": "const a = require('twilio')\n%s\nconst b = `\nexport const c = 1\n",
    "class.rb": "require 'net'\n%s\nclass A\n  def f\n    Twilio::REST::Client.new(\n ENV['TWILIO_SID'])\n  end\nend\n",
    "main.go": 'package m\nimport (\n\t"fmt"\n\t"github.com/twilio/go/x"\n)\n%s\nfunc f() { g("//api.twilio.com") }\n',
    "other.go": 'package m\n// see //api.twilio.com\nimport "github.com/aws/x"\n%s\nvar a = "email.x.amazonaws.com"\n',
    "app.yml": "# https://api.twilio.com\nhomepage: //api.twilio.com\n%s\na:\n  TWILIO_SID: x\n  b: s3.amazonaws.com\n",
    "keys.yml": "messages:\n%s\n  provider:\n    sms_service: ses\n    url: https://api.twilio.com/x\n",
    "app.json": '{\n%s\n"description": "https://api.twilio.com",\n"a": {"b": "TWILIO_AUTH_TOKEN"}}\n',
    "load.sql": "-- //api.twilio.com\n%s\ninsert into a values ('https://api.twilio.com', 'TWILIO_SID');\n",
    "use.php": "<?php\nuse Aws\\Ses\\SesClient;\n%s\n$c = new SesClient([]);\n",
}  # fmt: skip


def reader() -> Reader:
    parsers = discover()
    hints = [hint for parser in parsers for hint in parser.hints]
    return Reader(Matcher(SIGNALS), load_prefilter(SIGNALS, hints, None), Claims(parsers))


def found(root: Path) -> dict[str, Findings]:
    read = reader().read
    return {file.path: read(str(root), file) for folder in walk(str(root), print) for file in folder.files}


def lay(root: Path, name: str, text: str) -> None:
    """One text short and long, with every way to end a line and to begin a file."""
    filler = FILLER["." + name.rpartition(".")[2]]
    for repeats in (0, 300):
        whole = text.replace("%s", filler * repeats)
        (root / f"{repeats}_{name}").write_bytes(whole.encode())
        (root / f"{repeats}_crlf_{name}").write_bytes(b"\xef\xbb\xbf" + whole.replace("\n", "\r\n").encode())
        (root / f"{repeats}_accents_{name}").write_bytes((whole + "\n").replace("1)", "'é🙂')").encode())
        (root / f"{repeats}_latin_{name}").write_bytes((whole + "\n").replace("1)", "'é')").encode("latin-1"))


@pytest.mark.parametrize("name", TEXTS)
def test_the_places_of_hits_are_enough(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path, name, TEXTS[name])
    near = found(tmp_path)
    monkeypatch.setattr(Reader, "_places", lambda *_: None)
    everywhere = found(tmp_path)
    assert all(one.signs or one.dropped for one in everywhere.values())
    for path, one in near.items():
        assert sorted(one.signs, key=repr) == sorted(everywhere[path].signs, key=repr), path
        assert sorted(one.dropped, key=repr) == sorted(everywhere[path].dropped, key=repr), path
