# 503 with Retry-After for ever: an hour each time it is asked, for a year if
# somebody believed it.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - {id: shop, regions: {eu: https://eu.test/}}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 60s
07:00:00 https://eu.test/ 503 header="Retry-After: 3600"
07:00:30 expect incident.opened shop/eu loud kind=maintenance
11:00:30 expect incident.changed shop/eu loud kind=outage cause=promise_broken
47:00:00 holds 1 SELECT count(*) FROM incident
47:00:00 https://eu.test/ ok
47:00:30 expect incident.recovering shop/eu quiet
47:15:30 expect incident.resolved shop/eu loud kind=outage
48:00:00 stop
