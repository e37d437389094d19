"""Cron's moments are systemd's: asked of the real systemd-analyze where there is one."""

import shutil
import subprocess

import pytest

from toolkit.calendars import calendars

SAME = [
    ("30 4 * * 1-5", ("Mon,Tue,Wed,Thu,Fri *-*-* 4:30:00",)),
    ("*/20 8-10/2 * * *", ("*-*-* 8,10:0,20,40:00",)),
    ("0 0 1,15 * *", ("*-*-1,15 0:0:00",)),
    ("15 2 * jan-MAR sun", ("Sun *-1,2,3-* 2:15:00",)),
    ("0 3 * * 7", ("Sun *-*-* 3:0:00",)),
    ("5/25 * * * *", ("*-*-* *:5,30,55:00",)),
    ("0 0 13 * 5", ("*-*-13 0:0:00", "Fri *-*-* 0:0:00")),
    ("0 0 */2 * 1", ("Mon *-*-1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31 0:0:00",)),
    ("* * * * *", ("*-*-* *:*:00",)),
    ("@daily", ("daily",)),
    ("@Midnight", ("daily",)),
    ("Mon..Fri 02:00", ("Mon..Fri 02:00",)),
    ("*-*-* 03:00:00", ("*-*-* 03:00:00",)),
    ("Sat,Sun 12:00 Europe/Berlin", ("Sat,Sun 12:00 Europe/Berlin",)),
]


@pytest.mark.parametrize(("when", "said"), SAME)
def test_the_same_moments(when: str, said: tuple[str, ...]) -> None:
    assert calendars(when) == said
    if shutil.which("systemd-analyze"):
        for expression in said:
            done = subprocess.run(
                ["systemd-analyze", "calendar", expression], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "when",
    [
        "60 * * * *",
        "* * 0 * *",
        "5-1 * * * *",
        "*/0 * * * *",
        "x * * * *",
        "* * * * mun",
        "@reboot",
        "every 1.fortnight",
        "Mon",
        "daily\nExec=x",
        "a;b",
    ],
)
def test_what_is_no_moment(when: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        calendars(when)
