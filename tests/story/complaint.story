# Who was told that a receiver does not hear of us is not told so again because
# the daemon starts again.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - {id: shop, regions: {eu: https://shop.test/}}
  - {id: bank, regions: {eu: https://bank.test/}}
  - {id: cars, regions: {eu: https://cars.test/}}
  - {id: mail, regions: {eu: https://mail.test/}}
  - {id: desk, regions: {eu: https://desk.test/}}
receivers:
  - {id: r503, type: webhook, url: https://r503.test/, secret_file: hook.key}
  - {id: gone, type: webhook, url: https://gone.test/, secret_file: hook.key}
  - {id: well, type: webhook, url: https://well.test/, secret_file: hook.key}
routes:
  - {to: [r503, gone]}
  - {to: [well], all: true}
end
tolerance 60s
06:30:00 https://r503.test/ 503
06:30:00 https://gone.test/ 410
07:00:00 https://shop.test/ 500
07:00:53 expect incident.opened shop/eu loud
07:01:10 expect receiver.gone - loud receiver=gone code=410
# At each start it is asked once more; that it still is gone is no news.
08:00:00 restart 1m
11:00:00 https://bank.test/ 500
11:00:53 expect incident.opened bank/eu loud
11:02:00 holds 2 SELECT count(*) FROM outbox WHERE receiver = 'gone' AND state = 3
12:00:00 crash 1m
12:30:00 https://cars.test/ 500
12:30:53 expect incident.opened cars/eu loud
12:32:00 holds 3 SELECT count(*) FROM outbox WHERE receiver = 'gone' AND state = 3
# A day later it is, and after a reload: it may be another by now.
13:00:00 sleep 18h
32:00:00 restart 1m
33:00:00 https://mail.test/ 500
33:00:53 expect incident.opened mail/eu loud
33:01:10 expect receiver.gone - loud receiver=gone code=410
34:00:00 reload
database: @/vigie.db
control: @/control
canaries: []
services:
  - {id: shop, regions: {eu: https://shop.test/}}
  - {id: bank, regions: {eu: https://bank.test/}}
  - {id: cars, regions: {eu: https://cars.test/}}
  - {id: mail, regions: {eu: https://mail.test/}}
  - {id: desk, regions: {eu: https://desk.test/}}
receivers:
  - {id: gone, type: webhook, url: https://gone.test/, secret_file: hook.key}
  - {id: r503, type: webhook, url: https://r503.test/, secret_file: hook.key}
  - {id: well, type: webhook, url: https://well.test/, secret_file: hook.key}
routes:
  - {to: [r503, gone]}
  - {to: [well], all: true}
end
35:00:00 https://desk.test/ 500
35:00:53 expect incident.opened desk/eu loud
35:01:10 expect receiver.gone - loud receiver=gone code=410
# The first is given up after three days.
36:00:00 sleep 42h
78:30:00 holds 0 SELECT count(*) FROM outbox WHERE receiver = 'r503' AND state = 2
79:01:00 expect receiver.failing - loud receiver=r503
80:00:00 restart 1m
81:00:00 crash 1m
82:30:00 holds 1 SELECT count(*) FROM outbox WHERE receiver = 'r503' AND state = 2
# Within the day more is given up, and not told of; a day later it is.
85:00:00 holds 3 SELECT count(*) FROM outbox WHERE receiver = 'r503' AND state = 2
85:30:00 sleep 19h
104:40:00 restart 1m
105:01:00 expect receiver.failing - loud receiver=r503
107:30:00 holds 5 SELECT count(*) FROM outbox WHERE receiver = 'r503' AND state = 2
107:30:00 holds 0 SELECT count(*) FROM outbox WHERE receiver = 'r503' AND state = 0
108:00:00 stop
