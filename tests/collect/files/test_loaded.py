"""Files of others that pages load: the exact addresses, and what nobody can copy."""

from functools import cache
from pathlib import Path

import pytest

from tests.collect.files.fake_catalog import catalog
from toolkit.catalog.entries import Vendor
from toolkit.catalog.folders import load
from toolkit.collect.files import loaded
from toolkit.collect.files.loaded import loaded_files
from toolkit.model import LoadedFile, NotTold

known_to_all = cache(load)
CDN = "https://cdn.jsdelivr.net/npm"


def found(folder: Path, files: dict[str, str], own: tuple[str, ...] = ()) -> tuple[list[LoadedFile], list[NotTold]]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    files_, left = loaded_files({"board": folder}, known_to_all(), own=own)
    return list(files_), list(left)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page.html", f'<script src="{CDN}/a.js"></script>'),
        ("page.html", f'<script\n  defer\n  src="{CDN}/a.js"></script>'),
        ("page.html", f'<link rel="preload" as="script" href={CDN}/a.js>'),
        ("page.html.erb", f'<%= javascript_include_tag "{CDN}/a.js" %>'),
        ("page.html.haml", f'%script{{src: "{CDN}/a.js"}}'),
        ("page.pug", f'script(src="{CDN}/a.js")'),
        ("page.blade.php", f'@if ($x)<script src="{CDN}/a.js"></script>@endif'),
        ("page.php", f'<?php echo 1; ?>\n<script src="{CDN}/a.js"></script>'),
        ("page.vue", f'<template><img src="x"></template><script>import a from "{CDN}/a.js"</script>'),
        ("widget.js", f'const a = await import("{CDN}/a.js");'),
        ("worker.js", f'importScripts("{CDN}/a.js");'),
        ("forms.py", f'class Media:\n    js = ("{CDN}/a.js",)\n'),
        ("page.html", f'<script>if (a<b) {{ load("{CDN}/a.js") }} else if (b>c) {{}}</script>'),
        ("page.html", f'<script type="importmap">{{"imports": {{"a": "{CDN}/a.js"}}}}</script>'),
    ],
)
def test_a_script_is_found_wherever_it_is_loaded(tmp_path: Path, name: str, text: str) -> None:
    files, left = found(tmp_path, {name: text})
    assert [(one.url, len(one.places)) for one in files] == [(f"{CDN}/a.js", 1)]
    assert not left


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page.html", f'<a href="{CDN}/a.js">look</a>'),
        ("page.html", f'<!-- <script src="{CDN}/a.js"></script> -->'),
        ("page.html", f'<meta property="og:image" content="{CDN}/a.png">'),
        ("page.html", '<link rel="preconnect" href="https://fonts.gstatic.com">'),
        ("page.html", f'<link rel="canonical" href="{CDN}/a.css">'),
        ("page.html", '<iframe src="https://video.widgetry.io/x"></iframe>'),
        ("page.html.erb", f'<%= link_to "look", "{CDN}/a.js" %>'),
        ("page.html", '<script src="https://example.org/a.js"></script>'),
        ("page.html", '<script src="https://static.board.io/a.js"></script>'),
        ("page.html", '<img src="https://www.w3.org/valid.png">'),
        ("page.tsx", '<Link href="https://github.com/board/board">code</Link>'),
        ("docs/page.html", f'<script src="{CDN}/a.js"></script>'),
        ("tests/page.html", f'<script src="{CDN}/a.js"></script>'),
        ("widget.js", f'// import("{CDN}/a.js")'),
        ("style.css", f"/* @import url({CDN}/a.css) */"),
        ("style.scss", f"  // @import url({CDN}/a.css)"),
        ("style.css", "a { background: url(mine.png) }"),
    ],
)
def test_what_is_not_loaded_or_is_nobody_elses_is_left_alone(tmp_path: Path, name: str, text: str) -> None:
    assert found(tmp_path, {name: text}, own=("board.io",)) == ([], [])


def test_what_elements_say_of_a_file_comes_along(tmp_path: Path) -> None:
    page = f"""<html>
<link rel="stylesheet" crossorigin href="{CDN}/a.css?x=1&amp;y=2" integrity="sha384-AAAA
   sha512-BBBB">
<link href="//fonts.googleapis.com/css2?family=Inter:wght@400;700&display=swap" rel="stylesheet">
<img srcset="https://i.imgur.com/1.png 1x, https://i.imgur.com/2.png 2x" src="https://i.imgur.com/1.png">
<div style="background: url('https://i.imgur.com/3.png')"></div>
<style>
  @import "https://use.widgetry.io/b.css";
  p {{ background: url(https://i.imgur.com/4.png#part) }}
</style>"""
    files, left = found(tmp_path, {"app/page.html": page, "app/other.html": f'<link href="{CDN}/a.css?x=1&y=2">'})
    assert not left
    told = {one.url: one for one in files}
    assert {url.rpartition("/")[2]: one.places[-1].rpartition("/")[2] for url, one in told.items()} == {
        "a.css?x=1&y=2": "page.html:2",
        "css2?family=Inter:wght@400;700&display=swap": "page.html:4",
        "1.png": "page.html:5",
        "2.png": "page.html:5",
        "3.png": "page.html:6",
        "b.css": "page.html:8",
        "4.png": "page.html:9",
    }
    sheet = told[f"{CDN}/a.css?x=1&y=2"]
    assert sheet.integrity == ("sha384-AAAA\n   sha512-BBBB",)
    assert sheet.places == ("board/app/other.html:1", "board/app/page.html:2")
    assert sheet.spelled == (f"{CDN}/a.css?x=1&amp;y=2", f"{CDN}/a.css?x=1&y=2")
    fonts = told["https://fonts.googleapis.com/css2?family=Inter:wght@400;700&display=swap"]
    assert fonts.spelled[0].startswith("//fonts.googleapis.com")


def test_one_file_by_two_schemes_is_asked_for_with_tls(tmp_path: Path) -> None:
    text = '<script src="http://cdn.widgetry.io/a.js"></script><script src="https://cdn.widgetry.io/a.js"></script>'
    assert [one.url for one in found(tmp_path, {"a.html": text})[0]] == ["https://cdn.widgetry.io/a.js"]


def test_pictures_of_a_service_are_files_and_its_script_is_not(tmp_path: Path) -> None:
    at = "https://js.stripe.com/v3"
    files, left = found(tmp_path, {"a.html": f'<img src="{at}/badge.svg"><script src="{at}/stripe.js"></script>'})
    assert [one.url for one in files] == [f"{at}/badge.svg"]
    assert [one.what for one in left] == [f"{at}/stripe.js"]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("a.html", f'<script src="{CDN}/a@{{{{ version }}}}/b.js"></script>', "--url"),
        ("a.html.erb", f'<script src="{CDN}/<%= x %>.js"></script>', "--url"),
        ("a.js", f"import(`{CDN}/${{x}}.js`)", "--url"),
        ("a.js", f'load("{CDN}/a.js" + version)', "--url"),
        ("a.php", f"<?php echo '<script src=\"{CDN}/' . md5($x) . '\"></script>';", "--url"),
        ("a.html", '<img src="https://www.gravatar.com/avatar/{{ user.hash }}?s=80">', "--url"),
        ("a.css", "a { background: url('https://i.imgur.com/{{ x }}.png') }", "--url"),
        ("a.html", '<script src="https://js.stripe.com/v3/"></script>', "part of a service (payments"),
        ("a.html", '<script src="https://www.google.com/recaptcha/api.js"></script>', "part of a service (abuse"),
    ],
)
def test_what_cannot_be_copied_is_told_with_the_reason(tmp_path: Path, name: str, text: str, why: str) -> None:
    files, left = found(tmp_path, {name: text})
    assert not files
    assert [one.place for one in left] == [f"board/{name}:1"]
    assert why in left[0].why


def test_more_files_than_anybody_has_are_told_and_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loaded, "MOST_FILES", 2)
    text = "\n".join(f'<script src="{CDN}/{number}.js"></script>' for number in range(4))
    files, left = found(tmp_path, {"a.html": text})
    assert (len(files), len(left)) == (2, 2)


def test_who_is_known_for_files_alone_is_no_service(tmp_path: Path) -> None:
    known = catalog({"pictures": {"host": ("cdn.pictures.io",)}})
    known.vendors["pictures"] = Vendor(
        "pictures", ("product.media", "product.search"), signals={"host": ("cdn.pictures.io",)}
    )
    (tmp_path / "a.html").write_text('<script src="https://cdn.pictures.io/a.js"></script>')
    assert len(loaded_files({"board": tmp_path}, known)[0]) == 1


@pytest.mark.parametrize(
    "text",
    [
        '<script src="' * 50_000,
        "<script " * 100_000 + '"https://a.widgetry.io/a.js"',
        "https://" * 200_000,
        '"//' * 200_000,
        "<!--" * 100_000 + ' src="https://a.widgetry.io/a.js"' * 3_000,
        "<style>" * 100_000,
        'src="https://a.widgetry.io/' + "(" * 500_000,
    ],
)
def test_a_hostile_page_is_read_to_its_end(tmp_path: Path, text: str) -> None:
    found(tmp_path, {"a.html": text})
