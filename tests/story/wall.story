# A wall of 429: it answers, but not us. Neither down nor up, and nobody is woken.
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
07:00:00 https://eu.test/ 429 header="Retry-After: 60"
09:00:00 holds 0 SELECT count(*) FROM incident
09:00:00 https://eu.test/ ok
10:00:00 stop
