"""A notebook as a page: its texts, its code, and the outputs and pictures that are stored in it. Nothing is executed."""

import json
import re


def joined(text) -> str:
    return text if isinstance(text, str) else "".join(text)


def fenced(text, language="") -> str:
    fence = "`" * (1 + max([2, *map(len, re.findall(r"`{3,}", text))]))
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def shown(output) -> str:
    """The richest form that a page can hold."""
    if output["output_type"] == "stream":
        return fenced(joined(output["text"]), "text")
    data = output.get("data", {})
    if "image/png" in data:
        what = re.sub(r"[<>\[\]]", "", joined(data.get("text/plain", ""))).strip() or "picture"
        picture = "".join(joined(data["image/png"]).split())
        return f"![{what}](data:image/png;base64,{picture})"
    if "text/html" in data:
        table = re.sub(r"<style.*?</style>", "", joined(data["text/html"]), flags=re.DOTALL)
        table = re.sub(r' (?:class="dataframe"|border="1"|style="[^"]*")', "", table)
        # A blank line would end the block of HTML.
        return '<div class="output">\n' + re.sub(r"\n\s*\n", "\n", table).strip() + "\n</div>"
    if output["output_type"] == "error":
        return fenced(f"{output['ename']}: {output['evalue']}", "text")
    return fenced(joined(data.get("text/plain", "")), "text")


def page(text) -> str:
    """Markdown of a notebook's JSON."""
    parts = []
    for cell in json.loads(text)["cells"]:
        source = joined(cell["source"]).strip()
        if cell["cell_type"] == "markdown":
            parts.append(source)
        elif cell["cell_type"] == "code" and source:
            parts.append(fenced(source, "sql" if source.startswith("%%cadenza") else "python"))
            parts += [shown(output) for output in cell.get("outputs", [])]
    return "\n\n".join(parts) + "\n"
