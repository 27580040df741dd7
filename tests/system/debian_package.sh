#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# debian_package - the life of the package on a new Debian 12 that systemd
# booted: installed, started under the unit as it is, reloaded, restarted,
# upgraded from the version before with its database, removed, purged.
#
# Needs root, and the packages debootstrap and systemd-container.  The version
# before is the last committed one with another number in debian/changelog;
# while there is none, the present sources under a lower number.
set -euo pipefail

top=$(git -C "$(dirname "$(readlink -f "$0")")" rev-parse --show-toplevel)
say() { printf 'package: %s\n' "$*" >&2; }
[ "$(id -u)" -eq 0 ] || {
	say "needs root, for debootstrap and systemd-nspawn"
	exit 77
}
for program in debootstrap systemd-nspawn dpkg-parsechangelog; do
	command -v "$program" >/dev/null || {
		say "$program is missing: apt-get install debootstrap systemd-container dpkg-dev"
		exit 69
	}
done

work=$(mktemp -d)
root=$work/root
leave() { rm -rf --one-file-system "$work"; }
trap leave EXIT

# make_package FOLDER: what ./dev deb makes of the sources there.
make_package() {
	(cd "$1" && ./dev deb) >"$work/deb.log" 2>&1 || {
		tail -n 20 "$work/deb.log" >&2
		exit 1
	}
	cp "$1"/build/deb/vigie_*.deb "$work/"
}

version() { dpkg-parsechangelog -l "$1/debian/changelog" -S Version; }

git clone -q --no-hardlinks "$top" "$work/now"
now=$(version "$work/now")
git clone -q --no-hardlinks "$top" "$work/before"
before=
while read -r commit; do
	git -C "$work/before" checkout -q "$commit"
	if [ "$(version "$work/before")" != "$now" ]; then
		before=$(version "$work/before")
		break
	fi
done < <(git -C "$work/before" log --format=%H -- debian/changelog)
if [ -z "$before" ]; then
	git -C "$work/before" checkout -q "$(git -C "$work/now" rev-parse HEAD)"
	before=$now~before
	sed -i "1s/($now)/($before)/" "$work/before/debian/changelog"
	say "no version was packaged before: the same sources as $before"
fi
say "building $before and $now"
make_package "$work/before"
make_package "$work/now"

mirror=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true; } |
	awk '$1 == "URIs:" { print $2; exit }
	     $1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^http/) { print $i; exit } }')
[ -n "$mirror" ] || {
	say "no mirror in /etc/apt/sources.list*"
	exit 69
}
say "a Debian 12 with systemd"
debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,rsyslog,python3,bash-completion \
	bookworm "$root" "$mirror" >"$work/debootstrap.log" 2>&1 || {
	tail "$work/debootstrap.log" >&2
	exit 69
}
mkdir "$root/srv/packages"
cp "$work"/vigie_*.deb "$root/srv/packages/"
cp "$top/tests/support_py/target.py" "$top/tests/system/debian_package_inside.sh" "$root/srv/"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
cp -r /etc/apt/sources.list* /etc/apt/apt.conf.d "$root/etc/apt/" 2>/dev/null || true
cat >"$root/etc/systemd/system/try.service" <<TEXT
[Unit]
After=systemd-user-sessions.service rsyslog.service dbus.service
[Service]
Type=exec
Environment=BEFORE=$before NOW=$now
ExecStart=/bin/sh -c 'bash /srv/debian_package_inside.sh; echo "ended \$?"; systemctl poweroff --no-block'
StandardOutput=file:/srv/said
StandardError=file:/srv/said
[Install]
WantedBy=multi-user.target
TEXT
chroot "$root" systemctl --quiet enable try.service

say "booting it"
timeout 600 systemd-nspawn --quiet --register=no --keep-unit --directory="$root" --boot \
	--console=pipe </dev/null >"$work/boot.log" 2>&1 || {
	tail "$work/boot.log" >&2
	say "it did not come to an end"
}
cat "$root/srv/said"
grep -q '^ended 0$' "$root/srv/said" || {
	say "failed"
	exit 1
}
say "installed, upgraded from $before to $now, removed and purged"
