# Somebody outside hears that we live while we write, and while he takes it.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: shop
    regions: {eu: https://eu.test/, na: https://na.test/}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
  - {id: alive, type: heartbeat, url: https://beat.test/alive, every: 10s}
end
tolerance 60s
07:00:00 silent heartbeat
07:00:00 disk full
07:10:00 https://eu.test/ 500
07:10:30 expect incident.opened shop/eu loud persisted=false
07:11:00 logged heartbeat-held
07:11:00 silent heartbeat-resumed
07:20:00 disk ok
07:21:00 logged heartbeat-resumed
07:30:00 https://beat.test/ 410
07:31:00 logged heartbeat-failed
07:31:00 silent heartbeat-restored
07:40:00 https://beat.test/ ok
07:41:00 logged heartbeat-restored
07:50:00 https://eu.test/ ok
08:05:20 expect incident.resolved shop/eu loud
# A receiver that is owed a notice becomes a heartbeat, and is owed none.
09:00:00 https://hook.test/ 503
09:00:00 https://na.test/ 500
09:05:00 holds 1 SELECT count(*) FROM outbox WHERE receiver = 'hook' AND state = 0
09:05:30 reload
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: shop
    regions: {eu: https://eu.test/, na: https://na.test/}
receivers:
  - {id: hook, type: heartbeat, url: https://hook.test/in}
  - {id: alive, type: syslog}
end
09:06:00 logged "heartbeat-failed receiver=hook"
09:06:00 holds 0 SELECT count(*) FROM outbox WHERE receiver = 'hook' AND state = 0
09:06:00 https://na.test/ ok
09:30:00 holds 0 SELECT count(*) FROM incident WHERE closed_ms IS NULL
09:30:00 holds 0 SELECT count(*) FROM outbox WHERE receiver = 'hook' AND state = 0
09:30:00 https://eu.test/ 500
09:33:00 holds 1 SELECT count(*) FROM v_notice WHERE receiver = 'alive'
09:40:00 stop
