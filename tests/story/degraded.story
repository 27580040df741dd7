# Every other check fails: told once, as degraded, over a restart too.  Then it
# is down: the same incident, worse.
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
tolerance 60s
07:00:15 https://eu.test/ 500
07:00:21 https://eu.test/ ok
07:00:30 expect endpoint.glitch shop/eu quiet
07:02:15 https://eu.test/ 500
07:02:21 https://eu.test/ ok
07:04:15 https://eu.test/ 500
07:04:21 https://eu.test/ ok
07:06:15 https://eu.test/ 500
07:06:21 https://eu.test/ ok
07:06:30 expect incident.opened shop/eu loud kind=degradation failed=4 checks=21 onset=2023-02-14T07:02:19.000Z
07:08:15 https://eu.test/ 500
07:08:21 https://eu.test/ ok
07:10:15 https://eu.test/ 500
07:10:21 https://eu.test/ ok
07:12:15 https://eu.test/ 500
07:12:21 https://eu.test/ ok
07:14:15 https://eu.test/ 500
07:14:21 https://eu.test/ ok
07:16:15 https://eu.test/ 500
07:16:21 https://eu.test/ ok
07:18:15 https://eu.test/ 500
07:18:21 https://eu.test/ ok
07:20:15 https://eu.test/ 500
07:20:21 https://eu.test/ ok
07:22:15 https://eu.test/ 500
07:22:21 https://eu.test/ ok
07:24:15 https://eu.test/ 500
07:24:21 https://eu.test/ ok
07:26:15 https://eu.test/ 500
07:26:21 https://eu.test/ ok
07:28:15 https://eu.test/ 500
07:28:21 https://eu.test/ ok
07:30:15 https://eu.test/ 500
07:30:21 https://eu.test/ ok
07:31:30 restart 20s
07:32:15 https://eu.test/ 500
07:32:21 https://eu.test/ ok
07:34:15 https://eu.test/ 500
07:34:21 https://eu.test/ ok
07:36:15 https://eu.test/ 500
07:36:21 https://eu.test/ ok
07:38:15 https://eu.test/ 500
07:38:21 https://eu.test/ ok
07:40:15 https://eu.test/ 500
07:40:21 https://eu.test/ ok
07:42:15 https://eu.test/ 500
07:42:21 https://eu.test/ ok
07:44:15 https://eu.test/ 500
07:44:21 https://eu.test/ ok
07:46:15 https://eu.test/ 500
07:46:21 https://eu.test/ ok
07:48:15 https://eu.test/ 500
07:48:21 https://eu.test/ ok
07:50:15 https://eu.test/ 500
07:50:21 https://eu.test/ ok
07:52:15 https://eu.test/ 500
07:52:21 https://eu.test/ ok
07:54:15 https://eu.test/ 500
07:54:21 https://eu.test/ ok
07:56:15 https://eu.test/ 500
07:56:21 https://eu.test/ ok
07:58:15 https://eu.test/ 500
07:58:21 https://eu.test/ ok
08:00:00 https://eu.test/ 500
08:00:55 expect incident.changed shop/eu loud kind=outage cause=evidence
08:30:00 https://eu.test/ ok
08:30:10 expect incident.recovering shop/eu quiet others=0
08:45:30 expect incident.resolved shop/eu loud kind=outage relapses=0
# Again, and it ends by itself.
10:00:15 https://eu.test/ 500
10:00:21 https://eu.test/ ok
10:00:30 expect endpoint.glitch shop/eu quiet
10:02:15 https://eu.test/ 500
10:02:21 https://eu.test/ ok
10:04:15 https://eu.test/ 500
10:04:21 https://eu.test/ ok
10:06:15 https://eu.test/ 500
10:06:21 https://eu.test/ ok
10:06:30 expect incident.opened shop/eu loud kind=degradation
10:08:15 https://eu.test/ 500
10:08:21 https://eu.test/ ok
10:10:15 https://eu.test/ 500
10:10:21 https://eu.test/ ok
10:12:15 https://eu.test/ 500
10:12:21 https://eu.test/ ok
10:14:15 https://eu.test/ 500
10:14:21 https://eu.test/ ok
10:16:15 https://eu.test/ 500
10:16:21 https://eu.test/ ok
10:18:15 https://eu.test/ 500
10:18:21 https://eu.test/ ok
10:48:19 expect incident.recovering shop/eu quiet kind=degradation
12:19:19 expect incident.resolved shop/eu loud kind=degradation
14:00:00 stop
