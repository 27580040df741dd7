# Noise for two days, and no outage: nobody is woken.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - {id: shop, regions: {eu: {url: https://eu.test/, interval: 10m}}}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: false}
end
tolerance 60s
06:30:00 https://eu.test/ 500 one_in=30
48:00:00 holds 0 SELECT count(*) FROM incident
48:00:00 stop
