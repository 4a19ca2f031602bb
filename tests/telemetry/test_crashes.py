"""The last words of a process tell what happened, and nobody's data."""

import subprocess
import sys

CRASH = """
from impl.telemetry import crashes
crashes.foresee()
def job(depth):
    if depth:
        job(depth - 1)
    raise ValueError("DETAIL: Key (email)=(jane@shop.example), password='correct horse'")
job({depth})
"""


def last_words(depth):
    done = subprocess.run(
        [sys.executable, "-c", CRASH.replace("{depth}", str(depth))], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    return done.stderr


def test_a_crash_is_told_without_what_it_was_about():
    said = last_words(0)
    assert "Traceback" in said
    assert "ValueError: DETAIL: [redacted]" in said
    assert "jane" not in said.splitlines()[-1]


def test_of_a_long_traceback_the_end_is_told():
    assert last_words(300).splitlines()[-1].startswith("ValueError: ")


def test_ctrl_c_is_no_crash():
    words = CRASH.replace("ValueError(", "KeyboardInterrupt(").replace("{depth}", "0")
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=False)
    assert "KeyboardInterrupt" in done.stderr
