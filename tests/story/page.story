# A maintenance page with the status of a good one: claimed, and promised nothing.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - {id: shop, regions: {eu: {url: https://eu.test/, expect: {status: 200, not_body: "(?i)maintenance"}}}}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 60s
07:00:00 https://eu.test/ 200 body="<h1>Scheduled maintenance</h1>"
07:00:30 expect incident.opened shop/eu loud
07:40:00 https://eu.test/ ok body="welcome"
07:30:20 expect incident.changed shop/eu loud kind=outage cause=promise_broken
07:40:30 expect incident.recovering shop/eu quiet
07:55:30 expect incident.resolved shop/eu loud
09:00:00 stop
