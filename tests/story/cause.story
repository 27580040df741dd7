# Why: what fails because something that it depends on does is told with that.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: fleet
    regions: {eu: "https://fleet.eu.test/", na: "https://fleet.na.test/"}
  - id: cdn
    regions: {a: "https://cdn.a.test/", b: "https://cdn.b.test/"}
  - id: app
    depends_on: [fleet/eu, {any_of: [cdn/a, cdn/b]}]
    regions: {eu: "https://app.eu.test/", na: "https://app.na.test/", cn: "https://app.cn.test/"}
  - id: billing
    depends_on: app
    regions: {eu: "https://billing.eu.test/"}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 30s
# The fault is in eu, and hits the app everywhere: one loud notice, one end.
07:00:00 https://fleet.eu.test/ 503
07:00:20 https://app.eu.test/ 502
07:00:20 https://app.na.test/ 502
07:00:20 https://app.cn.test/ 502
07:00:40 https://billing.eu.test/ 500
07:00:58 expect incident.opened fleet/eu loud
07:01:10 expect incident.opened app/cn quiet caused_by=20230214-1 lead=fleet/eu
07:01:19 expect incident.opened app/na quiet caused_by=20230214-1 lead=fleet/eu
07:01:23 expect incident.opened app/eu quiet caused_by=20230214-1 lead=fleet/eu
07:01:51 expect incident.opened billing/eu quiet caused_by=20230214-1 lead=fleet/eu
07:30:00 https://fleet.eu.test/ ok
07:30:00 https://app.eu.test/ ok
07:30:00 https://app.na.test/ ok
07:30:00 https://app.cn.test/ ok
07:30:00 https://billing.eu.test/ ok
07:30:05 expect incident.recovering app/cn quiet caused_by=20230214-1
07:30:13 expect incident.recovering app/eu quiet caused_by=20230214-1
07:30:14 expect incident.recovering app/na quiet caused_by=20230214-1
07:30:16 expect incident.recovering billing/eu quiet caused_by=20230214-1
07:30:23 expect incident.recovering fleet/eu quiet effects=4
07:45:18 expect incident.resolved billing/eu quiet caused_by=20230214-1
07:45:25 expect incident.resolved fleet/eu loud effects=3
07:45:37 expect incident.resolved app/cn quiet
07:45:46 expect incident.resolved app/na quiet
07:45:50 expect incident.resolved app/eu quiet
# One of two that stand in for each other: the app has a reason of its own.
10:00:00 https://cdn.a.test/ timeout
10:01:28 expect incident.opened cdn/a loud
10:20:00 https://app.na.test/ 500
10:21:19 expect incident.opened app/na loud
11:00:00 https://app.na.test/ ok
11:00:14 expect incident.recovering app/na quiet
12:00:00 https://cdn.a.test/ ok
12:00:45 expect incident.recovering cdn/a quiet
12:15:15 expect incident.resolved cdn/a loud
13:00:46 expect incident.resolved app/na loud
# What it depends on is back, it is not: told two minutes after.
14:00:00 https://fleet.eu.test/ 500
14:00:10 https://app.eu.test/ 500
14:00:58 expect incident.opened fleet/eu loud
14:01:23 expect incident.opened app/eu quiet caused_by=20230214-8 lead=fleet/eu
14:10:00 crash 1m
14:30:00 https://fleet.eu.test/ ok
14:30:23 expect incident.recovering fleet/eu quiet
14:45:25 expect incident.resolved fleet/eu loud effects=1
14:47:25 expect incident.changed app/eu loud cause=alone
16:00:00 https://app.eu.test/ ok
16:00:50 expect incident.recovering app/eu quiet
16:15:20 expect incident.resolved app/eu loud
17:00:00 holds 4 SELECT count(*) FROM v_scope WHERE caused_by IS NOT NULL
18:00:00 stop
