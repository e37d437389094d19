#!/usr/bin/env python3
"""Make a static site of exported help-centre articles: `help_site.py DATASET-FOLDER SITE-FOLDER`.

In: support.articles.jsonl and attachments/. Out: index.html, <id>.html, files/<id>; prints "changed" or "unchanged".
Old addresses (/hc/<locale>/articles/<id>-<title>) are led to <id>.html by nginx. Articles only signed-in people saw are
left out. Their HTML was written by others: the server's Content-Security-Policy keeps it from running anything.
"""

import filecmp
import html
import json
import re
import shutil
import sys
import tempfile
from itertools import groupby
from pathlib import Path

PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>body{{max-width:45rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 sans-serif}}
img{{max-width:100%}}</style></head><body>
{body}
</body></html>
"""
OLD_ATTACHMENT = re.compile(r"""(?:https://[^\s"'<>]+)?/hc/(?:[\w-]+/)?article_attachments/(\d+)(?:/[^\s"'<>]*)?""")
OLD_ARTICLE = re.compile(r"""(?:https://[^\s"'<>]+)?/hc/(?:[\w-]+/)?articles/(\d+)[^\s"'<>#]*""")


def main():
    source, site = Path(sys.argv[1]), Path(sys.argv[2])
    with (source / "support.articles.jsonl").open(encoding="utf-8") as lines:
        articles = [one for one in map(json.loads, lines) if one["public"] and one["id"].isdigit()]
    with tempfile.TemporaryDirectory(dir=site.parent) as folder:
        made = Path(folder) / "site"
        (made / "files").mkdir(parents=True)
        write(articles, source, made)
        if same(made, site):
            print("unchanged")
            return
        shutil.rmtree(site, ignore_errors=True)
        made.rename(site)
    site.chmod(0o755)
    print("changed")


def write(articles, source, site):
    (site / "index.html").write_text(index(articles), encoding="utf-8")
    for one in articles:
        (site / f"{one['id']}.html").write_text(page(one), encoding="utf-8")
        for file in one.get("attachments", []):
            if "file" in file and file["id"].isdigit():
                shutil.copyfile(source / file["file"], site / "files" / file["id"])


def page(one):
    body = OLD_ATTACHMENT.sub(r"files/\1", one["html"])
    body = OLD_ARTICLE.sub(r"\1.html", body)
    title = html.escape(one["title"])
    content = f'<p><a href="./">Help</a></p><h1>{title}</h1>\n{body}'
    return PAGE.format(lang=html.escape(one.get("locale", "en")), title=title, body=content)


def index(articles):
    def place(one):
        return one.get("category", ""), one.get("section", "")

    parts = ["<h1>Help</h1>"]
    for (category, section), found in groupby(sorted(articles, key=lambda one: (*place(one), one["title"])), place):
        heading = " / ".join(html.escape(name) for name in (category, section) if name)
        links = (f'<li><a href="{one["id"]}.html">{html.escape(one["title"])}</a></li>' for one in found)
        parts.append(f"<h2>{heading}</h2><ul>{''.join(links)}</ul>")
    return PAGE.format(lang="en", title="Help", body="\n".join(parts))


def same(made, site):
    if not site.is_dir():
        return False
    compared = [filecmp.dircmp(made / part, site / part) for part in ("", "files")]
    return not any(
        one.left_only or one.right_only or filecmp.cmpfiles(one.left, one.right, one.common_files, shallow=False)[1]
        for one in compared
    )


if __name__ == "__main__":
    main()
