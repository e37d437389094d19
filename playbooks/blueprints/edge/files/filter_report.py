#!/usr/bin/env python3
"""What the filter refused, or would have: `filter-report [FILE…]`.

For each rule that met something: how often, from how many addresses, on which pages (without their queries), and what it
says. In: ModSecurity's audit log, a JSON document a line; default: the week that is kept.
"""

import collections
import glob
import gzip
import json
import sys

KEPT = "/var/log/offramp-edge/filter.json*"
PAGES = 3


def lines(files):
    for name in files:
        opened = gzip.open if name.endswith(".gz") else open
        with opened(name, "rt", encoding="utf-8", errors="replace") as log:
            yield from log


def main():
    met = collections.Counter()
    addresses, pages, words = (collections.defaultdict(collections.Counter) for _ in range(3))
    for line in lines(sys.argv[1:] or sorted(glob.glob(KEPT))):
        try:
            noted = json.loads(line)["transaction"]
            rules = [(one["details"]["ruleId"], one["message"]) for one in noted["messages"]]
            page = noted["request"].get("uri", "").partition("?")[0]
        except (ValueError, KeyError, TypeError):
            continue  # half a line, of a log that was cut
        for rule, says in rules:
            met[rule] += 1
            addresses[rule][noted["client_ip"]] += 1
            pages[rule][page] += 1
            words[rule][says] += 1
    for rule, times in met.most_common():
        most = ", ".join(f"{visible(page)} ({count})" for page, count in pages[rule].most_common(PAGES))
        says = words[rule].most_common(1)[0][0]
        print(f"{rule}: {times} times, from {len(addresses[rule])} addresses, on {most}: {visible(says)}")
    if not met:
        print("no rule met anything")


def visible(text):
    """What a visitor wrote acts in no terminal."""
    return text if text.isprintable() else ascii(text)


if __name__ == "__main__":
    main()
