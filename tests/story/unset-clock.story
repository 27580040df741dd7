# A machine whose clock was not set at boot: it works all the same, takes the
# true time at its next start, and what lies between is unknown.
start 1970-01-01T00:00:10Z
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
maintenance:
  - {service: shop, every: "Sun 02:00-04:00", timezone: Europe/Berlin}
end
tolerance 60s
00:10:00 https://eu.test/ 500
00:10:40 expect incident.opened shop/eu loud
00:20:00 https://eu.test/ ok
00:20:30 expect incident.recovering shop/eu quiet
00:35:30 expect incident.resolved shop/eu loud
01:00:00 clock 19402d
01:00:02 logged clock-step
01:30:00 holds 1 SELECT count(*) FROM input WHERE kind = 8
01:30:00 restart 1m
# Hours count from the first day: this is 2023-02-14.
465649:40:00 holds 1 SELECT count(*) FROM v_span WHERE bucket = 'unknown' AND until_ms - since_ms > 19401 * 86400000
465649:40:00 https://eu.test/ 500
465649:40:40 expect incident.opened shop/eu loud
465649:50:00 https://eu.test/ ok
465649:50:30 expect incident.recovering shop/eu quiet
465650:05:30 expect incident.resolved shop/eu loud
# And a start with the clock unset again does not go back.
465650:10:00 clock -19402d
465650:10:30 restart 1m
465650:20:00 logged times
465650:30:00 holds 0 SELECT count(*) FROM sample a JOIN sample b ON b.ref = a.ref + 1 WHERE b.start_ms <= a.start_ms
465650:30:00 holds 2 SELECT count(*) FROM incident
465650:30:00 stop
