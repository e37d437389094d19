"""Copies of what pages load from others, against a real nginx that has it, by the names it has in the world."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from nginx_server import Nginx, names_lead_here, serving

from toolkit.cli import cli
from toolkit.errors import BadInput, ProgramFailed
from toolkit.export import assets, dataset
from toolkit.model import LoadedFile

CDN, FONTS, FILES, LIBRARY = "cdn.jsdelivr.net", "fonts.googleapis.com", "fonts.gstatic.com", "cdnjs.cloudflare.com"
NAMES = (CDN, FONTS, FILES, LIBRARY)
# as Google Fonts answers: the sheet depends on who asks
BEHAVIOUR = """
    location = /css2 {{
        default_type text/css;
        if ($http_user_agent !~ Firefox) {{ return 200 "i {{ src: url(https://fonts.gstatic.com:{port}/old.ttf) }}"; }}
        return 200 "/* latin */ i {{ src: url(https://fonts.gstatic.com:{port}/s/inter.woff2) format('woff2') }}";
    }}
    location = /latest.css {{ return 302 /a@1.2.3/dist/a.css; }}
    location = /out.js {{ return 302 http://127.0.0.1/secret; }}
    location = /round.js {{ return 302 /round2.js; }}
    location = /round2.js {{ return 302 /round.js; }}
    location = /page.js {{ types {{ }} default_type text/html; return 200 "<p>Sign in"; }}
    location = /gone.js {{ return 404; }}
"""


def sri(content: bytes, name: str = "sha384") -> str:
    return f"{name}-{base64.b64encode(hashlib.new(name, content).digest()).decode()}"


class Others:
    """The world: a CDN and hosts of fonts, and a checkout whose pages load from there."""

    def __init__(self, nginx: Nginx, folder: Path) -> None:
        self.nginx, self.checkout, self.folder = nginx, folder / "board", folder / "copies"
        self.checkout.mkdir()

    def at(self, host: str, path: str = "") -> str:
        return f"https://{host}:{self.nginx.port}/{path}"

    def page(self, text: str, name: str = "page.html") -> None:
        (self.checkout / name).write_text(text)

    def command(self, *more: str) -> list[str]:
        return ["export", "assets", str(self.checkout), "--allow-private", "--to", str(self.folder), *more]

    def export(self, *more: str) -> str:
        result = CliRunner().invoke(cli, self.command(*more), catch_exceptions=False, standalone_mode=False)
        return result.stderr

    def records(self, name: str = assets.FETCHED) -> dict[str, dict[str, object]]:
        """Path without the server's own port → record."""
        lines = (self.folder / f"{name}.jsonl").read_text().splitlines()
        found = [json.loads(line) for line in lines]
        return {str(one.get("path", one["id"])).replace(f":{self.nginx.port}", ""): one for one in found}

    def content(self, path: str) -> bytes:
        return (self.folder / str(self.records(assets.SERVED)[path]["file"])).read_bytes()


@pytest.fixture
def others(tmp_path: Path) -> Iterator[Others]:
    with (
        serving(tmp_path / "nginx", NAMES, more=BEHAVIOUR) as nginx,
        names_lead_here(NAMES, tmp_path / "nginx/names.crt"),
    ):
        yield Others(nginx, tmp_path)


def test_a_page_its_sheets_and_their_fonts_and_pictures_are_kept(others: Others) -> None:
    script = others.nginx.put(CDN, "npm/a@1/a.js", "go()")
    others.nginx.put(
        CDN, "npm/a@1/css/a.css", "@import 'more.css'; i { src: url(../fonts/i.woff2?v=4#x), url('i.eot?') }"
    )
    others.nginx.put(CDN, "npm/a@1/css/more.css", "b { background: url(/root.png) url(data:,x) url(none.png) }")
    font = others.nginx.put(CDN, "npm/a@1/fonts/i.woff2", b"wOF2\0")
    others.nginx.put(CDN, "npm/a@1/css/i.eot", b"eot")
    others.nginx.put(CDN, "root.png", b"\x89PNG")
    others.nginx.put(FILES, "s/inter.woff2", b"wOF2 of Inter")
    others.page(
        f"""<script src="{others.at(CDN, "npm/a@1/a.js")}" integrity="{sri(script)}" crossorigin></script>
        <link rel="stylesheet" href="{others.at(CDN, "npm/a@1/css/a.css")}">
        <link rel="stylesheet" href="{others.at(FONTS, "css2?family=Inter:wght@400;700&amp;display=swap")}">"""
    )
    said = others.export()
    assert "page.html:1" in said
    assert "none.png" in said
    records = others.records()
    assert {path for path, one in records.items() if "file" in one} == {
        f"{CDN}/npm/a@1/a.js",
        f"{CDN}/npm/a@1/css/a.css",
        f"{CDN}/npm/a@1/css/more.css",
        f"{CDN}/npm/a@1/fonts/i.woff2?v=4",
        f"{CDN}/npm/a@1/css/i.eot",
        f"{CDN}/root.png",
        f"{FONTS}/css2?family=Inter:wght@400;700&display=swap",
        f"{FILES}/s/inter.woff2",
    }
    kept = records[f"{CDN}/npm/a@1/a.js"]
    assert kept["sha256"] == hashlib.sha256(script).hexdigest()
    assert kept["places"] == ["board/page.html:1"]
    assert (others.folder / str(kept["file"])).read_bytes() == script
    assert others.content(f"{CDN}/npm/a@1/fonts/i.woff2?v=4") == font
    manifest = json.loads((others.folder / dataset.MANIFEST).read_text())
    assert manifest["complete"]
    assert sorted(manifest["datasets"]) == [assets.SERVED, assets.FETCHED]
    assert others.records()[f"{CDN}/npm/a@1/css/none.png"]["missing"] == "it was answered with 404"


def test_sheets_with_whole_addresses_are_served_with_paths_and_kept_as_they_came(others: Others) -> None:
    others.nginx.put(FILES, "s/inter.woff2", b"wOF2 of Inter")
    others.nginx.put(CDN, "plain.css", "i { src: url(plain.woff2) }")
    others.nginx.put(CDN, "plain.woff2", b"wOF2")
    others.page(
        f"""<link rel="stylesheet" href="{others.at(FONTS, "css2?family=Inter")}">
        <link rel="stylesheet" href="{others.at(CDN, "plain.css")}">"""
    )
    others.export()
    served, port = others.records(assets.SERVED), others.nginx.port
    assert others.content(f"{FONTS}/css2?family=Inter").decode() == (
        f'/* latin */ i {{ src: url("../{FILES}:{port}/s/inter.woff2") format("woff2") }}'
    )
    assert served[f"{FONTS}/css2?family=Inter"]["edited"] is True
    came = (others.folder / str(others.records()[f"{FONTS}/css2?family=Inter"]["file"])).read_text()
    assert f"url(https://{FILES}:{port}/s/inter.woff2)" in came
    assert "edited" not in served[f"{CDN}/plain.css"]


def test_a_module_comes_with_those_that_it_imports(others: Others) -> None:
    other = others.at(LIBRARY, "d.js")
    others.nginx.put(CDN, "npm/a@1/a.mjs", f'import "/npm/b@2/b.js"; import "./c.js"; import "{other}"')
    others.nginx.put(CDN, "npm/b@2/b.js", "export * from 'react'")
    others.nginx.put(CDN, "npm/a@1/c.js", "import './gone.js'; import '/npm/a@1/e.js'")
    others.nginx.put(CDN, "npm/a@1/e.js", "e()")
    others.nginx.put(LIBRARY, "d.js", "d()")
    others.page(f'<script type="module">import a from "{others.at(CDN, "npm/a@1/a.mjs")}"</script>')
    others.export()
    port, gone = others.nginx.port, others.at(CDN, "npm/a@1/gone.js")
    module = f'import "../b@2/b.js"; import "./c.js"; import "../../../{LIBRARY}:{port}/d.js"'
    assert others.content(f"{CDN}/npm/a@1/a.mjs").decode() == module
    assert others.content(f"{CDN}/npm/a@1/c.js").decode() == f"import '{gone}'; import './e.js'"
    assert others.content(f"{LIBRARY}/d.js") == b"d()"


def test_what_is_not_what_the_page_says_is_refused_and_named(others: Others) -> None:
    others.nginx.put(CDN, "a.js", "stolen()")
    good = others.nginx.put(CDN, "b.js", "mine()")
    others.page(
        f'<script src="{others.at(CDN, "a.js")}" integrity="{sri(b"mine()")}"></script>'
        f'<script src="{others.at(CDN, "b.js")}" integrity="{sri(b"other", "sha256")} {sri(good)}"></script>'
    )
    with pytest.raises(ProgramFailed, match="1 files are not what the page's `integrity` says"):
        others.export()
    records = others.records()
    assert (records[f"{CDN}/a.js"]["refused"], "file" in records[f"{CDN}/a.js"]) == (True, False)
    assert "file" in records[f"{CDN}/b.js"], "the strongest hash counts"
    assert list((others.folder / "files").iterdir()) == [others.folder / str(records[f"{CDN}/b.js"]["file"])]


def test_an_address_that_moves_is_kept_as_both_and_its_sheet_reads_from_where_it_is(others: Others) -> None:
    sheet = others.nginx.put(CDN, "a@1.2.3/dist/a.css", f"i {{ src: url(../i.woff2), url({others.at(CDN, 'x.png')}) }}")
    others.nginx.put(CDN, "a@1.2.3/i.woff2", b"wOF2")
    others.nginx.put(CDN, "x.png", b"\x89PNG")
    others.page(f'<link rel="stylesheet" href="{others.at(CDN, "latest.css")}" integrity="{sri(sheet)}">')
    others.export()
    served = others.records(assets.SERVED)
    assert served[f"{CDN}/latest.css"]["to"] == f"{CDN}:{others.nginx.port}/a@1.2.3/dist/a.css"
    assert others.content(f"{CDN}/a@1.2.3/dist/a.css") == sheet, "a page says what its content is"
    assert f"{CDN}/a@1.2.3/i.woff2" in served


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("out.js", "from TLS to no TLS"),
        ("round.js", "of which there is no copy"),
        ("page.js", "no file that a page loads"),
        ("gone.js", "answered with 404"),
        ("large.js", "larger than allowed"),
    ],
)
def test_what_is_no_file_to_keep_is_told(others: Others, path: str, why: str) -> None:
    others.nginx.put(CDN, "large.js", b"x" * (2 * 2**20))
    others.page(f'<script src="{others.at(CDN, path)}"></script>')
    said = others.export("--largest", "1")
    assert why in said
    assert not others.records(assets.SERVED)


def test_integrity_goes_along_to_where_an_address_leads(others: Others) -> None:
    others.nginx.put(CDN, "a@1.2.3/dist/a.css", "b {}")
    others.page(f'<link rel="stylesheet" href="{others.at(CDN, "latest.css")}" integrity="{sri(b"i {}")}">')
    with pytest.raises(ProgramFailed, match="not what the page's"):
        others.export()
    assert not others.records(assets.SERVED)


def test_private_addresses_are_not_followed(others: Others) -> None:
    others.nginx.put(CDN, "a.js", "go()")
    others.page(f'<script src="{others.at(CDN, "a.js")}"></script>')
    words = [one for one in others.command() if one != "--allow-private"]
    words += ["--url", "http://169.254.169.254/latest/meta-data/a.js", "--url", "http://localhost:1/a.js"]
    result = CliRunner().invoke(cli, words, catch_exceptions=False, standalone_mode=False)
    assert result.stderr.count("private network: not followed") == 3
    assert not others.nginx.asked()


def test_all_files_together_have_a_limit(others: Others) -> None:
    for number in range(3):
        others.nginx.put(CDN, f"{number}.js", bytes([48 + number]) * 600_000)
    others.page("".join(f'<script src="{others.at(CDN, f"{number}.js")}"></script>' for number in range(3)))
    others.export("--most", "1")
    assert sum("file" in one for one in others.records().values()) == 1


def test_a_list_alone_asks_nobody(others: Others) -> None:
    others.page(f'<script src="{others.at(CDN, "a.js")}"></script><script src="https://js.stripe.com/v3/"></script>')
    said = others.export("--dry-run")
    assert "a.js: board/page.html:1" in said
    assert "part of a service" in said
    assert not others.nginx.asked()
    assert not others.folder.exists()


def test_pages_that_load_nothing_of_others_are_said(others: Others) -> None:
    with pytest.raises(BadInput, match="nothing to fetch"):
        others.export()


def test_addresses_by_hand_are_fetched_too(others: Others) -> None:
    others.nginx.put(CDN, "npm/b@2/b.js", "b()")
    others.page('<script src="https://cdn.jsdelivr.net/npm/b@{{ version }}/b.js"></script>')
    others.export("--url", others.at(CDN, "npm/b@2/b.js"))
    assert "file" in others.records()[f"{CDN}/npm/b@2/b.js"]
    with pytest.raises(BadInput, match="no address of a file"):
        others.export("--url", "file:///etc/passwd")


def test_a_run_that_was_killed_goes_on_and_asks_for_nothing_twice(others: Others) -> None:
    for number in range(8):
        others.nginx.put(CDN, f"{number}.css", f"i {{ background: url({number}.png) }}")
        others.nginx.put(CDN, f"{number}.png", f"PNG {number}")
    files = [LoadedFile(others.at(CDN, f"{number}.css"), ("p:1",)) for number in range(8)]
    pages = []

    def stop_after_five(text: str) -> None:
        pages.append(text)
        if len(pages) == 5:
            raise KeyboardInterrupt

    def run(log: object) -> None:
        with assets.client(allow_private=True) as http:
            streams = assets.streams(http, files, others.folder, allow_private=True)
            dataset.export(streams, others.folder, source="assets", log=log)  # type: ignore[arg-type]

    with pytest.raises(KeyboardInterrupt):
        run(stop_after_five)
    assert not (others.folder / dataset.MANIFEST).exists()
    run(lambda _: None)
    assert len([one for one in others.records().values() if "file" in one]) == 16
    asked = others.nginx.asked()
    assert len(asked) == len(set(asked)) == 16


def test_a_host_that_is_silent_is_not_waited_for_each_time(tmp_path: Path) -> None:
    slept: list[float] = []
    with assets.client(allow_private=True) as http:
        files = [LoadedFile(f"http://127.0.0.1:9/{number}.js", ("p:1",)) for number in range(5)]
        streams = assets.streams(http, files, tmp_path / "out", allow_private=True, sleep=slept.append)
        dataset.export(streams, tmp_path / "out", source="assets", log=lambda _: None)
    assert len(slept) == 2
    assert len(list(assets.missing(tmp_path / "out"))) == 5


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://CDN.example/a/../b/./c.js#x", "cdn.example/b/c.js"),
        ("https://cdn.example:443/a b.js?x=1|2&y='z'", "cdn.example/a%20b.js?x=1|2&y=%27z%27"),
        ("http://cdn.example:8080", "cdn.example:8080/"),
        ("https://bücher.example/ü.png", "xn--bcher-kva.example/%C3%BC.png"),
        ("https://cdn.example//a//b.js", "cdn.example//a//b.js"),
        ("https://ada:x@cdn.example/a.js", None),
        ("ftp://cdn.example/a.js", None),
        ("https://cdn.example/$host.js", None),
        ("https://cdn.example:x/a.js", None),
        ("https://[::1]/a.js", None),
        ("https://cdn.example/" + "a" * 2_000, None),
    ],
)
def test_a_path_is_what_browsers_send(url: str, path: str | None) -> None:
    assert assets.path_of(url) == path
