"""Which files pages load, by their type. In: what a server says, the address. Out: the ending under which it is kept.

A page is none: it is an error, or a sign-in, that stands where a file was.
"""

import re
from urllib.parse import urlsplit

_ENDINGS = {
    "js": ("text/javascript", "application/javascript", "application/x-javascript", "application/ecmascript"),
    "css": ("text/css",),
    "woff2": ("font/woff2", "application/font-woff2"),
    "woff": ("font/woff", "application/font-woff", "application/x-font-woff"),
    "ttf": ("font/ttf", "font/sfnt", "application/x-font-ttf", "application/font-sfnt", "application/x-font-truetype"),
    "otf": ("font/otf", "application/x-font-opentype", "application/vnd.ms-opentype"),
    "eot": ("application/vnd.ms-fontobject",),
    "svg": ("image/svg+xml",),
    "png": ("image/png",),
    "jpg": ("image/jpeg", "image/jpg"),
    "gif": ("image/gif",),
    "webp": ("image/webp",),
    "avif": ("image/avif",),
    "ico": ("image/x-icon", "image/vnd.microsoft.icon"),
    "json": ("application/json", "application/manifest+json"),
    "wasm": ("application/wasm",),
    "mp4": ("video/mp4",),
    "webm": ("video/webm", "audio/webm"),
    "mp3": ("audio/mpeg",),
    "ogg": ("audio/ogg", "video/ogg", "application/ogg"),
}
_BY_TYPE = {kind: name for name, kinds in _ENDINGS.items() for kind in kinds}
_SAYS_NOTHING = frozenset({"", "application/octet-stream", "binary/octet-stream", "text/plain", "application/x-binary"})
_SAME = {"mjs": "js", "jpeg": "jpg", "webmanifest": "json", "map": "json"}
_ENDING = re.compile(r"\.([A-Za-z0-9]{2,11})$")


def ending(content_type: str, url: str) -> str:
    """The ending; empty for what no page loads."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in _SAYS_NOTHING:
        return _BY_TYPE.get(kind, "")
    found = _ENDING.search(urlsplit(url).path)
    name = found[1].lower() if found else ""
    name = _SAME.get(name, name)
    return name if name in _ENDINGS else ""
