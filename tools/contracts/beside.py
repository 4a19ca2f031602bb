"""Where the data beside a contract set lies. Imports next to nothing: `contracts generate` asks before it knows of any news."""

import os


def governance_folder(contracts: str) -> str | None:
    """The nearest folder `governance` beside or above the folder or file `contracts`."""
    parent = os.path.dirname(os.path.realpath(contracts))  # noqa: PTH120  (pathlib takes 10 ms to import)
    while True:
        folder = os.path.join(parent, "governance")  # noqa: PTH118
        if os.path.isdir(folder):  # noqa: PTH112
            return folder
        above = os.path.dirname(parent)  # noqa: PTH120
        if above == parent:
            return None
        parent = above
