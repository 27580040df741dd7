# SPDX-License-Identifier: MIT
"""The API as its document says it is: every address, every answer."""
import csv
import datetime
import io
import json
import pathlib
import re
import sys
import urllib.parse

import jsonschema
import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
from receiver import new_secret  # noqa: E402
from visitor import Client, shown  # noqa: E402

CONFIG = """
database: {f}/vigie.db
control: {f}/control
listen: 127.0.0.1:0
tokens: {f}/tokens
canaries: []
defaults: {{interval: 10s, timeout: 1s}}
receivers:
  - id: nobody
    type: webhook
    url: http://127.0.0.1:9/
    secret_file: {f}/hook.key
    allow_private: true
  - {{id: beat, type: heartbeat, url: "{u}/beat", allow_private: true}}
routes: [{{to: [nobody]}}]
services:
  - id: fleet
    name: "<b>"
    regions:
      eu: [{{name: api, url: "{u}/eu"}}, {{name: auth, url: "{u}/auth"}}]
      na: {u}/na
  - id: other
    tags: [cars]
    regions: {{eu: {u}/other}}
"""
DOWN = (503, b"<script>\x1b[31m\r\nno")
DOCUMENT = yaml.safe_load((ROOT / "schema/openapi.yaml").read_text())


def names(kind):
    """The words of schema/names.def."""
    return re.findall(rf'^{kind}\(\w+, "([^"]*)"',
                      (ROOT / "schema/names.def").read_text(), re.M)


def template(path):
    """The path of the document that an address is of."""
    path = urllib.parse.urlsplit(path).path
    for one in sorted(DOCUMENT["paths"], key=lambda p: p.count("{")):
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path):
            return one
    raise AssertionError(f"{path} is not in the document")


def resolved(node):
    while "$ref" in node:
        for key in node["$ref"].lstrip("#/").split("/"):
            found = DOCUMENT if key == "components" else found[key]
            if key == "components":
                found = DOCUMENT["components"]
        node = found
    return node


class Told:
    """A client that lets nothing pass which the document does not say."""

    def __init__(self, client, token):
        self.client, self.token, self.seen = client, token, set()

    def check(self, path, method, answer):
        one = template(path)
        responses = DOCUMENT["paths"][one][method]["responses"]
        code = str(answer.code)
        said = resolved(responses.get(code, responses["default"]))
        kind = answer.headers["content-type"].split(";")[0]
        schema = said["content"][kind]["schema"]
        jsonschema.Draft202012Validator(
            {**schema, "components": DOCUMENT["components"]}
        ).validate(answer.json() if kind.endswith("json")
                   else answer.body.decode())
        self.seen.add((one, method, code if code in responses else "default"))
        return answer

    def get(self, path, code=200):
        answer = self.client.ask(
            path, Authorization=f"Bearer {self.token}")
        assert answer.code == code, (path, answer.body)
        return self.check(path, "get", answer)

    def post(self, path, body, code=200):
        answer = self.client.send(
            path, json.dumps(body), Content_Type="application/json",
            Authorization=f"Bearer {self.token}")
        assert answer.code == code, (path, answer.body)
        return self.check(path, "post", answer)


@pytest.fixture
def scene(tmp_path):
    done = live.vigie("token", "ann", "--role", "operator", "--append",
                      tmp_path / "tokens")
    config = tmp_path / "vigie.yaml"
    key = tmp_path / "hook.key"
    key.write_text(new_secret() + "\n")
    key.chmod(0o600)
    with live.Target() as target:
        config.write_text(CONFIG.format(f=tmp_path, u=target.url))
        target.pages["/eu"] = target.pages["/auth"] = DOWN
        with live.Daemon(config, speed=live.FAST) as daemon:
            client = Client(daemon)
            shown(client, "Open incidents")
            yield Told(client, done.stdout.strip()), daemon, target
            assert daemon.stop() == 0


def test_every_answer_is_as_the_document_says(scene):
    told, daemon, target = scene
    get, post = told.get, told.post
    live.until(lambda: len(
        get("/api/v1/incidents?state=open").json()["items"]) >= 2)
    number = get("/api/v1/incidents").json()["items"][0]["id"]
    api = "/api/v1/endpoints/fleet~eu~api"

    status = get("/api/v1/status").json()
    assert status["overall"] == "down" and len(status["endpoints"]) == 4
    whole = get(api).json()
    assert whole["id"] == "fleet/eu/api" and whole["prospects"]
    assert get(api + "/timeline").json()["items"][-1]["bucket"] == "down"
    assert get(api + "/latency?range=7d").json()["items"] == []
    assert get(api + "/latency?range=7d&step=1h").json()["items"] == []
    share = get(api + "/availability").json()
    assert sum(share["buckets_ms"].values()) > 0
    assert float(share["at_least"]) <= float(share["available"])
    matrix = get("/api/v1/matrix").json()["items"]
    assert [m["service"] for m in matrix] == ["fleet", "other"]
    eu, na = matrix[0]["cells"]
    assert (eu["region"], eu["bucket"], eu["endpoints"], eu["such"]) == (
        "eu", "down", 2, 2)
    assert (na["region"], na["endpoints"]) == ("na", 1)
    past = get("/api/v1/matrix?at=2001-01-01").json()
    assert past["as_of"] == "2001-01-01T00:00:00.000Z"
    assert {c["bucket"] for m in past["items"]
            for c in m["cells"]} == {"unknown"}
    back = get(api + "/recovery").json()
    assert back["recoveries"] == [] and back["others"] == 0
    assert back["quiet_ms"] >= 120000 and "good_since" not in back
    proofs = get(f"/api/v1/incidents/{number}/evidence").json()["items"]
    assert {p["first"] for p in proofs} == {True, False}
    assert all(p["code"] == 503 for p in proofs)
    assert "<script>\\x1b[31m\\x0d\\x0ano" in {
        p.get("excerpt") for p in proofs}
    public = told.client.get(f"/api/v1/incidents/{number}/evidence")
    assert told.check(f"/api/v1/incidents/{number}/evidence", "get",
                      public).code == 401
    post(f"/api/v1/incidents/{number}/ack", {"why": "mine"})
    post(f"/api/v1/incidents/{number}/notes", {"note": "<b>"})
    whole = get(f"/api/v1/incidents/{number}").json()
    assert "first_ok_at" not in whole
    assert "started_uncertainty_ms" not in whole  # it was never good
    events = f"/api/v1/incidents/{number}/events"
    lines = list(pages(told, events + "?limit=1"))
    assert [{k: v for k, v in line.items() if k not in ("number", "notices")}
            for line in lines] == whole["timeline"]
    assert {line.get("note") for line in lines} == {None, "<b>"}
    (notice,) = [n for i in get("/api/v1/incidents").json()["items"]
                 for line in get(f"/api/v1/incidents/{i['id']}/events"
                                 ).json()["items"]
                 for n in line.get("notices", ()) if n["loud"]]
    assert (notice["receiver"], notice["event"], notice["state"]) == (
        "nobody", "incident.opened", "owed")
    public = told.check(events, "get", told.client.get(events)).json()["items"]
    assert public[0]["event"] == "incident.opened"
    assert not any("notices" in e or "note" in e for e in public)
    target.pages.clear()
    live.until(lambda: get(f"/api/v1/incidents/{number}").json()[
        "phase"] == "recovering")
    whole = get(f"/api/v1/incidents/{number}").json()
    assert whole["onset"] < whole["first_ok_at"]
    back = get("/api/v1/endpoints/" + whole["endpoint"].replace(
        "/", "~") + "/recovery").json()
    assert back["good_since"] >= whole["onset"]
    chances = [row["chance"] for row in back["table"]]
    assert chances == sorted(chances) and chances[0] < chances[-1]
    get("/api/v1/status")
    post(f"/api/v1/incidents/{number}/resolve", {"why": "seen"})
    get("/api/v1/incidents?limit=1000")
    post("/api/v1/endpoints/fleet~na/pause", {})
    assert get("/api/v1/endpoints/fleet~na").json()["paused"]["by"] == "ann"
    get("/api/v1/status")
    post("/api/v1/endpoints/fleet~na/resume", {})
    planned = post("/api/v1/maintenance", {"windows": [
        {"service": "other", "title": "x", "from": "2099-01-01T00:00:00Z",
         "to": "2099-01-02T00:00:00Z"}]}).json()["message"]
    window = planned.split()[-1]
    (item,) = get("/api/v1/maintenance").json()["items"]
    assert (item["id"], item["service"], item["now"]) == (
        window, "other", False)
    assert item["next"][0]["from"] == "2099-01-01T00:00:00.000Z"
    assert get(f"/api/v1/maintenance/{window}").json() == item
    post(f"/api/v1/maintenance/{window}/cancel", {})
    live.until(lambda: told.client.ask(
        f"/api/v1/maintenance/{window}").code == 404)
    document = get("/api/v1/openapi.json").json()
    assert document == json.loads(json.dumps(DOCUMENT))

    # Each of them says as well what does not work.
    for path in ("/api/v1/endpoints?limit=0", "/api/v1/incidents?limit=x",
                 api + "/timeline?range=8d", api + "/samples?after=0",
                 api + "/latency?from=2023-01-02&to=2023-01-01",
                 api + "/latency?range=7d&step=5m", api + "/latency?step=2h",
                 f"/api/v1/incidents/{number}/events?limit=1001",
                 api + "/samples?from=2023-01-02&to=2023-01-01",
                 api + "/availability?from=noon", "/api/v1/matrix?at=x"):
        answer = get(path, 400)
        name = re.search(r"[?&](limit|after|from|at|step|range=8)", path)[1]
        name = name.rstrip("=8")
        assert name in answer.json()["detail"], answer.body
    for path in ("/api/v1/endpoints/none~none",
                 "/api/v1/endpoints/none~none/recovery",
                 "/api/v1/incidents/20010101-1", "/api/v1/maintenance/w99",
                 "/api/v1/incidents/20010101-1/events",
                 "/api/v1/incidents/20010101-1/evidence"):
        get(path, 404)
    for path in (f"/api/v1/incidents/{number}/ack",
                 f"/api/v1/incidents/{number}/notes",
                 f"/api/v1/incidents/{number}/resolve",
                 "/api/v1/endpoints/fleet~na/pause",
                 "/api/v1/endpoints/fleet~na/resume", "/api/v1/maintenance",
                 "/api/v1/maintenance/w1/cancel",
                 "/api/v1/receivers/nobody/test"):
        post(path, {"bad": 1}, 400)
    for act in "ack", "resolve":
        post(f"/api/v1/incidents/{number}/{act}", {"why": "over"}, 409)
        post(f"/api/v1/incidents/20010101-1/{act}", {"why": "no"}, 404)
    post("/api/v1/incidents/20010101-1/notes", {"note": "no"}, 404)
    post("/api/v1/receivers/nobody/test", {}, 202)
    post("/api/v1/receivers/beat/test", {}, 409)
    post("/api/v1/receivers/none/test", {}, 404)
    post("/api/v1/endpoints/none~none/pause", {}, 404)
    post("/api/v1/endpoints/none~none/resume", {}, 404)
    post(f"/api/v1/maintenance/{window}/cancel", {}, 404)

    unseen = {(path, method, code)
              for path, methods in DOCUMENT["paths"].items()
              for method, what in methods.items() if method != "parameters"
              for code in what["responses"]} - told.seen
    left = {(path, code) for path, _, code in unseen}
    assert left <= {("/api/v1/stream", "200"), ("/api/v1/stream", "default"),
                    ("/api/v1/status", "default"),
                    ("/api/v1/maintenance", "default"),
                    ("/api/v1/openapi.json", "default"),
                    ("/api/v1/endpoints", "200"),
                    (template(api + "/samples"), "200")}, unseen


def pages(told, path):
    """The items of a list, page after page, as its Link says."""
    while path:
        answer = told.get(path)
        yield from answer.json()["items"]
        link = answer.headers.get("link")
        assert (link is not None) == ("next" in answer.json())
        path = link and urllib.parse.urljoin(
            path, re.fullmatch(r'<(.*)>; rel="next"', link)[1])


def test_lists_go_on(scene):
    told, daemon, target = scene
    assert [e["id"] for e in pages(
        told, "/api/v1/endpoints?service=fleet&limit=1")] == [
            "fleet/eu/api", "fleet/eu/auth", "fleet/na"]
    live.until(lambda: [e["id"] for e in told.get(
        "/api/v1/endpoints?state=down").json()["items"]] == [
            "fleet/eu/api", "fleet/eu/auth"])
    assert [e["id"] for e in told.get(
        "/api/v1/endpoints?region=eu&q=OTH").json()["items"]] == ["other/eu"]

    assert [e["id"] for e in told.get(
        "/api/v1/endpoints?tag=cars").json()["items"]] == ["other/eu"]
    assert not told.get("/api/v1/endpoints?tag=car").json()["items"]

    live.until(lambda: len(told.get(
        "/api/v1/incidents").json()["items"]) == 2)
    ids = [i["id"] for i in pages(
        told, "/api/v1/incidents?service=fleet&kind=outage&limit=1")]
    assert len(ids) == 2 and ids[0] > ids[1]
    for order in ("oldest", "longest"):  # the longer one began before
        assert [i["id"] for i in pages(
            told, f"/api/v1/incidents?order={order}&limit=1")] == ids[::-1]
    assert not told.get("/api/v1/incidents?service=other").json()["items"]
    told.get("/api/v1/incidents?kind=x", 400)
    assert len(told.get("/api/v1/incidents?q=eu/AU").json()["items"]) == 1
    scopes = {i["scope"] for i in told.get("/api/v1/incidents").json()["items"]}
    for scope in scopes:
        assert {i["scope"] for i in told.get(
            f"/api/v1/incidents?scope={scope}").json()["items"]} == {scope}
    assert not told.get("/api/v1/incidents?scope=fleet").json()["items"]


def test_what_was_not_done_is_not_said_to_be(scene):
    """Also where a request fits through the door, and not further."""
    told, daemon, _ = scene
    for size in 64000, 65400, 65480, 65500, 65521:
        answer = told.client.send(
            "/api/v1/endpoints/fleet~na/pause",
            json.dumps({"why": "x" * (size - 10)}),
            Content_Type="application/json",
            Authorization=f"Bearer {told.token}")
        assert answer.code in (400, 413, 503), (size, answer.code)
    assert daemon.states()["fleet/na"] == "up"


def test_an_open_one_is_as_of_now(scene):
    """It has no event while it goes on."""
    told, _, target = scene
    (one,) = live.until(lambda: told.get(
        "/api/v1/incidents?q=eu/auth").json()["items"])
    api = f"/api/v1/incidents/{one['id']}"

    def down(j):
        return j["buckets_ms"]["down"] + j["buckets_ms"]["maintenance"]

    live.until(lambda: down(told.get(api).json()) > down(one) + 30_000)
    events = [e["event"] for e in told.get(api).json()["timeline"]]
    assert events == ["incident.opened"]
    listed = told.get("/api/v1/incidents?q=eu/auth").json()["items"][0]
    assert down(listed) > down(one) + 30_000
    table = told.client.get("/incidents.csv?q=eu/auth").body.decode()
    (row,) = csv.DictReader(io.StringIO(table))
    assert int(row["failing_ms"]) >= down(listed)


def test_checks_go_on_within_their_time(scene):
    told, _, _ = scene
    one = "/api/v1/endpoints/other~eu/samples"
    live.until(lambda: len(told.get(one).json()["items"]) >= 7)
    refs = [s["ref"] for s in pages(told, one + "?limit=2")]
    assert len(refs) >= 7 and refs == sorted(set(refs), reverse=True)
    # Of a time: each once, page after page, and none of another.
    whole = told.get(one + "?limit=1000").json()["items"]
    end, begin = whole[1]["start"], whole[5]["start"]
    assert list(pages(told, f"{one}?limit=2&from={begin}&to={end}")) == [
        w for w in whole if begin <= w["start"] < end] != []
    # A database of years has refs beyond the thousand millions.
    assert not told.get(one + "?after=5000000000").json()["items"]


def test_a_window_that_is_not_understood_is_not_planned(scene):
    told, _, _ = scene
    span = {"service": "other", "from": "2099-01-01T00:00:00Z",
            "to": "2099-01-02T00:00:00Z"}
    for more, said in (
            ({"regoin": "eu"}, "did you mean 'region'?"),
            ({"timezon": "Europe/Paris"}, "did you mean 'timezone'?"),
            ({"timezone": "Nope/Zone"}, "timezone: no time zone"),
            ({"every": 5}, "every"), ({"start": "2099-01-01"}, "rrule"),
            ({"uid": "1@x"}, "uid: is for the windows of a calendar")):
        answer = told.post("/api/v1/maintenance",
                           {"windows": [{**span, **more}]}, 400)
        assert said in answer.json()["detail"], answer.body
    assert not told.get("/api/v1/maintenance").json()["items"]


def test_a_value_of_another_kind_is_refused(scene):
    """It is not taken for nothing at all, and the act is not done."""
    told, _, _ = scene
    number = told.get("/api/v1/incidents").json()["items"][0]["id"]
    for path, body in (
            ("endpoints/fleet~na/pause", {"why": 5}),
            ("endpoints/fleet~na/pause", {"for_ms": "3600000"}),
            ("endpoints/fleet~na/pause", {"for_ms": 1.5}),
            ("endpoints/fleet~na/pause", {"for_ms": None}),
            ("endpoints/fleet~na/resume", {"why": None}),
            (f"incidents/{number}/ack", {"why": ["x"]}),
            (f"incidents/{number}/notes", {"note": 7}),
            (f"incidents/{number}/resolve", {"why": {}}),
            ("maintenance/w1/cancel", {"why": True}),
            ("maintenance", {"windows": {"service": "other"}})):
        detail = told.post(f"/api/v1/{path}", body, 400).json()["detail"]
        assert detail.startswith(f"{next(iter(body))} has to be "), detail
    assert "why" in told.post(f"/api/v1/incidents/{number}/resolve", {},
                              400).json()["detail"]
    assert "paused" not in told.get("/api/v1/endpoints/fleet~na").json()
    assert b'"acknowledged' not in told.get(f"/api/v1/incidents/{number}").body


def test_what_has_to_be_said_is_in_the_document():
    """The reason of who closes an incident is no matter of taste."""
    for act, required in ("ack", []), ("resolve", ["why"]), ("notes", ["note"]):
        body = resolved(DOCUMENT["paths"][f"/api/v1/incidents/{{incident}}/{act}"]
                        ["post"]["requestBody"])
        schema = body["content"]["application/json"]["schema"]
        assert schema.get("required", []) == required


def test_planned_maintenance_is_told_apart(scene):
    told, _, target = scene
    api = "/api/v1/endpoints/other~eu"
    now = datetime.datetime.fromisoformat(
        told.get("/api/v1/status").json()["as_of"].replace("Z", "+00:00"))
    told.post("/api/v1/maintenance", {"windows": [
        {"service": "other", "title": "x", "from": now.isoformat(),
         "to": (now + datetime.timedelta(days=1)).isoformat()}]})
    target.pages["/other"] = DOWN
    live.until(lambda: told.get(api).json()["bucket"] == "maintenance")
    live.until(lambda: told.get(
        api + "/availability").json()["planned_ms"] > 0)
    (incident,) = told.get("/api/v1/incidents?service=other").json()["items"]
    whole = told.get(f"/api/v1/incidents/{incident['id']}").json()
    # As good as it can be known from one check every ten seconds.
    assert 0 < whole["started_uncertainty_ms"] <= 20000
    share = told.get(api + "/availability").json()
    # Exactly all of it, and left out of what it is held against.
    times = share["buckets_ms"]
    assert share["planned_ms"] == times["maintenance"]
    good = times["up"] + times["degraded"]
    assert float(share["available"]) < 100
    known = sum(times.values()) - times["unknown"] - share["planned_ms"]
    cut = good * 100000 // known
    assert share["contractual"] == f"{cut // 1000}.{cut % 1000:03}"


HOSTILE = ("-1", "0", "1000000000", "(select%20sleep(9))", "1;drop", "%00",
           "1%00", "9" * 1000, "%FF%FE", "../../etc/passwd", "x" * 4000)


def test_hostile_parameters_are_named(scene):
    told, _, _ = scene
    one = "/api/v1/endpoints/other~eu"
    places = {"limit": ("/api/v1/endpoints", "/api/v1/incidents",
                        one + "/samples"),
              "state": ("/api/v1/endpoints", "/api/v1/incidents"),
              "kind": ("/api/v1/incidents",),
              "from": ("/api/v1/incidents", one + "/timeline",
                       one + "/latency", one + "/availability",
                       one + "/samples"),
              "to": ("/api/v1/incidents", one + "/timeline",
                     one + "/samples"),
              "after": ("/api/v1/incidents",),
              "step": (one + "/latency",),
              "range": (one + "/timeline",),
              "at": ("/api/v1/matrix",)}
    assert told.get(f"{one}/samples?after={'9' * 19}", 400)
    for name, paths in places.items():
        for path in paths:
            for bad in HOSTILE:
                answer = told.client.get(f"{path}?{name}={bad}")
                assert answer.code == 400, (path, name, bad)
                told.check(path, "get", answer)
                if "%00" not in bad and "%FF" not in bad:
                    assert name in answer.json()["detail"], answer.body
    for bad in HOSTILE:
        for path in (f"/api/v1/endpoints/{bad}", f"/api/v1/incidents/{bad}",
                     f"/api/v1/endpoints/{bad}/recovery"):
            assert told.client.get(path).code in (400, 404, 414), path
    assert told.get(f"/api/v1/endpoints?q={'x' * 201}", 400)
    assert told.get("/api/v1/status?sort=(select%201)").code == 200


def test_who_has_it_is_sent_nothing(scene):
    told, _, _ = scene
    one = "/api/v1/endpoints/other~eu"
    for path in ("/api/v1/status", "/api/v1/matrix", "/api/v1/endpoints",
                 "/api/v1/incidents", "/api/v1/maintenance",
                 one, one + "/timeline", one + "/latency", one + "/samples",
                 one + "/availability", one + "/recovery"):
        def unchanged(path=path):
            tag = told.client.get(path).headers["etag"]
            answer = told.client.ask(path, If_None_Match=tag)
            return answer.code == 304 and answer.body == b""
        live.until(unchanged)
        public = told.client.get(path)
        assert public.headers["access-control-allow-origin"] == "*", path
        head = told.client.ask(path, "HEAD")
        assert (head.code, head.body) == (200, b""), path
        assert head.headers["content-type"] == public.headers["content-type"]
        own = told.get(path)
        assert "etag" not in own.headers, path
        assert "access-control-allow-origin" not in own.headers, path
        assert own.headers["cache-control"] == "no-store", path


def test_the_document_and_the_routes_are_of_the_same():
    routes = re.findall(r'\{HTTP_(GET|POST), "(/api/[^"]*)"',
                        (ROOT / "daemon/web/routes.c").read_text())
    served = {(method.lower(), path) for method, path in routes}
    said = {(method, re.sub(r"\{\w+\}", "*", path))
            for path, methods in DOCUMENT["paths"].items()
            for method in methods if method != "parameters"}
    assert served == said


def test_its_words_are_those_of_the_table():
    schemas = DOCUMENT["components"]["schemas"]
    for kind in ("Bucket", "State", "Kind", "Phase", "Origin", "Class",
                 "Reason", "Event"):
        assert schemas[kind]["enum"] == names(kind.upper()), kind
    assert schemas["Buckets"]["required"] == names("BUCKET")
