"""Journey "post": a member posts a message with a picture; a stranger reads it and sees the worker's thumbnail."""

import secrets
import struct
import tempfile
import time
import zlib
from pathlib import Path

import stage
from browser import browser
from member import sign_up
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

_PATIENCE = 60
_EDGE = 64


def main() -> None:
    stage.output("data.object-storage", "endpoint")
    words = f"Back on the water {secrets.token_hex(4)}"
    with browser() as author, tempfile.TemporaryDirectory() as folder:
        picture = Path(folder, "picture.png")
        picture.write_bytes(png())
        name, _ = sign_up(author)
        author.find_element(By.NAME, "body").send_keys(words)
        author.find_element(By.NAME, "picture").send_keys(str(picture))
        author.find_element(By.CSS_SELECTOR, "form[enctype] button").click()
        author.find_element(By.XPATH, f"//article[p[.='{words}']]")
    with browser() as stranger:
        thumbnail = wait_for_thumbnail(stranger, words)
        width = stranger.execute_script("return arguments[0].naturalWidth", thumbnail)
        assert width, "the thumbnail is no picture"
    print(f"{name} posted with a picture; a stranger saw its thumbnail, {width} pixels wide")


def wait_for_thumbnail(stranger: WebDriver, words: str) -> WebElement:
    stranger.implicitly_wait(0)
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        stranger.get(stage.URL)
        if found := stranger.find_elements(By.XPATH, f"//article[p[.='{words}']]//img"):
            return found[0]
        time.sleep(1)
    raise AssertionError(f"the worker made no thumbnail within {_PATIENCE} s")


def png() -> bytes:
    """A square of one colour."""
    rows = (b"\0" + secrets.token_bytes(3) * _EDGE) * _EDGE
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", _EDGE, _EDGE, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    body = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


if __name__ == "__main__":
    main()
