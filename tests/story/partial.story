# Some addresses of a name fail: told quietly, once an hour while it stays.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: shop
    regions:
      eu: {url: "tcp://lb.test:443", addresses: all}
      na: "tcp://lb.test:443"
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 2m
06:00:00 name lb.test 3
# Once is not enough.
06:10:00 tcp://192.0.2.2:443 refused
06:11:00 tcp://192.0.2.2:443 ok
06:20:00 tcp://192.0.2.2:443 refused
06:21:30 expect endpoint.partial shop/eu quiet failing=1 addresses=3 detail="1 of 3 addresses failing: 192.0.2.2 connection_refused"
# What it fails of is no other set, and a restart repeats nothing.
06:30:00 tcp://192.0.2.2:443 timeout
06:40:00 restart 5m
06:50:00 crash 1m
07:22:00 expect endpoint.partial shop/eu quiet failing=1 detail="1 of 3 addresses failing: 192.0.2.2 connect_timeout"
# Another one, and another number.
07:30:00 tcp://192.0.2.2:443 ok
07:30:00 tcp://192.0.2.3:443 refused
07:31:30 expect endpoint.partial shop/eu quiet failing=1 detail="1 of 3 addresses failing: 192.0.2.3 connection_refused"
07:40:00 tcp://192.0.2.2:443 refused
07:41:30 expect endpoint.partial shop/eu quiet failing=2 addresses=3
# All of them fail: that is an incident, of both regions, and one cause is
# told loudly once.  Good again, it is whole.
07:50:00 tcp://192.0.2.1:443 refused
07:51:00 expect incident.opened shop/na quiet part_of=20230214-1
07:51:00 expect incident.opened shop/eu loud scope=service:shop
07:55:00 tcp://192.0.2.1:443 ok
07:55:00 tcp://192.0.2.2:443 ok
07:55:00 tcp://192.0.2.3:443 ok
07:55:30 expect endpoint.partial shop/eu quiet failing=0
07:55:30 expect incident.recovering shop/eu quiet
07:55:30 expect incident.recovering shop/na quiet
08:11:00 expect incident.changed shop/eu quiet cause=elsewhere
08:11:00 expect incident.resolved shop/na quiet
08:11:00 expect incident.resolved shop/eu loud
# Its end is told, though nobody was there for hours.
10:00:00 tcp://192.0.2.2:443 refused
10:01:30 expect endpoint.partial shop/eu quiet failing=1
10:10:00 restart 5h
10:20:00 tcp://192.0.2.2:443 ok
15:11:30 expect endpoint.partial shop/eu quiet failing=0
# Sets that change all the time: six an hour, then the last of them.
17:00:00 tcp://192.0.2.2:443 refused
17:01:30 expect endpoint.partial shop/eu quiet failing=1
17:05:00 tcp://192.0.2.2:443 ok
17:06:30 expect endpoint.partial shop/eu quiet failing=0
17:10:00 tcp://192.0.2.2:443 refused
17:11:30 expect endpoint.partial shop/eu quiet failing=1
17:15:00 tcp://192.0.2.2:443 ok
17:16:30 expect endpoint.partial shop/eu quiet failing=0
17:20:00 tcp://192.0.2.2:443 refused
17:21:30 expect endpoint.partial shop/eu quiet failing=1
17:25:00 tcp://192.0.2.2:443 ok
17:26:30 expect endpoint.partial shop/eu quiet failing=0
17:30:00 tcp://192.0.2.2:443 refused
17:35:00 tcp://192.0.2.2:443 ok
17:40:00 tcp://192.0.2.3:443 refused
18:01:30 expect endpoint.partial shop/eu quiet failing=1 detail="1 of 3 addresses failing: 192.0.2.3 connection_refused"
19:02:30 expect endpoint.partial shop/eu quiet failing=1
# Which fail is written down again, near the present, for those who look.
19:05:00 holds 1 SELECT count(*) FROM excerpt WHERE seen_ms > 1676396700000
# Only the first is asked from now on: of the others nothing is known.
19:10:00 reload
database: @/vigie.db
control: @/control
canaries: []
services:
  - {id: shop, regions: {eu: "tcp://lb.test:443"}}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
21:00:00 stop
