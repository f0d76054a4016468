"""Links of Markdown files and of built pages: where they lead, and which of them lead nowhere. Nothing is asked of the network."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1`*\s*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
HEADING = re.compile(r"^#{1,6} +(.+?)\s*#*$", re.MULTILINE)


def slug(heading) -> str:
    """The anchor that forges make of a heading."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").replace("*", "")
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def markdown_anchors(text) -> set[str]:
    """Of equal headings the second has -1 behind it."""
    seen, found = Counter(), set()
    for heading in HEADING.findall(FENCE.sub("", text)):
        name = slug(heading)
        found.add(name if not seen[name] else f"{name}-{seen[name]}")
        seen[name] += 1
    return found


def markdown_links(text) -> list[str]:
    return LINK.findall(CODE.sub("", FENCE.sub("", text)))


def is_elsewhere(link) -> bool:
    parts = urlsplit(link)
    return bool(parts.scheme or parts.netloc)


def dead_markdown_links(path, root) -> list[str]:
    """Links of a file to files of the repository, or to headings in them, that are not there."""
    dead = []
    for link in markdown_links(path.read_text()):
        if is_elsewhere(link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / unquote(name)).resolve() if name else path
        inside = target.is_relative_to(root) and target.exists()
        if not inside or (anchor and (target.suffix != ".md" or anchor not in markdown_anchors(target.read_text()))):
            dead.append(link)
    return dead


class Page(HTMLParser):
    """What a built page can be asked about."""

    FETCHED = {("link", "href"), ("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("source", "srcset"),
               ("video", "src"), ("audio", "src"), ("embed", "src"), ("object", "data"), ("image", "href"), ("use", "href")}
    NAMED_ONLY = {"canonical", "prev", "next", "alternate"}

    def __init__(self, path):
        super().__init__()
        self.path, self.anchors, self.links, self.fetched, self.text = path, {""}, [], [], []
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.anchors.update(value for name, value in attributes if name == "id" or (tag == "a" and name == "name"))
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        for name, value in attributes:
            if value and (tag, name) in self.FETCHED and not set((values.get("rel") or "").split()) & self.NAMED_ONLY:
                self.fetched.append(value)

    handle_startendtag = handle_starttag

    def handle_data(self, data):
        self.text.append(data)


class Site:
    """The pages of a folder, each read once."""

    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        self.pages = {path: Page(path) for path in sorted(self.folder.rglob("*.html"))}

    def target(self, page, link):
        """The file that a link of a page leads to, and the place in it."""
        parts = urlsplit(link)
        path = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path
        return (path / "index.html" if path.is_dir() else path), unquote(parts.fragment)

    def is_dead(self, page, link) -> bool:
        path, anchor = self.target(page, link)
        if not path.is_relative_to(self.folder) or not path.is_file():
            return True
        return bool(anchor) and path in self.pages and anchor not in self.pages[path].anchors

    def dead(self) -> list[tuple[str, str]]:
        """(page, link) of what leads nowhere; the page of a server's 404 has addresses from the server's root."""
        return [(str(page.path.relative_to(self.folder)), link) for page in self.pages.values() if page.path.name != "404.html"
                for link in page.links + page.fetched if not is_elsewhere(link) and self.is_dead(page, link)]

    def fetched_elsewhere(self) -> list[tuple[str, str]]:
        """(page, address) of what a browser would ask another host for."""
        return [(str(page.path.relative_to(self.folder)), link) for page in self.pages.values()
                for link in page.fetched if is_elsewhere(link) and urlsplit(link).scheme != "data"]
