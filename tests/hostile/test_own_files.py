"""The user's own files when they are broken: exit 2, with the file and the key, and nothing of a value."""

import json
import subprocess
import tomllib
from pathlib import Path

import pytest
from readings import OFFRAMP, Run

VENDOR = 'name = "Acme"\n'
SERVICE = 'name = "Acme Mail"\ncapabilities = ["mail.outgoing"]\n[signals]\npypi = ["acme"]\n'


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("vendors/acme/vendor.toml", VENDOR + "nam = 'planted-value'\n", "unknown key 'nam'"),
        (
            "vendors/acme/mail.toml",
            SERVICE.replace("pypi", "pipy"),
            "signals: unknown key 'pipy'; known are action, arm",
        ),
        ("vendors/acme/mail.toml", SERVICE.replace('"acme"', '"planted-value'), "line 4"),
        ("blueprints/mine/blueprint.toml", "name = 'x'\n", "the key 'capabilities' is missing"),
    ],
)
def test_a_broken_overlay_is_named(shop: Path, run: Run, file: str, text: str, said: str) -> None:
    overlay = shop.parent / "overlay"
    (overlay / "vendors/acme").mkdir(parents=True)
    (overlay / "vendors/acme/vendor.toml").write_text(VENDOR)
    (overlay / file).parent.mkdir(parents=True, exist_ok=True)
    (overlay / file).write_text(text, encoding="latin-1")
    done = run("catalog", "validate", "--catalog", overlay, code=2)
    assert said in done.stderr
    assert Path(file).name in done.stderr or "acme" in done.stderr
    assert "planted-value" not in done.stderr


def test_the_audit_refuses_a_broken_overlay_too(shop: Path, run: Run) -> None:
    (shop / "own/vendors/acme").mkdir(parents=True)
    (shop / "own/vendors/acme/vendor.toml").write_text("name = 5\n")
    (shop / "offramp.toml").write_text('catalog = ["own"]\n')
    done = run("audit", shop, "-o", "json=audit.json", code=2)
    assert "own/vendors/acme/vendor.toml: name: expected a text" in done.stderr
    assert not (shop.parent / "audit.json").exists()


def test_what_reads_an_audit_or_a_plan_refuses_half_of_one(shop: Path, run: Run) -> None:
    """Every command that takes a document, with one of each way it can be no document."""
    run("audit", shop, "-o", "json=audit.json")
    run("plan", "audit.json", "--lose", "aws@0h", "-o", "json=plan.json")
    whole = {name: (shop.parent / f"{name}.json").read_text() for name in ("audit", "plan")}
    commands = [["plan"], ["simulate", "--lose", "aws@1h"], ["gate"], ["explain", "aws/s3", "--audit"]]
    for number, (name, command) in enumerate(
        [*(("audit", command) for command in commands), ("plan", ["generate", "--to", "infra"])]
    ):
        ways = _ways_to_be_none(whole[name], "plan" if name == "audit" else "audit", whole)
        text, said = ways[number % len(ways)]
        (shop.parent / "bad.json").write_bytes(text)
        done = run(*command, "bad.json", code=2)
        assert said in done.stderr
        assert "bad.json" in done.stderr
        assert done.stdout == ""
    assert not (shop.parent / "infra").exists()


def _ways_to_be_none(text: str, other: str, whole: dict[str, str]) -> list[tuple[bytes, str]]:
    """Bytes of a file, and what is to be said of it."""
    newer = json.dumps({**json.loads(text), "schema_version": "99.1"})
    return [
        (text[: len(text) // 2].encode(), "not a complete JSON document"),
        (newer.encode(), "schema_version this Offramp does not know"),
        (whole[other].encode(), "bad.json"),
        (b"\xff\xfe" + text.encode(), "not UTF-8"),
        (b"", "not a complete JSON document"),
    ]


def test_a_half_written_project_is_not_built_upon(shop: Path, run: Run) -> None:
    """A damaged manifest would make every file look like the user's own, or nobody's."""
    run("audit", shop, "-o", "json=audit.json")
    run("plan", "audit.json", "--lose", "aws@0h", "-o", "json=plan.json")
    run("generate", "plan.json", "--to", "infra")
    manifest = shop.parent / "infra/offramp-manifest.json"
    whole = manifest.read_text()
    manifest.write_text(whole[:100])
    assert "offramp-manifest.json: not a manifest" in run("generate", "plan.json", "--to", "infra", code=2).stderr
    manifest.write_text(whole)
    assert "unchanged" in run("generate", "plan.json", "--to", "infra").stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[declare]]\nvendor = ""\n', "declare[0].vendor: expected a text that is not empty"),
        ('[[declare]]\nvendor = " "\n', "declare[0].vendor: expected a text that is not empty"),
        (
            '[[declare]]\nvendor = "fill in"\ncapabilities = ["edge.dns"]\n',
            "[[declare]] 1: vendor still says 'fill in'",
        ),
        ('[[declare]]\nvendor = "nope"\n', "[[declare]] 1: the catalogue knows no vendor 'nope'"),
        ('[[declare]]\nvendor = "aws"\nquantity = -4\n', "declare[0].quantity: expected a number of at least 1"),
        ("people = 0\n", "people: expected a number of at least 1"),
        ("people = 501\n", "people: expected a number of at most 500"),
        ('name = ""\n', "name: expected a text that is not empty"),
        ("[objectives]\nrto_hours = inf\n", "objectives.rto_hours: expected a number of at most"),
        ('[[journey]]\nid = "read"\n' * 2, "[[journey]]: id 'read' is given twice"),
        ('[[application]]\nname = "a"\nsource = "."\n' * 2, "[[application]]: name 'a' is given twice"),
        (
            '[[application]]\nname = "a"\nsource = "."\nport = 70000\n',
            "application[0].port: expected a number of at most 65535",
        ),
        (
            '[[choice]]\ncapability = "data.relational"\nblueprint = "postgresql"\n' * 2,
            "[[choice]]: capability 'data.relational' is given twice",
        ),
        ("[", "line 1, column 2"),
    ],
)
def test_what_offramp_toml_cannot_mean_is_refused(shop: Path, run: Run, text: str, said: str) -> None:
    (shop / "offramp.toml").write_text(text)
    done = run("audit", shop, code=2)
    assert "offramp.toml: " in done.stderr
    assert said in done.stderr
    assert done.stdout == ""


def test_a_vendor_of_nobody_that_says_what_it_provides_is_fine(shop: Path, run: Run) -> None:
    (shop / "offramp.toml").write_text('[[declare]]\nvendor = "nope"\ncapabilities = ["edge.dns"]\n')
    assert "nope" in run("audit", shop, "--format", "json").stdout


def test_a_drafted_table_without_its_hash_is_refused_until_it_is_filled_in(shop: Path, run: Run) -> None:
    run("init", shop)
    drafted = shop / "offramp.toml"
    run("audit", shop)
    lines = drafted.read_text().replace("# [[declare]]", "[[declare]]").replace("# vendor", "vendor")
    drafted.write_text(lines.replace("# capabilities", "capabilities"))
    said = run("audit", shop, code=2).stderr
    assert said.count("vendor still says 'fill in'") == lines.count("\n[[declare]]") > 1


def test_a_notice_of_more_than_ten_years_and_a_name_like_none_are_refused(shop: Path, run: Run) -> None:
    run("audit", shop, "-o", "json=audit.json")
    assert "more than ten years" in run("simulate", "audit.json", "--lose", "aws@99999999999h", code=2).stderr
    assert "did you mean" not in run("simulate", "audit.json", "--lose", "nope", code=2).stderr
    assert "did you mean hetzner?" in run("simulate", "audit.json", "--lose", "hetzer", code=2).stderr


@pytest.mark.parametrize("text", ["[", "[1,\n", "5 5"])
def test_a_document_that_begins_as_no_object_says_where_it_breaks(shop: Path, run: Run, text: str) -> None:
    (shop.parent / "bad.json").write_text(text)
    said = run("simulate", "bad.json", "--lose", "aws", code=2).stderr
    assert "bad.json: not a complete JSON document: line " in said
    assert ", column " in said


def test_questions_go_unanswered_where_the_input_has_ended(shop: Path, environment: dict[str, str]) -> None:
    """Each on a line of its own; the draft is written with what is open as comments, and read by the next audit."""
    other = shop.parent / "other"
    other.mkdir()
    (other / "requirements.txt").write_text("psycopg2==2.9\n")
    command: list[str | Path] = [OFFRAMP, "init", other, "--ask"]
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    asked = [line for line in done.stderr.splitlines() if "Enter to skip]" in line]
    assert len(asked) == 1
    assert asked[0].endswith("Enter to skip]: ")
    assert "The input has ended" in done.stderr
    assert "declare" not in tomllib.loads((other / "offramp.toml").read_text())


def test_names_that_are_no_utf8_end_no_command_with_a_bug(shop: Path, run: Run) -> None:
    """What the lock says of its holder, and a dataset of its source, holds words of the command line."""
    zone = shop.parent / "zone\udcff"
    zone.write_text("www 60 A 192.0.2.1\n")
    for file, to in ((zone, "out"), (zone, "out\udcfe")):
        run("export", "dns", "file", file, "--zone", "board.example", "--to", to)
        assert json.loads((shop.parent / to / "manifest.json").read_text())["complete"]
