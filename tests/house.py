"""Measures of the code base, for people and for `test_house.py`: `python -m tests.house [folder ...]`.

Sizes of functions, names that tell what happened to a value instead of what it holds, docstrings that begin with "What",
comment lines, circles of imports, how often a processor is named outside its package. Reads the files git lists, as text.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).parents[1]
ROOMS = ("impl", "tools")
PARTICIPLES = frozenset(
    "asked brought built called chosen done drawn found given gone got heard held kept left lost made meant met named needed "
    "said seen sent shown taken told used wanted written".split()
)
"""Names that tell what happened to a value instead of what it holds."""
EXCEPTIONS = frozenset("known sealed".split())
"""Terms of the field: what a check already knows, a secret that is sealed."""
PROCESSORS = ("stripe", "paypal", "shopify", "woocommerce")

assert not PARTICIPLES & EXCEPTIONS


def written(pattern: str = "*.py") -> list[Path]:
    """Files that people write, as git lists them."""
    listed = subprocess.run(["git", "ls-files", pattern], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [Path(name) for name in listed.splitlines() if not name.startswith("generated/") and (ROOT / name).exists()]


def trees(rooms: Iterable[str] = ROOMS) -> Iterator[tuple[Path, ast.Module]]:
    """The files below `rooms`, parsed."""
    folders = tuple(Path(room).parts for room in rooms)
    for path in written():
        if any(path.parts[: len(parts)] == parts for parts in folders):
            yield path, ast.parse((ROOT / path).read_text())


def assignments(tree: ast.Module) -> Iterator[ast.Name]:
    """Every name that is assigned to."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))


def participle_names(rooms: Iterable[str] = ROOMS) -> tuple[list[str], int]:
    """Places that assign to a participle, and the number of all assignments."""
    places, total = [], 0
    for path, tree in trees(rooms):
        for node in assignments(tree):
            total += 1
            if node.id.strip("_").lower() in PARTICIPLES:
                places.append(f"{path}:{node.lineno} {node.id}")
    return places, total


def what_docstrings(rooms: Iterable[str] = ROOMS) -> list[str]:
    """Docstrings that begin with "What": they describe a thing by a question instead of by its name."""
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return [
        f"{path}:{getattr(node, 'lineno', 1)} {getattr(node, 'name', path.stem)}"
        for path, tree in trees(rooms)
        for node in ast.walk(tree)
        if isinstance(node, kinds) and (ast.get_docstring(node) or "").startswith("What ")
    ]


def function_lines(rooms: Iterable[str] = ROOMS) -> list[int]:
    """Lines of each function."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for _, tree in trees(rooms)
        for node in ast.walk(tree)
        if isinstance(node, kinds)
    ]


def comment_share(rooms: Iterable[str] = ROOMS) -> float:
    """Lines with a comment that gives a reason, as a share of all lines that are not blank."""
    comments = lines = 0
    for path, _ in trees(rooms):
        with (ROOT / path).open("rb") as file:
            tokens = list(tokenize.tokenize(file.readline))
        lines += len({token.start[0] for token in tokens if token.string.strip()})
        comments += sum(
            token.type == tokenize.COMMENT
            and not token.string.startswith(("# noqa", "# type:", "# pyright", "# fmt", "#!"))
            for token in tokens
        )
    return comments / max(lines, 1)


def imports(rooms: Iterable[str] = ROOMS) -> dict[str, set[str]]:
    """Modules of `rooms` by the modules of `rooms` that they import while they are loaded, not for types only."""
    modules = {".".join(path.with_suffix("").parts).removesuffix(".__init__"): tree for path, tree in trees(rooms)}
    graph: dict[str, set[str]] = defaultdict(set)
    for module, tree in modules.items():
        for node in ast.walk(tree):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [f"{node.module}.{alias.name}" for alias in node.names] + [node.module]
            graph[module] |= {name for name in names if name in modules and name != module}
        # `from package import module` names both; only the module is meant where there is one.
        graph[module] -= {
            name for name in graph[module] if any(other.startswith(f"{name}.") for other in graph[module])
        }
    return graph


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Modules that import each other around a corner: strongly connected parts of more than one (Tarjan 1972)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    result: list[list[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in sorted(graph.get(module, ())):
            if other not in index:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            part = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(part) > 1:
                result.append(sorted(part))

    for module in sorted(graph):
        if module not in index:
            visit(module)
    return result


def processor_files() -> dict[str, list[Path]]:
    """By processor, the files of `impl` that name it and do not belong to its package."""
    return {
        name: [
            path
            for path in written("impl/*")
            if name not in path.parts and name in (ROOT / path).read_text(errors="ignore").lower()
        ]
        for name in PROCESSORS
    }


def classes_named(name: str, rooms: Iterable[str] = ROOMS) -> list[str]:
    """Places that define a class of that name."""
    return [
        f"{path}:{node.lineno}"
        for path, tree in trees(rooms)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name.strip("_") == name
    ]


def main(rooms: tuple[str, ...]) -> None:
    """Print the measures, and each place that has to change."""
    participles, total = participle_names(rooms)
    questions = what_docstrings(rooms)
    sizes = function_lines(rooms)
    print(f"functions                {len(sizes)}: median {median(sizes):.0f} lines, 90th percentile {quantiles(sizes, n=10)[-1]:.0f}, longest {max(sizes)}")  # fmt: skip
    print(f"participles as names     {len(participles)} of {total} assignments, {len(participles) / total:.2%}")
    print(f'docstrings with "What"   {len(questions)}')
    print(f"comment lines            {comment_share(rooms):.2%}")
    print(f"circles of imports       {len(circles(imports(rooms)))}")
    print(f"classes named Operation  {len(classes_named('Operation', rooms))}")
    for name, files in processor_files().items():
        print(f"files outside its own that name {name:<12} {len(files)}")
    for title, places in (("participles", participles), ('"What"', questions)):
        print(f"\n{title}, by file:", *(f"  {n:4d} {file}" for file, n in _by_file(places)), sep="\n")
    print("\ncircles:", *("  " + " ".join(circle) for circle in circles(imports(rooms))), sep="\n")
    if rooms != ROOMS:
        print("\nplaces:", *(f"  {place}" for place in [*participles, *questions]), sep="\n")


def _by_file(places: Iterable[str]) -> list[tuple[str, int]]:
    return Counter(place.partition(":")[0] for place in places).most_common()


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or ROOMS)
