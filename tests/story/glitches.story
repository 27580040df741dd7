# Short blips are listed each time, and told once an hour.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - {id: shop, regions: {eu: {url: https://eu.test/, interval: 60s}}}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 3m
07:00:15 https://eu.test/ 500
07:00:21 https://eu.test/ ok
07:20:15 https://eu.test/ 500
07:20:21 https://eu.test/ ok
09:00:15 https://eu.test/ 500
09:00:21 https://eu.test/ ok
12:00:00 stop
07:00:30 expect endpoint.glitch shop/eu quiet
09:00:30 expect endpoint.glitch shop/eu quiet
