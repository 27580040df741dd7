# SPDX-License-Identifier: MIT
"""A client of the pages and the API of a running daemon."""
import contextlib
import html.parser
import http.client
import json

import live

VOID = {"meta", "link", "br", "img", "input", "line", "path", "circle", "rect", "use"}


class Page(html.parser.HTMLParser):
    """Fails on tags that do not nest; keeps what a reader is shown."""

    def __init__(self, text):
        super().__init__()
        self.open, self.links, self.words, self.ids = [], [], [], []
        self.version = None
        self.feed(text)
        self.close()
        assert self.open == [], self.open
        assert len(self.ids) == len(set(self.ids)), self.ids
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        assert not [name for name in attrs if name.startswith("on")], attrs
        assert tag != "script" or "src" in attrs
        assert "style" not in attrs
        self.version = attrs.get("data-version", self.version)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if "href" in attrs and not attrs["href"].startswith("#"):
            self.links.append(attrs["href"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, (tag, self.open)

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)


class Answer:
    def __init__(self, response):
        self.code = response.status
        self.headers = {k.lower(): v for k, v in response.getheaders()}
        self.body = response.read()

    def page(self):
        assert self.code == 200, self.body
        assert self.headers["content-type"].startswith("text/html")
        return Page(self.body.decode())

    def json(self):
        return json.loads(self.body)


class Client:
    def __init__(self, daemon):
        said = daemon.until_said(r"dashboard address=http://([0-9.]+:\d+)/")
        self.where = said[1]

    @classmethod
    def at(cls, where):
        """Of something else that listens, "127.0.0.1:80"."""
        client = cls.__new__(cls)
        client.where = where
        return client

    def reaches(self, path):
        """Whether there is an answer, and a good one."""
        try:
            return self.get(path).code == 200
        except OSError:
            return False

    def ask(self, path, method="GET", **headers):
        with contextlib.closing(
                http.client.HTTPConnection(self.where, timeout=10)) as c:
            c.request(method, path, headers={
                k.replace("_", "-"): v for k, v in headers.items()})
            return Answer(c.getresponse())

    def get(self, path):
        return self.ask(path)

    def send(self, path, body, **headers):
        """A POST."""
        with contextlib.closing(
                http.client.HTTPConnection(self.where, timeout=30)) as c:
            c.request("POST", path, body, {
                k.replace("_", "-"): v for k, v in headers.items()})
            return Answer(c.getresponse())


def shown(client, words, seconds=60):
    return live.until(
        lambda: words in (page := client.get("/").page()).text and page,
        seconds, f"{words!r} on the page")
