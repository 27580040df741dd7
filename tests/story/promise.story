# 503 with Retry-After: the promise is kept once and broken once.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: shop
    regions: {eu: https://eu.test/}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook]}
end
tolerance 90s
07:00:00 https://eu.test/ 503 header="Retry-After: 3600"
07:00:30 expect incident.opened shop/eu loud kind=maintenance reason=maint_retry_after
07:01:30 https://eu.test/ 503 body="down for maintenance"
07:55:00 https://eu.test/ ok
08:09:00 expect incident.resolved shop/eu loud kind=maintenance relapses=0 promised=2023-02-14T08:00:19.000Z
20:00:00 https://eu.test/ 503 header="Retry-After: 600"
20:00:30 expect incident.opened shop/eu loud kind=maintenance
20:01:30 https://eu.test/ 503 body="down for maintenance"
20:30:30 expect incident.changed shop/eu loud kind=outage cause=promise_broken
21:00:00 https://eu.test/ ok
21:15:30 expect incident.resolved shop/eu loud promised=2023-02-14T20:10:19.000Z
22:00:00 holds 2 SELECT count(*) FROM incident WHERE promised_ms IS NOT NULL
22:00:00 holds 1 SELECT count(*) FROM incident WHERE ended_ms <= promised_ms + 300000
23:00:00 stop
