"""The graph of the models as SVG, drawn without anybody else's code: columns by how many steps a table is from the sources."""

import html

WIDTH, HEIGHT, ACROSS, DOWN = 168, 22, 236, 28


def depths(models) -> dict[str, int]:
    """Steps from the tables that read no other one; the graph has no circles."""
    reads = {model["table"]: model["reads"] for model in models}
    known = {}

    def depth(table) -> int:
        if table not in known:
            known[table] = 1 + max((depth(read) for read in reads.get(table, [])), default=-1)
        return known[table]

    for table in reads:
        depth(table)
    return known


def places(models) -> dict[str, tuple[int, int]]:
    """Of the tables that are joined to another; each column in the order of what its tables read."""
    read = {name for model in models for name in model["reads"]}
    shown = [model for model in models if model["reads"] or model["table"] in read]
    depth = depths(models)
    found = {}
    for column in range(1 + max(depth[model["table"]] for model in shown)):
        here = [model for model in shown if depth[model["table"]] == column]
        here.sort(key=lambda model: (sum(found[name][1] for name in model["reads"]) / max(1, len(model["reads"])), model["table"]))
        for row, model in enumerate(here):
            found[model["table"]] = (column * ACROSS, row * DOWN)
    return found


def drawn(models, dictionary) -> str:
    """SVG whose boxes lead to the table's place in the dictionary."""
    at = places(models)
    width, height = max(x for x, _ in at.values()) + WIDTH, max(y for _, y in at.values()) + HEIGHT
    parts = [f'<svg class="model-graph" viewBox="-2 -2 {width + 4} {height + 4}" role="img" aria-label="what each table is made of">']
    for model in models:
        for name in model["reads"]:
            (x1, y1), (x2, y2) = at[name], at[model["table"]]
            x1, y1, y2 = x1 + WIDTH, y1 + HEIGHT // 2, y2 + HEIGHT // 2
            parts.append(f'<path class="edge" d="M{x1} {y1}C{x1 + 40} {y1} {x2 - 40} {y2} {x2} {y2}"/>')
    layers = {model["table"]: model["layer"] for model in models}
    for name, (x, y) in at.items():
        shown = html.escape(name)
        parts.append(f'<a href="{dictionary}#{shown}"><rect class="{layers[name]}" x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="4"/>'
                     f'<text x="{x + 8}" y="{y + 15}">{shown}</text></a>')
    return "".join(parts) + "</svg>"
