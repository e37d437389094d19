"""Which images of earlier recipes go when a new one is built."""

from toolkit.drill.lab_image import unused
from toolkit.tools.incus import Image

HOUR = 3600


def test_only_lab_images_that_nobody_used_for_a_day_go() -> None:
    now = 1_800_000_000.0
    images = [
        Image("offramp-lab-debian-old", now - 25 * HOUR),
        Image("offramp-lab-debian-of-a-checkout-beside", now - HOUR),
        Image("somebodys-own", now - 1000 * HOUR),
    ]
    assert unused(images, now) == ["offramp-lab-debian-old"]
