# The database is found damaged at the restart: set aside, and a new one begun.
# The outage is long enough to be found in what a loss of power leaves of it.
start 2023-02-14T06:58:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - {id: shop, all_clear: eager, regions: {eu: https://eu.test/}}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 60s
07:00:00 restart 5s
07:02:00 https://eu.test/ 500
07:02:30 expect incident.opened shop/eu loud
07:07:00 https://eu.test/ ok
07:07:05 expect incident.recovering shop/eu quiet
07:15:00 expect incident.resolved shop/eu loud
07:17:00 stop
