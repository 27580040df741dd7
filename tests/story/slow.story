# Ten times slower than usual: degraded, until it was calm for ten minutes; and
# over its limit, of which nothing has to be known before.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: shop
    regions:
      eu: {url: https://eu.test/, interval: 60s}
      na: {url: https://na.test/, interval: 60s, expect: {latency: 500ms}}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 60s
06:10:00 https://na.test/ ok after=700ms
06:12:30 expect incident.opened shop/na loud kind=degradation class=SLOW reason=too_slow
06:20:00 https://na.test/ ok after=100ms
06:30:30 expect incident.recovering shop/na quiet
06:35:30 expect incident.resolved shop/na loud
08:00:00 https://eu.test/ ok after=400ms
08:04:30 expect incident.opened shop/eu loud kind=degradation class=SLOW reason=slower
08:10:00 restart 20s
08:30:00 https://eu.test/ ok
08:51:19 expect incident.recovering shop/eu quiet
08:56:19 expect incident.resolved shop/eu loud kind=degradation
10:00:00 stop
