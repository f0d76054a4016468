"""What the site of ./dev docs has beside docs/: a reference that the program prints, and the files of the repository that
pages link to. MkDocs calls the functions that begin with `on_` (its hooks)."""

import html
import json
import os
import re
import subprocess
from pathlib import Path

from mkdocs.structure.files import File

import model_graph
import notebook_page

REPO = Path(__file__).resolve().parent.parent.parent
OUTSIDE = re.compile(r"\]\(((?:\.\./)+)([^)#\s]+)\)")
LANGUAGES = {".cc": "cpp", ".h": "cpp", ".py": "python", ".sh": "bash", ".sql": "sql", ".toml": "toml", ".example": "ini"}
EXIT_CODES = "Every command ends with 0 when done, 1 when it failed, 2 after a wrong usage, 130 after Ctrl-C; some add 3: done, needs a look."


def said(*arguments) -> str:
    """What the program prints, whatever is set in the environment of the one who builds."""
    kept = {name: value for name, value in os.environ.items() if name == "CADENZA" or not name.startswith("CADENZA_")}
    outcome = subprocess.run([os.environ["CADENZA"], *arguments], capture_output=True, text=True, env=kept, cwd="/", check=False)
    if outcome.returncode != 0:
        raise SystemExit(f"cadenza {' '.join(arguments)} failed with {outcome.returncode}: {outcome.stderr}")
    return outcome.stdout


def commands() -> dict[str, str]:
    """Name and purpose of each command, in the order of the program's help."""
    listed = said("--help").partition("Subcommands:")[2].partition("Examples:")[0]
    found = dict(re.findall(r"^  (\w+) +(\S.*)$", listed, re.MULTILINE))
    if not found:
        raise SystemExit("cadenza --help lists no commands")
    return found


def fenced(text, language="text") -> str:
    return f"````{language}\n{text.rstrip()}\n````\n"


def command_page(name, purpose) -> str:
    return f"# cadenza {name}\n\n{purpose[0].upper()}{purpose[1:]}.\n\n" + fenced(said(name, "--help"))


def command_list(purposes) -> str:
    rows = "\n".join(f"| [{name}](commands/{name}.md) | {purpose} |" for name, purpose in purposes.items())
    return f"""# Reference

This part of the site is printed by the program itself when the site is built.

| | |
|---|---|
| [All settings](settings.md) | each flag, and its name in the environment and in a file |
| [Data dictionary](../data_dictionary.md) | each table and column |
| [Metrics](metrics.md) | what each metric counts |
| [Graph of the models](models.md) | what each table is made of |

## Commands

{EXIT_CODES}

| command | what it does |
|---|---|
{rows}
"""


FLAG = re.compile(r"^  (-h,)?(--[\w-]+(?:,--[\w-]+)*)((?: \S+)*?)(?:  +(\S.*))?$")


def flags(help_text) -> list[tuple[str, str, str]]:
    """(flag, value, meaning) of each line of options; a meaning may stand on the line below."""
    found = []
    for line in help_text.partition("Examples:")[0].splitlines():
        match = FLAG.match(line)
        if match and not match[1]:
            found.append((match[2], match[3].strip(), match[4] or ""))
        elif found and not found[-1][2] and line.startswith("      "):
            found[-1] = (*found[-1][:2], line.strip())
    return found


def cell(text) -> str:
    """As it stands, whatever Markdown would make of it."""
    return html.escape(text, quote=False).replace("|", "\\|").replace("*", "\\*").replace("_", "\\_")


MOST = 6


def settings_page(purposes) -> str:
    by_flag = {}
    for name in purposes:
        for flag, value, meaning in flags(said(name, "--help")):
            by_flag.setdefault((flag, value, meaning), []).append(name)
    lines = ["# All settings", "", "Every flag of every command, from their `--help`. `--max-bad` is `CADENZA_MAX_BAD` in the",
             "environment and `max_bad` in a file; [SETTINGS.md](../SETTINGS.md) says more of each flag, and which place wins.", "",
             "| flag | meaning | commands |", "|---|---|---|"]
    for (flag, value, meaning), names in sorted(by_flag.items()):
        known = f"`{flag.replace(',', '`, `')}`" + (f" {cell(value)}" if value else "")
        where = ", ".join(f"[{name}](commands/{name}.md)" for name in names) if len(names) <= MOST else f"{len(names)} of {len(purposes)}"
        lines.append(f"| {known} | {cell(meaning)} | {where} |")
    return "\n".join(lines) + "\n"


def metrics_page() -> str:
    parts = ["# Metrics", "", "A metric is defined once, in a file of `models/metrics/`; tables, API and dashboard follow from it",
             "([SERVE.md](../SERVE.md#metrics)). A metric is 100 times the customers of the numerator over those of the denominator.", ""]
    for path in sorted((REPO / "models" / "metrics").glob("*.sql")):
        header = dict(re.findall(r"^-- (\w+): (.*)$", path.read_text(), re.MULTILINE))
        parts += [f"## {path.stem}", "", f"**{header['title']}**: {header[path.stem]}", "", "| | |", "|---|---|"]
        parts += [f"| {key.replace('_', ' ')} | `{header[key]}` |" for key in ("numerator", "denominator", "unit", "adds_up")]
        parts += ["", f"Ask for it: `cadenza sql --lake lake \"select * from kpi_trend where metric = '{path.stem}'\"`", ""]
    return "\n".join(parts)


def models_page() -> str:
    models = json.loads(said("models", "--json"))
    lines = ["# Graph of the models", "", "What each table is made of, as `cadenza models` tells it. A table of which nothing is drawn is made",
             "from source files, or by code that learns. Click a table for its columns.", "",
             model_graph.drawn(models, "../data_dictionary.html"), "", "| table | job | follows | made of | holds |", "|---|---|---|---|---|"]
    for model in models:
        table = f"[{model['layer']}.{model['table']}](../data_dictionary.md#{model['table']})"
        made_of = ", ".join(f"[{name}](../data_dictionary.md#{name})" for name in model["reads"]) or "-"
        lines.append(f"| {table} | {model['job'] or '-'} | {model['refresh']} | {made_of} | {cell(model['holds'])} |")
    return "\n".join(lines) + "\n"


def generated_pages() -> dict[str, str]:
    purposes = commands()
    pages = {f"reference/commands/{name}.md": command_page(name, purpose) for name, purpose in purposes.items()}
    return pages | {
        "reference/index.md": command_list(purposes), "reference/settings.md": settings_page(purposes),
        "reference/metrics.md": metrics_page(), "reference/models.md": models_page(), "data_dictionary.md": said("dictionary"),
    }


def source_page(name) -> str:
    path = REPO / name
    if not path.is_file():
        raise SystemExit(f"a page links to a file that is not there: {name}")
    if path.suffix == ".ipynb":
        return notebook_page.page(path.read_text())
    return f"# {path.name}\n\n`{name}` in the repository.\n\n" + fenced(path.read_text(), LANGUAGES.get(path.suffix, "text"))


def page_of(name) -> str:
    """Where a file of the repository is on the site."""
    return "index.md" if name == "README.md" else f"source/{name}.md"


def on_config(config):
    for entry in config.nav:
        for part in entry.get("Reference", []):
            if isinstance(part, dict) and "Commands" in part:
                part["Commands"] = [{name: f"reference/commands/{name}.md"} for name in commands()]
    return config


def leaves_docs(found, page) -> bool:
    """The link goes up from the page's folder further than docs/ is; one from decisions/ to a page of docs/ does not."""
    return found[1].count("../") > page.count("/")


def on_files(files, config):
    named = {found[2] for file in files.documentation_pages() for found in OUTSIDE.finditer(Path(file.abs_src_path).read_text())
             if leaves_docs(found, file.src_uri)}
    pages = generated_pages() | {page_of(name): source_page(name) for name in named if name != "README.md"}
    for name, text in pages.items():
        if known := files.get_file_from_path(name):
            files.remove(known)
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown, page, config, files):
    up = "../" * page.file.src_uri.count("/")
    if page.file.generated_by:
        return markdown
    return OUTSIDE.sub(
        lambda found: f"]({up}{page_of(found[2])})" if leaves_docs(found, page.file.src_uri) else found[0], markdown)
