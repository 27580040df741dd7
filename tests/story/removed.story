# Removed with an incident open and a probe on its way: withdrawn, told once.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
defaults: {interval: 20s, timeout: 19s}
services:
  - id: shop
    regions: {eu: https://eu.test/, na: https://na.test/}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 60s
07:00:00 https://eu.test/ timeout
07:01:00 expect incident.opened shop/eu loud
# A probe takes 19 of 20 seconds: one is on its way whenever this comes.
07:10:00 reload
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: shop
    regions: {na: https://na.test/}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
07:10:00 expect incident.withdrawn shop/eu loud cause=removed
07:30:00 holds 0 SELECT count(*) FROM incident WHERE closed_ms IS NULL
07:30:00 holds 0 SELECT count(*) FROM v_sample WHERE endpoint = 'shop/eu' AND start_ms > (SELECT retired_ms FROM endpoint WHERE name = 'shop/eu')
07:30:00 holds 0 SELECT count(*) FROM v_notice WHERE event = 'incident.withdrawn' AND state <> 'sent'
08:00:00 stop
