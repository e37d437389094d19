"""Pictures: what may be uploaded, how it is scaled, and the bucket it lies in (S3 or anything that speaks it)."""

import io
import uuid
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from PIL import Image, ImageOps, UnidentifiedImageError

from harbour.config import Settings
from harbour.errors import Refused, Unavailable

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 40_000_000
PICTURE_EDGE, THUMBNAIL_EDGE = 2048, 480


def scaled(data: bytes, edge: int) -> bytes:
    """`data` as a JPEG of at most `edge` pixels a side, without metadata: photos carry places. Raises Refused."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Refused("The picture has too many pixels.")
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as err:
        raise Refused("Pictures must be JPEG, PNG or WebP.") from err
    upright.thumbnail((edge, edge))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=85)
    return out.getvalue()


def store(settings: Settings, folder: str, jpeg: bytes) -> str:
    """Put a JPEG into the bucket under a random key, which is returned. Raises Unavailable."""
    key = f"{folder}/{uuid.uuid4()}.jpg"
    put(settings, key, jpeg)
    return key


def put(settings: Settings, key: str, jpeg: bytes) -> None:
    """Put a JPEG into the bucket. Raises Unavailable."""
    try:
        _client(settings).put_object(
            Bucket=settings.pictures_bucket,
            Key=key,
            Body=jpeg,
            ContentType="image/jpeg",
            CacheControl="public, max-age=31536000, immutable",
        )
    except (BotoCoreError, ClientError) as err:
        raise Unavailable("Pictures cannot be stored at the moment.") from err


def load(settings: Settings, key: str) -> bytes:
    """The picture's bytes. Raises KeyError when there is none, else Unavailable."""
    try:
        body: bytes = _client(settings).get_object(Bucket=settings.pictures_bucket, Key=key)["Body"].read()
    except ClientError as err:
        if err.response["Error"]["Code"] == "NoSuchKey":
            raise KeyError(key) from err
        raise Unavailable("Pictures cannot be read at the moment.") from err
    except BotoCoreError as err:
        raise Unavailable("Pictures cannot be read at the moment.") from err
    return body


def _client(settings: Settings) -> Any:
    if not settings.pictures_bucket:
        raise Unavailable("Pictures are switched off: no bucket is configured.")
    # A session of our own: boto3's default one is not safe to share between threads while it makes clients.
    return boto3.session.Session().client(
        "s3",
        config=Config(
            connect_timeout=5,
            read_timeout=20,
            s3={"addressing_style": settings.s3_addressing_style},
        ),
    )
