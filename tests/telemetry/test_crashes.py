"""The traceback of an uncaught error is printed without personal data and secrets."""

import subprocess
import sys

CRASH = """
from impl.telemetry import crashes
crashes.install()
def job(depth):
    if depth:
        job(depth - 1)
    raise ValueError("DETAIL: Key (email)=(jane@shop.example), password='correct horse'")
job({depth})
"""


def standard_error(depth):
    result = subprocess.run(
        [sys.executable, "-c", CRASH.replace("{depth}", str(depth))], capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    return result.stderr


def test_a_crash_is_printed_without_data():
    traceback = standard_error(0)
    assert "Traceback" in traceback
    assert "ValueError: DETAIL: [redacted]" in traceback
    assert "jane" not in traceback.splitlines()[-1]


def test_of_a_long_traceback_the_end_is_printed():
    assert standard_error(300).splitlines()[-1].startswith("ValueError: ")


def test_ctrl_c_is_no_crash():
    words = CRASH.replace("ValueError(", "KeyboardInterrupt(").replace("{depth}", "0")
    result = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=False)
    assert "KeyboardInterrupt" in result.stderr
