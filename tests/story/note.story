# Notes go into the timeline, of an incident that is over too, and change
# nothing else of it.
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
07:00:00 https://eu.test/ 500
07:00:30 expect incident.opened shop/eu loud
07:05:00 note the vendor was called
07:05:00 expect incident.amended shop/eu quiet author=ann note="the vendor was called"
07:10:00 https://eu.test/ ok
07:10:05 expect incident.recovering shop/eu quiet
07:25:30 expect incident.resolved shop/eu loud relapses=0
08:00:00 note it was their load balancer
08:00:00 expect incident.amended shop/eu quiet author=ann note="it was their load balancer"
08:00:30 crash 5s
08:01:00 holds 2 SELECT count(*) FROM v_act WHERE act = 'note'
08:01:00 holds 1 SELECT count(*) FROM v_incident WHERE phase = 'closed' AND closed_ms < 1676362800000 AND cause = 'quiet_time'
09:00:00 stop
