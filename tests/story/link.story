# Our own link is cut for five minutes, with fifty endpoints behind it.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: [tcp://192.0.2.101:53, tcp://192.0.2.102:53, tcp://192.0.2.103:53]
services:
  - {id: s0, regions: {r0: https://r0.site0.test/, r1: https://r1.site0.test/, r2: https://r2.site0.test/, r3: https://r3.site0.test/, r4: https://r4.site0.test/}}
  - {id: s1, regions: {r0: https://r0.site1.test/, r1: https://r1.site1.test/, r2: https://r2.site1.test/, r3: https://r3.site1.test/, r4: https://r4.site1.test/}}
  - {id: s2, regions: {r0: https://r0.site2.test/, r1: https://r1.site2.test/, r2: https://r2.site2.test/, r3: https://r3.site2.test/, r4: https://r4.site2.test/}}
  - {id: s3, regions: {r0: https://r0.site3.test/, r1: https://r1.site3.test/, r2: https://r2.site3.test/, r3: https://r3.site3.test/, r4: https://r4.site3.test/}}
  - {id: s4, regions: {r0: https://r0.site4.test/, r1: https://r1.site4.test/, r2: https://r2.site4.test/, r3: https://r3.site4.test/, r4: https://r4.site4.test/}}
  - {id: s5, regions: {r0: https://r0.site5.test/, r1: https://r1.site5.test/, r2: https://r2.site5.test/, r3: https://r3.site5.test/, r4: https://r4.site5.test/}}
  - {id: s6, regions: {r0: https://r0.site6.test/, r1: https://r1.site6.test/, r2: https://r2.site6.test/, r3: https://r3.site6.test/, r4: https://r4.site6.test/}}
  - {id: s7, regions: {r0: https://r0.site7.test/, r1: https://r1.site7.test/, r2: https://r2.site7.test/, r3: https://r3.site7.test/, r4: https://r4.site7.test/}}
  - {id: s8, regions: {r0: https://r0.site8.test/, r1: https://r1.site8.test/, r2: https://r2.site8.test/, r3: https://r3.site8.test/, r4: https://r4.site8.test/}}
  - {id: s9, regions: {r0: https://r0.site9.test/, r1: https://r1.site9.test/, r2: https://r2.site9.test/, r3: https://r3.site9.test/, r4: https://r4.site9.test/}}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 30s
07:05:00 https:// connect_timeout after=9s
07:05:00 tcp://192.0.2.101:53 connect_timeout after=9s
07:05:00 tcp://192.0.2.102:53 connect_timeout after=9s
07:05:00 tcp://192.0.2.103:53 connect_timeout after=9s
07:10:00 https:// ok
07:10:00 tcp://192.0.2.101:53 ok
07:10:00 tcp://192.0.2.102:53 ok
07:10:00 tcp://192.0.2.103:53 ok
07:59:00 holds 0 SELECT count(*) FROM incident
08:00:00 holds 50 SELECT count(DISTINCT endpoint) FROM transition WHERE to_state = 0
07:05:17 expect monitor.blind - loud
07:10:01 expect monitor.sighted - quiet
08:00:00 stop
