# For whom: what fails together is told once, by its scope, to each receiver.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: cars
    tags: [fleet]
    regions:
      eu:
        - {name: auth, url: "https://auth.eu.test/"}
        - {name: drive, url: "https://drive.eu.test/"}
        - {name: media, url: "https://media.eu.test/"}
      na: "https://na.test/"
      cn: "https://cn.test/"
  - id: maps
    regions:
      eu: "https://maps.eu.test/"
      na: "https://maps.na.test/"
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 2m
# One endpoint.
07:00:00 https://na.test/ 500
07:01:30 expect incident.opened cars/na loud scope=endpoint:cars/na
07:10:00 https://na.test/ ok
07:10:30 expect incident.recovering cars/na quiet
07:26:00 expect incident.resolved cars/na loud
# A region of one service: one loud notice, and one end.
10:00:00 https://auth.eu.test/ 503
10:00:00 https://drive.eu.test/ 503
10:00:00 https://media.eu.test/ 503
10:01:30 expect incident.opened cars/eu/media quiet part_of=20230214-2
10:01:30 expect incident.opened cars/eu/drive quiet part_of=20230214-2
10:01:30 expect incident.opened cars/eu/auth loud scope=place:cars/eu members=2
10:05:00 crash 1m
# Where it began is well again, and the rest is not: no all-clear.
10:30:00 https://auth.eu.test/ ok
10:30:30 expect incident.recovering cars/eu/auth quiet
10:46:00 expect incident.changed cars/eu/auth quiet cause=elsewhere
10:50:00 restart 1m
11:00:00 https://drive.eu.test/ ok
11:00:00 https://media.eu.test/ ok
11:00:30 expect incident.recovering cars/eu/media quiet
11:00:30 expect incident.recovering cars/eu/drive quiet
11:16:00 expect incident.resolved cars/eu/media quiet
11:16:00 expect incident.resolved cars/eu/drive quiet
11:16:00 expect incident.resolved cars/eu/auth loud scope=place:cars/eu
11:20:00 holds 2 SELECT count(*) FROM v_scope WHERE part_of = '20230214-2'
11:20:00 holds 1 SELECT count(*) FROM v_scope WHERE scope = 'place:cars/eu' AND part_of IS NULL
# Of all services: the region is told.
20:00:00 https://auth.eu.test/ 502
20:00:00 https://drive.eu.test/ 502
20:00:00 https://media.eu.test/ 502
20:00:00 https://maps.eu.test/ 502
20:01:30 expect incident.opened cars/eu/media quiet part_of=20230214-5
20:01:30 expect incident.opened cars/eu/drive quiet part_of=20230214-5
20:01:30 expect incident.opened cars/eu/auth loud scope=region:eu
20:01:30 expect incident.opened maps/eu quiet part_of=20230214-5
23:00:00 stop
