"""The sign-up guard against scripts, and for people: how many scripted sign-ups get in with and without it and what
each costs in CPU, and how long a browser computes, at full speed and slowed six times.

Everything is on this machine (loopback) and bounded: 150 sign-ups and 60 s a run. The script is the guard's worst
case: it computes PBKDF2 in machine code and does nothing else. Slowed is the browser in two ways: by its devtools,
which slow a page's main thread but neither workers nor WebCrypto, and by stopping all its processes five sixths of the
time.
"""

import contextlib
import hashlib
import http.server
import os
import resource
import shutil
import signal
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.support.wait import WebDriverWait

sys.path.append(str(Path(__file__).parents[1] / "tests/guard"))
from guards import KEY, SECRET, free_port, served

SIGN_UPS, SECONDS, LOOKS, SLOWER = 150, 60.0, 5, 6
CONFIG = """
database = "sqlite:///{folder}/guard.sqlite"
secret = "{secret}"
listen = "127.0.0.1:{port}"

[[site]]
key = "{key}"
secret_sha256 = "{hashed}"
hostnames = ["127.0.0.1"]
"""
PAGE = """<!doctype html><title>x</title><script src="{base}/turnstile/v0/api.js" async defer></script>
<form><div class="cf-turnstile" data-sitekey="{key}"></div></form>"""


def computed(parameters: dict[str, Any]) -> str:
    """The key a challenge asks for, as a script finds it."""
    nonce, salt = bytes.fromhex(parameters["nonce"]), bytes.fromhex(parameters["salt"])
    counter = 0
    while True:
        counter += 1
        key = hashlib.pbkdf2_hmac("sha256", nonce + struct.pack(">I", counter), salt, parameters["cost"], 32)
        if key.hex().startswith(parameters["keyPrefix"]):
            return key.hex()


def answer(client: httpx.Client, address: str) -> str:
    """What a script without a browser brings, from this address."""
    headers = {"X-Real-IP": address}
    asked = {"sitekey": KEY, "hostname": "127.0.0.1"}
    told = client.post("/guard/challenge", json=asked, headers=headers).raise_for_status().json()
    while "answer" not in told:
        solution = {"challenge": told, "solution": {"counter": 0, "derivedKey": computed(told["parameters"])}}
        told = client.post("/guard/answer", json=solution, headers=headers).raise_for_status().json()
    return str(told["answer"])


def attacked(guard: str, *, guarded: bool, networks: int) -> None:
    """Sign up until the bound, from so many networks in turn; print how many got in."""
    got_in = 0
    with application(guard if guarded else "") as site, httpx.Client(base_url=guard, timeout=60) as client:
        begin, cpu = time.perf_counter(), time.process_time()  # making a client takes longer than a sign-up
        while got_in < SIGN_UPS and time.perf_counter() - begin < SECONDS:
            address = f"10.{got_in % networks // 250}.{got_in % networks % 250}.7"
            form = {"cf-turnstile-response": answer(client, address)} if guarded else {}
            got_in += client.post(site, data=form).status_code == 200
        took, spent = time.perf_counter() - begin, time.process_time() - cpu
    title = f"guarded, {networks} network{'s' if networks > 1 else ''}" if guarded else "no guard"
    print(f"{title:24} {got_in:4} in {took:5.1f} s   {1000 * spent / max(got_in, 1):8.1f} ms of CPU each")


@contextlib.contextmanager
def application(guard: str) -> Iterator[str]:
    """A form that takes whoever comes, or whom siteverify takes; its address."""

    asking = httpx.Client(timeout=60)

    class Form(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {"secret": SECRET, "response": body.partition("cf-turnstile-response=")[2]}
            good = not guard or asking.post(f"{guard}/turnstile/v0/siteverify", data=form).json()["success"]
            self.send_response(200 if good else 400)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Form)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        asking.close()


@contextlib.contextmanager
def page(guard: str) -> Iterator[str]:
    """A page with the widget; its address."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "index.html").write_text(PAGE.format(base=guard, key=KEY))

        class Quiet(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *given: Any) -> None:
                super().__init__(*given, directory=folder)

            def log_message(self, *_: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        server.server_close()


def solving(browser: Chrome, url: str) -> float:
    """Seconds from the page being there to its answer. A browser that is steered says so: it is made to forget that."""
    browser.get(url)
    begin = time.perf_counter()
    script = "return document.querySelector('[name=cf-turnstile-response]')?.value"
    WebDriverWait(browser, 180, 0.02).until(lambda one: one.execute_script(script))
    return time.perf_counter() - begin


@contextlib.contextmanager
def slowed(root: int) -> Iterator[None]:
    """The process and all below it run a sixth of the time."""
    done = threading.Event()

    def slow() -> None:
        while not done.is_set():
            these = [*below(root)]
            for number, pause in ((signal.SIGSTOP, 0.05), (signal.SIGCONT, 0.01)):
                for pid in these:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, number)
                time.sleep(pause)

    thread = threading.Thread(target=slow)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def below(root: int) -> Iterator[int]:
    """The processes that a process started, directly or not."""
    for task in Path(f"/proc/{root}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, task.read_text().split()):
                yield child
                yield from below(child)


def people(guard: str) -> None:
    """Print how long a browser computes."""
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-blink-features=AutomationControlled",
    ):
        options.add_argument(argument)
    service = ChromeService(shutil.which("chromedriver"))
    with Chrome(options=options, service=service) as browser, page(guard) as url:
        shown("browser", [solving(browser, url) for _ in range(LOOKS)])
        browser.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        shown(f"  devtools, {SLOWER} times slower", [solving(browser, url) for _ in range(LOOKS)])
        browser.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": 1})
        with slowed(service.process.pid):
            shown(f"  all of it, {SLOWER} times slower", [solving(browser, url) for _ in range(LOOKS)])


def shown(title: str, times: list[float]) -> None:
    print(f"{title:28} median {median(times):5.2f} s   longest {max(times):5.2f} s of {len(times)}")


def main() -> None:
    for run in ("scripts", "people"):
        with tempfile.TemporaryDirectory() as name:
            folder, port = Path(name), free_port()
            hashed = hashlib.sha256(SECRET.encode()).hexdigest()
            file = folder / "guard.toml"
            file.write_text(CONFIG.format(folder=folder, secret="s" * 40, port=port, key=KEY, hashed=hashed))
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            with served(folder, file, port) as base:
                if run == "scripts":
                    attacked(base, guarded=False, networks=1)
                    attacked(base, guarded=True, networks=1)
                    attacked(base, guarded=True, networks=SIGN_UPS)
                else:
                    people(base)
            if run == "scripts":
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                print(f"the guard itself, both runs: {spent:.1f} s of CPU, its start included")


if __name__ == "__main__":
    main()
