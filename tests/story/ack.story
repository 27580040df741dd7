# Somebody takes charge: told quietly, once, and it silences nothing.  It ends
# with the incident, and does not come back when that opens again.
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
  - {to: [hook], all: true}
end
tolerance 60s
07:00:00 https://eu.test/ 503 body="down for maintenance"
07:00:30 expect incident.opened shop/eu loud kind=maintenance
07:05:00 ack looking into it
07:05:00 expect incident.amended shop/eu quiet acknowledged_by=ann why="looking into it"
07:06:00 ack once more
07:06:00 holds 1 SELECT count(*) FROM v_act WHERE act = 'ack' AND over_ms IS NULL
# Acknowledged is committed.
07:06:00 crash 5s
07:07:00 holds 1 SELECT count(*) FROM v_act WHERE author = 'ann' AND text = 'looking into it'
07:30:30 expect incident.changed shop/eu loud cause=promise_broken
08:00:00 https://eu.test/ ok
08:00:05 expect incident.recovering shop/eu quiet
08:01:00 resolve
08:01:00 expect incident.resolved shop/eu loud cause=operator author=operator why=story
08:01:00 holds 0 SELECT count(*) FROM act WHERE over_ms IS NULL
08:02:00 https://eu.test/ 500
08:02:30 expect incident.relapsed shop/eu loud relapses=1
08:03:00 holds 0 SELECT count(*) FROM act WHERE over_ms IS NULL
08:04:00 ack
08:04:00 expect incident.amended shop/eu quiet acknowledged_by=ann
08:05:00 holds 2 SELECT count(*) FROM act
09:00:00 stop
