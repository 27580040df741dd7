#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""recovery_fit - where the numbers of daemon/core/recovery.c come from.

Reads a directory of real probe histories with the program that judges on them
(score.py), and prints, in this order:

  rules    quiet times chosen on half of the sources, judged on the other half
  table    the cumulative hazard of a recovery, as it stands in recovery.c
  chance   the predicted against the observed chance to fail again within the
           next hour, by decile, on sources that the table was not fitted on

A source is a status page: its sites fail together, so a split goes between
sources.  docs/recovery.md explains what is fitted, and why so.
"""

import argparse
import bisect
import collections
import importlib.util
import itertools
import json
import math
import os
import random
import sys

MINUTE, HOUR = 60, 3600
MEMORY = 6 * HOUR  # what just happened
HORIZON = HOUR  # of the chance
CLASSES = 4  # other recoveries within MEMORY: 0, 1, 2, 3 or more
EDGES = [m * MINUTE for m in (0, 15, 30, 60, 120, 180, 240, 360, 540)]
UNIT = 1024  # of the table
PRIOR = 2.0  # weight, in failures, of everybody's record against one's own
SHAPE = 5.0  # weight, in failures, of the shape that all classes share
OWN_LONGEST = 32.0  # expected failures at which one's own record is halved
LEAST, MOST = 0.02, 0.6  # no chance to fail is said to be lower or higher
BEFORE = (10, 60, 180, 360)
SHIPPED = (15, 120, 120, 360)
CLEAR_P50, CLEAR_P90 = 20.5 * MINUTE, 181 * MINUTE
AGES = (0, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR)


def scorer(directory):
    spec = importlib.util.spec_from_file_location("score", os.path.join(directory, "score.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def recoveries(segments):
    """Per segment the failing runs that ended: (failed from, good from, failed again or None, seen until)."""
    for segment in segments:
        runs, start = [], None
        for t, _, _, down in segment:
            if down and start is None:
                start = t
            elif not down and start is not None:
                runs.append((start, t))
                start = None
        end = segment[-1][0]
        following = [r[0] for r in runs[1:]] + [start]
        yield [(a, b, again, end) for (a, b), again in zip(runs, following)]


def others(earlier, at):
    return min(len(earlier) - bisect.bisect_left(earlier, at - MEMORY), CLASSES - 1)


# --- quiet times ---------------------------------------------------------


def candidates():
    for q in itertools.product((10, 15), (60, 90, 120, 150), (120, 180, 240), (240, 360)):
        if list(q) == sorted(q):
            yield q


class Rules:
    """What a rule says on each source, added up as needed."""

    def __init__(self, score, data):
        self.score, self.data, self.known = score, data, {}
        self.sources = sorted({m["source"] for m, _ in data})

    def of(self, quiet, source):
        if (quiet, source) not in self.known:
            result, rule = self.score.fresh(), self.score.recent([q * MINUTE for q in quiet])
            for m, segments in self.data:
                if m["source"] == source:
                    for s in segments:
                        self.score.measure(s, rule(s), False, result)
            self.known[quiet, source] = result
        return self.known[quiet, source]

    def add(self, total, quiet, sources):
        for source in sources:
            for k, v in self.of(quiet, source).items():
                total[k] += v
        return total

    def figures(self, quiet, sources):
        return self.score.figures(self.add(self.score.fresh(), quiet, sources))

    def choose(self, sources):
        """The fewest premature all-clears and notices that are as early as before."""
        fitting = []
        before = self.figures(BEFORE, sources)
        for q in candidates():
            f = self.figures(q, sources)
            if f["clear_delay_p50"] <= max(CLEAR_P50, before["clear_delay_p50"]) and f["clear_delay_p90"] <= max(
                CLEAR_P90, before["clear_delay_p90"]
            ):
                fitting.append((f["premature30"] + f["premature60"] + f["notices_per_flapping"] / 10, q))
        return min(fitting)[1] if fitting else BEFORE

    def split(self, splits, seed):
        rng, chosen = random.Random(seed), collections.Counter()
        totals = {name: self.score.fresh() for name in ("before", "chosen", "shipped")}
        for i in range(splits):
            half = set(rng.sample(self.sources, len(self.sources) // 2))
            held = [s for s in self.sources if s not in half]
            q = self.choose(half)
            chosen[q] += 1
            for name, rule in (("before", BEFORE), ("chosen", q), ("shipped", SHIPPED)):
                self.add(totals[name], rule, held)
            if sys.stderr.isatty():
                print(f"\rsplit {i + 1} of {splits}", end="", file=sys.stderr, flush=True)
        return {k: self.score.figures(v) for k, v in totals.items()}, chosen.most_common(5)


# --- the chance ----------------------------------------------------------


def fit(data):
    """Cumulative hazard at EDGES by number of others: [[0, ...], ...]."""
    failed = [[0] * (len(EDGES) - 1) for _ in range(CLASSES)]
    exposed = [[0.0] * (len(EDGES) - 1) for _ in range(CLASSES)]
    for _, segments in data:
        for runs in recoveries(segments):
            earlier = []
            for _, good, again, end in runs:
                k, lived = others(earlier, good), (again or end) - good
                for b, (low, high) in enumerate(zip(EDGES, EDGES[1:])):
                    if lived <= low:
                        break
                    exposed[k][b] += min(lived, high) - low
                    failed[k][b] += again is not None and lived <= high
                earlier.append(good)
    return [sums(r) for r in rates(failed, exposed)]


def rates(failed, exposed):
    """Failures per second; where few were seen, all classes lend their shape."""
    buckets = range(len(EDGES) - 1)
    column = [sum(f[b] for f in failed) / max(1.0, sum(e[b] for e in exposed)) for b in buckets]
    for f, e in zip(failed, exposed):
        ratio = sum(f) / max(1e-9, sum(e[b] * column[b] for b in buckets))
        usual = [max(1e-9, ratio * column[b]) for b in buckets]
        yield [(f[b] + SHAPE) / (e[b] + SHAPE / usual[b]) for b in buckets]


def sums(rate):
    out = [0.0]
    for r, low, high in zip(rate, EDGES, EDGES[1:]):
        out.append(out[-1] + r * (high - low))
    return out


def hazard(row, age):
    if age >= EDGES[-1]:
        return row[-1]
    b = bisect.bisect_right(EDGES, age) - 1
    return row[b] + (row[b + 1] - row[b]) * (age - EDGES[b]) / (EDGES[b + 1] - EDGES[b])


class Record:
    """How often one endpoint failed again, and how often others would have."""

    def __init__(self):
        self.again = self.expected = 0.0

    def add(self, row, lasted):
        self.expected += hazard(row, min(lasted, MEMORY))
        self.again += lasted <= MEMORY
        if self.expected > OWN_LONGEST:
            self.expected /= 2
            self.again /= 2

    def factor(self):
        return (PRIOR + self.again) / (PRIOR + self.expected)


def predictions(table, data, own):
    """(predicted, failed again) for each recovery at each of AGES it came to."""
    for _, segments in data:
        for runs in recoveries(segments):
            earlier, record = [], Record()
            for _, good, again, end in runs:
                k, factor = others(earlier, good), record.factor() if own else 1.0
                lived = (again or end) - good
                for age in AGES:
                    if lived <= age or (again is None and lived < age + HORIZON):
                        continue
                    h = hazard(table[k], age + HORIZON) - hazard(table[k], age)
                    chance = min(max(1 - math.exp(-factor * h), LEAST), MOST)
                    yield chance, again is not None and lived <= age + HORIZON
                if again is not None:
                    record.add(table[k], lived)
                earlier.append(good)


def held_back(data, splits, seed, own):
    rng, out = random.Random(seed), []
    sources = sorted({m["source"] for m, _ in data})
    for _ in range(splits):
        half = set(rng.sample(sources, len(sources) // 2))
        table = fit([x for x in data if x[0]["source"] in half])
        out += predictions(table, [x for x in data if x[0]["source"] not in half], own)
    return out


def brier(pairs):
    base = sum(y for _, y in pairs) / len(pairs)
    return sum((p - y) ** 2 for p, y in pairs) / len(pairs), base * (1 - base)


def deciles(pairs):
    pairs = sorted(pairs)
    for d in range(10):
        part = pairs[d * len(pairs) // 10 : (d + 1) * len(pairs) // 10]
        yield sum(p for p, _ in part) / len(part), sum(y for _, y in part) / len(part), len(part)


# --- output --------------------------------------------------------------


def print_rules(figures, chosen):
    print("quiet times by others (0, 1, 2, 3+), minutes; judged on the sources held back:")
    print("  rule     premature30 premature60 notices/flapping  all-clear p50   p90")
    for name, f in figures.items():
        print(
            f"  {name:8} {f['premature30']:11.4f} {f['premature60']:11.4f} {f['notices_per_flapping']:16.3f}"
            f" {f['clear_delay_p50'] / MINUTE:10.0f} min {f['clear_delay_p90'] / MINUTE:4.0f}"
        )
    print("  before:", BEFORE, " shipped:", SHIPPED)
    print("  chosen most often:", "; ".join(f"{q} x{n}" for q, n in chosen))


def print_chance(own, shared):
    for name, pairs in (("with its own record", own), ("by the table alone", shared)):
        score, base = brier(pairs)
        print(f"chance to fail again within the next hour, {name}: Brier {score:.4f}, base rate {base:.4f}")
    print("  decile  predicted  observed")
    for i, (p, y, n) in enumerate(deciles(own)):
        print(f"  {i + 1:6}  {p:9.3f}  {y:8.3f}  ({n})")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--traces", default="../shared/traces", help="the histories, and score.py (%(default)s)")
    ap.add_argument("--max-gap", type=int, default=35, help="only sites checked at least so often, minutes")
    ap.add_argument("--splits", type=int, default=40)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--json", action="store_true")
    a = ap.parse_args()
    if not os.path.exists(os.path.join(a.traces, "score.py")):
        raise SystemExit(f"recovery_fit: {a.traces}: no score.py here; name the histories with --traces DIR")
    score = scorer(a.traces)
    data = score.load(a.traces, 0, a.max_gap)
    rules = Rules(score, data)
    figures, chosen = rules.split(a.splits, a.seed)
    table = [[round(UNIT * x) for x in row] for row in fit(data)]
    own, shared = (held_back(data, a.splits, a.seed, x) for x in (True, False))
    if a.json:
        print(
            json.dumps(
                {"rules": figures, "table": table, "deciles": list(deciles(own)), "brier": brier(own), "alone": brier(shared)}
            )
        )
        return
    print(f"{len(data)} sites of {len(rules.sources)} sources, {a.splits} splits")
    print_rules(figures, chosen)
    print(f"cumulative hazard in 1/{UNIT}, at", ", ".join(f"{e // MINUTE}" for e in EDGES), "minutes:")
    for row in table:
        print("    {" + ", ".join(map(str, row)) + "},")
    print_chance(own, shared)


if __name__ == "__main__":
    main()
