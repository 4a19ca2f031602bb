"""Where the data beside a contract set lies. Imports next to nothing: `contracts generate` asks before it knows of any news."""

import os


def governance_folder(contracts: str) -> str | None:
    """The nearest folder `governance` beside or above the folder or file `contracts`."""
    parent = os.path.dirname(os.path.realpath(contracts))
    while True:
        folder = os.path.join(parent, "governance")
        if os.path.isdir(folder):
            return folder
        above = os.path.dirname(parent)
        if above == parent:
            return None
        parent = above
