"""Owns: the web application as one process serves it: every operation with its dependencies, and the documentation at /docs.

Does not own: how a process listens and logs (`impl.cli.serve`), nor any rule of the business.
"""

from impl.app.assembly import PROBLEMS, create
from impl.app.error_map import ERROR_MAP
from impl.app.tuning import Tuning

__all__ = ["ERROR_MAP", "PROBLEMS", "Tuning", "create"]
