# Windows by command: one that silences its outage, outlives a restart and a
# reload, one that is cancelled while it runs, and one by a rule.
start 2026-03-28T22:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: shop
    regions: {eu: https://eu.test/, us: https://us.test/}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 90s
22:05:00 plan {"service": "shop", "region": "eu", "title": "New disks", "from": "2026-03-28 22:30", "to": "2026-03-28 23:30"}
22:10:00 crash 2m
22:30:00 expect maintenance.started shop/eu quiet
22:32:00 https://eu.test/ 503
22:33:00 expect incident.opened shop/eu kind=maintenance origin=planned
22:40:00 https://eu.test/ ok
22:41:00 expect incident.recovering shop/eu quiet
22:45:00 restart 1m
22:50:00 reload
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: shop
    name: Renamed
    regions: {eu: https://eu.test/, us: https://us.test/}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
22:56:00 expect incident.resolved shop/eu
22:58:00 holds 1 SELECT count(*) FROM planned WHERE over_ms IS NULL
22:58:00 plan w1
22:58:00 expect maintenance.ended shop/eu quiet
22:59:00 holds 1 SELECT count(*) FROM planned WHERE over_by = 'operator'
# The clocks go forward at 01:00Z: 02:30 in Berlin does not come, and is taken
# for 03:30, which is 01:30Z.
23:00:00 plan {"service": "*", "region": "us", "rrule": "FREQ=WEEKLY;BYDAY=SU", "start": "2026-03-22 02:30:00", "length_s": 1800, "timezone": "Europe/Berlin", "except": ["2026-04-05 02:30:00"]}
25:30:00 expect maintenance.started shop/us quiet
26:00:00 expect maintenance.ended shop/us quiet
26:10:00 holds 1 SELECT count(*) FROM planned WHERE over_ms IS NULL
# One that is past leaves by itself.
26:10:00 plan {"service": "shop", "region": "eu", "from": "2026-03-29 02:15", "to": "2026-03-29 02:20"}
26:15:00 expect maintenance.started shop/eu quiet
26:20:00 expect maintenance.ended shop/eu quiet
26:25:00 holds 1 SELECT count(*) FROM planned WHERE over_ms IS NOT NULL AND over_by IS NULL
26:30:00 stop
