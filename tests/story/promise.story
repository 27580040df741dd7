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
08:09:00 expect incident.resolved shop/eu loud kind=maintenance relapses=0
20:00:00 https://eu.test/ 503 header="Retry-After: 600"
20:00:30 expect incident.opened shop/eu loud kind=maintenance
20:01:30 https://eu.test/ 503 body="down for maintenance"
20:30:30 expect incident.changed shop/eu loud kind=outage cause=promise_broken
23:00:00 stop
