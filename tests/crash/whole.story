# Everything that writes, in half an hour: incidents, two receivers of which
# one is down for a while, a reload, a backup, an act, restarts.
start 2023-02-14T06:58:00Z
config
database: @/vigie.db
control: @/control
canaries: []
retention: {samples: 1d}
services:
  - {id: shop, all_clear: eager, regions: {eu: https://eu.test/, na: https://na.test/}}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
  - {id: late, type: webhook, url: https://late.test/in, secret_file: hook.key}
  - {id: gone, type: webhook, url: https://gone.test/in, secret_file: hook.key}
routes:
  - {to: [hook, late, gone], all: true}
end
tolerance 60s
06:58:00 https://gone.test/in 503
07:00:00 https://late.test/in 503
07:00:00 https://eu.test/ 500 body="out of order"
07:00:30 expect incident.opened shop/eu loud
07:02:00 https://late.test/in ok
07:03:00 https://eu.test/ ok
07:03:05 expect incident.recovering shop/eu quiet
07:03:30 backup
07:04:00 restart 5s
07:09:00 reload
database: @/vigie.db
control: @/control
canaries: []
retention: {samples: 1d}
services:
  - {id: shop, all_clear: eager, regions: {eu: https://eu.test/}}
  - {id: bank, all_clear: eager, regions: {eu: https://bank.test/}}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
  - {id: late, type: webhook, url: https://late.test/in, secret_file: hook.key}
routes:
  - {to: [hook, late], all: true}
end
07:11:30 expect incident.resolved shop/eu loud
07:13:00 https://bank.test/ 500 body="out of money"
07:13:30 expect incident.opened bank/eu loud
07:16:00 crash 5s
07:18:00 https://bank.test/ ok
07:18:05 expect incident.recovering bank/eu quiet
07:19:00 backup
07:19:30 kill herald
07:20:00 pause shop/eu 2m moving
07:25:30 expect incident.resolved bank/eu loud
# More than a day later the samples of now have aged.
07:28:00 sleep 25h
32:33:00 stop
