"""The contracts as self-contained documents: each API, and all of them joined."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tools.openapi import bundle
from tools.openapi.link import Sources
from tools.openapi.store import digest


def make(sources: Sources) -> dict[str, str]:
    """Files below the output folder: a bundle for each entry, and the joined document as YAML and as it is served."""
    writer = bundle.Writer(sources.store.get("chunks", sources.display_root) or {})
    files = {_name(sources, entry): _entry(sources, entry, writer) for entry in sources.entries}
    key = ("joined", digest(*(sources.closure_digest(entry) for entry in sources.entries)))
    texts = sources.store.get(*key)
    if texts is None:
        joined = bundle.join(sources, "Skeldir" if len(sources.entries) > 1 else str(_title(sources)))
        texts = (writer.to_yaml(joined), bundle.to_json(joined))
        sources.store.put(texts, *key)
    if writer.has_news:
        sources.store.put(writer.chunks, "chunks", sources.display_root)
    files["bundles/openapi.yaml"], files["server/openapi.json"] = texts
    return files


def _entry(sources: Sources, entry: str, writer: bundle.Writer) -> str:
    key = ("bundle", entry, sources.closure_digest(entry))
    text: str | None = sources.store.get(*key)
    if text is None:
        text = writer.to_yaml(bundle.bundle(sources, entry))
        sources.store.put(text, *key)
    return text


def _name(sources: Sources, entry: str) -> str:
    below = entry[len(sources.display_root) + 1 :] if sources.display_root not in {"", "."} else entry
    version = Path(sources.display_root).name
    return (
        f"bundles/{version}/{below.rpartition('.')[0]}.yaml" if version else f"bundles/{below.rpartition('.')[0]}.yaml"
    )


def _title(sources: Sources) -> Any:
    return (sources.root(sources.entries[0]).value.get("info") or {}).get("title", "API")
