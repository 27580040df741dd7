#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reckons crowd_rows.def from the formulas alone, in decimals of 40 digits.

Nothing here is taken from daemon/core/crowd.c: the test compares the two.
"""
import decimal
import pathlib

D = decimal.Decimal
decimal.getcontext().prec = 40
EIGHTHS = D(3) / 8
WEEK = 7 * 24 * 4  # quarters


def score(count, mu, phi):
    return 2 * ((count + EIGHTHS).sqrt() - (mu + EIGHTHS).sqrt()) / phi.sqrt()


def scores():
    for count in (0, 1, 3, 9, 10, 12, 42, 100, 5000, 1048576):
        for mu in ("0", "0.25", "3", "3.5", "40", "1000"):
            for phi in ("1", "1.5", "7.25"):
                z = score(D(count), D(mu), D(phi))
                yield f"SCORE({count}, {mu}, {phi}, {z:.6f})"


def reports(quarter):
    """A busy day, a quiet night, and a surge on the Wednesday of week 8."""
    hour = quarter // 4 % 24
    count = quarter * 7919 % (23 if 8 <= hour < 20 else 5)
    week, rest = divmod(quarter, WEEK)
    if week == 8 and rest // 96 == 2 and 40 <= rest % 96 < 50:
        count += 90
    return count


def learn(weeks):
    """The rows of a service that is reported from a Monday on."""
    mu, seen, phi, running = {}, {}, D(1), 0
    for quarter in range(weeks * WEEK):
        hour = quarter // 4 % 168
        count = D(reports(quarter))
        known = seen.get(hour, 0) >= 4
        z = score(count, mu[hour], phi) if known else D(0)
        high = known and z >= D("3.5") and count >= 10
        running = running + 1 if high else 0
        usual = mu.get(hour, D(0)) if known else D(0)
        if quarter % 997 == 0 or high:
            yield (f"LEARNT({quarter}, {usual:.6f}, {phi:.6f}, {z:.6f}, "
                   f"{int(high)}, {int(running >= 2)})")
        if high and running <= 96:
            continue
        if known:
            phi += D("0.05") * ((count - mu[hour]) ** 2 / max(mu[hour], D(1)) - phi)
            phi = max(phi, D(1))
        seen[hour] = min(seen.get(hour, 0) + 1, 20)
        mu[hour] = mu.get(hour, D(0)) + (count - mu.get(hour, D(0))) / seen[hour]


def main():
    lines = [
        "/* By make_crowd_rows.py: SCORE(count, mu, phi, z), and",
        " * LEARNT(quarter since a Monday, mu, phi, z, high, elevated). */",
        *scores(),
        *learn(30),
    ]
    path = pathlib.Path(__file__).with_name("crowd_rows.def")
    path.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
