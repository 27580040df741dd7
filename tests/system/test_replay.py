# SPDX-License-Identifier: MIT
"""`vigie replay` as people and scripts use it; VIGIE names the program."""
import gzip
import json
import os
import pathlib
import subprocess

import jsonschema
import pytest

VIGIE = os.environ.get('VIGIE', 'vigie')
ROOT = pathlib.Path(__file__).resolve().parents[2]
TRACES = ROOT / 'tests' / 'traces'
EU = TRACES / 'tesla-2023-02-14.csv'
OTHERS = TRACES / 'tesla-2023-02-14-others.csv'
T0 = 1_700_000_000


def run(*args, stdin=None):
    return subprocess.run([VIGIE, *map(str, args)], input=stdin,
                          capture_output=True, timeout=120)


def replay(*args, stdin=None):
    """Events and summary; no word on standard error."""
    p = run('replay', '--json', *args, stdin=stdin)
    assert p.returncode == 0, p.stderr.decode()
    assert p.stderr == b''
    lines = [json.loads(line) for line in p.stdout.splitlines()]
    return lines[:-1], lines[-1]['summary']


def rows(*parts, every=60, header='ts,code,ms'):
    """A trace of (code, count) parts, one sample each `every` seconds."""
    lines, t = [header], T0
    for code, count in parts:
        for _ in range(count):
            lines.append(f'{t},{code},100')
            t += every
    return ('\n'.join(lines) + '\n').encode()


def names(events):
    return [e['event'].removeprefix('incident.') for e in events]


def only(events, name):
    return [e for e in events if e['event'] == name]


@pytest.fixture(scope='module')
def day():
    return replay(EU, OTHERS)


# The day of 14 February 2023.

def test_day_is_one_incident(day):
    events, summary = day
    assert summary['incidents'] == 1
    assert summary['open'] == 0
    assert summary['endpoints'] == 3
    assert {e['endpoint'] for e in events} == {'tesla-fleet/eu'}
    assert {e['incident'] for e in events} == {'20230214-1'}


def test_day_opens_within_40_s(day):
    opened = day[0][0]
    assert opened['event'] == 'incident.opened'
    assert opened['onset'] == '2023-02-14T09:00:20.000Z'
    assert '2023-02-14T09:00:50' < opened['t'] < '2023-02-14T09:01:00'
    assert opened['kind'] == 'maintenance'
    assert opened['origin'] == 'declared'
    assert opened['scope'] == 'endpoint:tesla-fleet/eu'
    assert opened['service'] == 'tesla-fleet'
    assert opened['region'] == 'eu'
    assert opened['code'] == 503
    assert opened['loud'] is True
    assert list(opened)[:12] == [
        't', 'event', 'incident', 'endpoint', 'service', 'region', 'kind',
        'origin', 'scope', 'parts', 'onset', 'loud']


def test_day_becomes_an_outage_after_30_min(day):
    changed = only(day[0], 'incident.changed')
    assert [e['kind'] for e in changed] == ['outage']
    assert changed[0]['t'].startswith('2023-02-14T09:30:')
    assert changed[0]['cause'] == 'promise_broken'


def test_day_tells_recoveries_quietly(day):
    back = only(day[0], 'incident.recovering')
    assert [e['t'][11:16] for e in back] == ['12:04', '12:41', '14:30']
    assert not any(e['loud'] for e in back)
    assert [e['others'] for e in back] == [0, 1, 2]
    assert back[2]['chance'] == 40
    assert back[2]['all_clear_at'].startswith('2023-02-14T16:30:')


def test_day_relapses_twice(day):
    events, summary = day
    again = only(events, 'incident.relapsed')
    assert [e['t'][11:16] for e in again] == ['12:16', '12:52']
    assert [e['relapses'] for e in again] == [1, 2]
    assert summary['relapses'] == 2


def test_day_resolves_once(day):
    events, summary = day
    end = only(events, 'incident.resolved')
    assert len(end) == 1
    assert '16:30' <= end[0]['t'][11:16] <= '16:31'
    assert end[0]['ended'] == '2023-02-14T14:30:20.000Z'
    assert end[0]['relapses'] == 2
    failing = end[0]['buckets_ms']['down'] + end[0]['buckets_ms']['maintenance']
    assert abs(failing - (5 * 60 + 7) * 60_000) <= 120_000
    assert summary['loud'] <= 3


def test_day_sums_to_the_observed_time(day):
    total = sum(day[1]['buckets_ms'].values())
    assert abs(total - 3 * 16 * 3600_000) < 3 * 60_000


# One transition at a time.

def test_nothing_happens():
    events, summary = replay('-', stdin=rows((200, 100)))
    assert events == []
    assert summary['samples'] == 100
    assert summary['buckets_ms']['up'] == 99 * 60_000 + 100
    assert sum(summary['buckets_ms'].values()) == 99 * 60_000 + 100


def test_a_glitch_is_no_incident():
    events, summary = replay('-', stdin=rows((200, 10), (500, 1), (200, 10)))
    assert [e['event'] for e in events] == ['endpoint.glitch']
    assert summary['glitches'] == 1
    assert summary['incidents'] == 0
    assert summary['buckets_ms']['down'] == 0


def test_an_outage_that_ends():
    events, summary = replay('-', stdin=rows((200, 10), (500, 10), (200, 30)))
    assert names(events) == ['opened', 'recovering', 'resolved']
    assert events[0]['kind'] == 'outage'
    assert events[0]['class'] == 'ORIGIN'
    assert events[2]['buckets_ms']['down'] == 600_000
    assert summary['buckets_ms']['down'] == 600_000
    assert summary['buckets_ms']['recovering'] == 0
    assert (summary['loud'], summary['quiet']) == (2, 1)


def test_an_outage_that_does_not_end():
    events, summary = replay('-', stdin=rows((200, 10), (0, 10)))
    assert names(events) == ['opened']
    assert events[0]['class'] == 'TIMEOUT'
    assert 'code' not in events[0]
    assert summary['open'] == 1
    assert summary['buckets_ms']['down'] == 9 * 60_000 + 100


def test_a_relapse_stays_in_its_incident():
    events, summary = replay('-', stdin=rows(
        (200, 10), (500, 10), (200, 5), (500, 5), (200, 150)))
    assert names(events) == ['opened', 'recovering', 'relapsed', 'recovering',
                             'resolved']
    assert len({e['incident'] for e in events}) == 1
    assert summary['buckets_ms']['down'] == 900_000
    assert summary['buckets_ms']['recovering'] == 300_000


def test_silence_is_unknown():
    lines = rows((200, 10)) + f'{T0 + 36000},200,100\n'.encode()
    _, summary = replay('-', stdin=lines)
    assert summary['buckets_ms']['unknown'] > 35_000_000
    assert sum(summary['buckets_ms'].values()) == 36_000_100


@pytest.mark.parametrize('code, extra, kind, reason', [
    (503, ',,', 'outage', 'server_error'),
    (503, ',3600,', 'maintenance', 'maint_retry_after'),
    (503, ',"Tue, 14 Nov 2023 23:13:20 GMT",', 'maintenance',
     'maint_retry_after'),
    (503, ',,"down for ""planned maintenance"""', 'maintenance',
     'maint_phrase'),
    (404, ',,', 'outage', 'status'),
])
def test_class_from_what_was_said(code, extra, kind, reason):
    lines = ['ts,code,ms,retry_after,body']
    lines += [f'{T0 + 60 * i},200,100,,' for i in range(10)]
    lines += [f'{T0 + 600 + 60 * i},{code},100{extra}' for i in range(5)]
    events, _ = replay('-', stdin='\n'.join(lines).encode())
    assert events[0]['kind'] == kind
    assert events[0]['reason'] == reason


@pytest.mark.parametrize('code, word', [(429, 'LIMITED'), (401, 'AUTH')])
def test_what_says_nothing_opens_nothing(code, word):
    events, summary = replay('-', stdin=rows((200, 10), (code, 10)))
    assert summary['incidents'] == 0, word
    assert not only(events, 'incident.opened')


def test_class_beats_code():
    lines = ['ts,class,code,ms']
    lines += [f'{T0 + 60 * i},OK,500,' for i in range(10)]
    lines += [f'{T0 + 600 + 60 * i},DNS,,' for i in range(5)]
    events, _ = replay('-', stdin='\n'.join(lines).encode())
    assert names(events) == ['opened']
    assert events[0]['class'] == 'DNS'


# Files.

def test_gz_zst_and_stdin_are_the_same(tmp_path):
    plain = run('replay', '--json', EU).stdout
    packed = tmp_path / 'x.csv.gz'
    half = len(EU.read_bytes()) // 2
    packed.write_bytes(gzip.compress(EU.read_bytes()[:half]) +
                       gzip.compress(EU.read_bytes()[half:]))
    zst = tmp_path / 'x.csv.zst'
    zst.write_bytes(subprocess.run(['zstd', '-qc', EU], check=True,
                                   capture_output=True).stdout)
    assert run('replay', '--json', packed).stdout == plain
    assert run('replay', '--json', zst).stdout == plain
    assert run('replay', '--json', '-', stdin=EU.read_bytes()).stdout == plain
    assert run('replay', '--json', '-',
               stdin=packed.read_bytes()).stdout == plain


def test_twice_the_same_bytes():
    for args in (['--json'], []):
        first = run('replay', *args, EU, OTHERS).stdout
        assert first and first == run('replay', *args, EU, OTHERS).stdout


def test_options_after_operands():
    assert run('replay', EU, '--json').stdout == \
        run('--json', 'replay', EU).stdout


def test_the_order_of_files_does_not_matter(day):
    assert replay(OTHERS, EU) == day


def test_endpoint_is_the_name_of_the_file(tmp_path):
    trace = tmp_path / 'shop~eu.csv.gz'
    trace.write_bytes(gzip.compress(rows((200, 5), (500, 5))))
    opened = replay(trace)[0][0]
    assert opened['endpoint'] == 'shop/eu'
    assert (opened['service'], opened['region']) == ('shop', 'eu')


def test_what_is_tolerated():
    lines = rows((200, 10), (500, 10), (200, 20))
    plain = replay('-', stdin=lines)
    crlf = lines.replace(b'\n', b'\r\n')
    assert replay('-', stdin=b'\xef\xbb\xbf' + crlf) == plain
    assert replay('-', stdin=lines.rstrip(b'\n')) == plain
    quoted = lines.replace(b'ts,code,ms', b'"ts",note,"code","ms"').replace(
        b',200,', b',"a, ""b""\n c",200,').replace(b',500,', b',,"500",')
    assert replay('-', stdin=quoted) == plain


def test_equal_ts_keeps_the_first():
    lines = f'ts,code,ms\n{T0},200,1\n{T0},500,1\n{T0 + 60},200,1\n'
    assert replay('-', stdin=lines.encode())[1]['samples'] == 2


def test_times_are_exact():
    lines = ['ts,code,ms']
    lines += [f'2023-11-14T22:{13 + i}:20.25Z,500,' for i in range(5)]
    events, _ = replay('-', stdin='\n'.join(lines).encode())
    assert events[0]['onset'] == '2023-11-14T22:13:20.250Z'
    lines = ['ts,code,ms']
    lines += [f'{T0 + 60 * i}.2509,500,' for i in range(5)]
    assert replay('-', stdin='\n'.join(lines).encode())[0] == events


@pytest.mark.parametrize('text, line, word', [
    (b'', 1, 'header'),
    (b'code,ms\n200,1\n', 1, "no column 'ts'"),
    (b'ts,ms\n1,1\n', 1, "'code'"),
    (b'ts,code,ts\n1,200,1\n', 1, 'twice'),
    (b'ts,code,ms\nx,200,1\n', 2, 'Unix seconds'),
    (b'ts,code,ms\n1e9,200,1\n', 2, 'Unix seconds'),
    (b'ts,code,ms\n1676365220000,200,1\n', 2, 'Unix seconds'),
    (b'ts,code,ms\n2023-02-30T00:00:00,200,1\n', 2, 'RFC 3339'),
    (b'ts,code,ms\n5,200,1\n\n4,200,1\n', 4, 'sort'),
    (b'ts,code,ms\n5,2000,1\n', 2, 'HTTP status'),
    (b'ts,code,ms\n5,-1,1\n', 2, 'HTTP status'),
    (b'ts,code,ms\n5,,1\n', 2, 'neither code nor class'),
    (b'ts,code,ms\n5,200,-1\n', 2, 'milliseconds'),
    (b'ts,code,ms\n5,200,fast\n', 2, 'milliseconds'),
    (b'ts,code,ms,class\n5,200,1,Okay\n', 2, 'class'),
    (b'ts,code,ms\n5,200\n', 2, 'fields'),
    (b'ts,code,ms\n5,200,1,1\n', 2, 'fields'),
    (b'ts,code,ms\n5,200,1\n6,"200,1\n', 3, 'quote'),
    (b'ts,code,ms,note\n"a\nb",200,1,\n', 2, 'Unix seconds'),
    (b'ts,code,endpoint\n5,200,a\x00b\n', 2, 'NUL'),
    (b'ts,code,endpoint\n5,200,a\xff\n', 2, 'UTF-8'),
    (b'ts,code,endpoint\n5,200,a\x1b[2J\n', 2, 'printable'),
])
def test_bad_traces_say_where_and_what(tmp_path, text, line, word):
    trace = tmp_path / 'bad.csv'
    trace.write_bytes(text)
    p = run('replay', '--json', trace)
    assert p.returncode == 65
    assert p.stdout == b''
    assert p.stderr.decode().startswith(f'{trace}:{line}: ')
    assert word in p.stderr.decode()


def test_cut_and_damaged_files(tmp_path):
    cut = tmp_path / 'cut.csv.gz'
    cut.write_bytes(gzip.compress(EU.read_bytes())[:2000])
    p = run('replay', cut)
    assert p.returncode == 65
    assert b'ends early' in p.stderr
    p = run('replay', tmp_path / 'missing.csv')
    assert p.returncode == 74
    assert b'No such file' in p.stderr


def test_a_closed_output_is_an_error():
    read, write = os.pipe()
    os.close(read)
    p = subprocess.run([VIGIE, 'replay', '--json', EU], stdout=write,
                       stderr=subprocess.PIPE, timeout=60)
    os.close(write)
    assert p.returncode == 74
    with open('/dev/full', 'wb') as full:
        p = subprocess.run([VIGIE, 'replay', EU], stdout=full,
                           stderr=subprocess.PIPE, timeout=60)
    assert p.returncode == 74
    assert b'No space left' in p.stderr


def test_people_get_80_columns():
    p = run('replay', EU, OTHERS)
    assert p.returncode == 0
    text = p.stdout.decode()
    assert max(map(len, text.splitlines())) <= 80
    assert '\033' not in text
    assert 'answering again, not confirmed' in text


# With a configuration.

def test_planned_window_and_all_clear(tmp_path):
    conf = tmp_path / 'vigie.yaml'
    conf.write_text(
        'services:\n'
        '  - id: shop\n'
        '    all_clear: cautious\n'
        '    regions: {eu: https://shop.example.org/}\n'
        'maintenance:\n'
        '  - {service: shop, from: "2023-11-14 22:00",'
        ' to: "2023-11-14 23:00"}\n')
    trace = tmp_path / 'shop~eu.csv'
    trace.write_bytes(rows((200, 10), (500, 10), (200, 60)))
    events, summary = replay('-c', conf, trace)
    assert names(events) == ['maintenance.started', 'opened', 'recovering',
                             'resolved', 'maintenance.ended'] or \
        names(events) == ['maintenance.started', 'opened', 'recovering',
                          'maintenance.ended', 'resolved']
    opened = only(events, 'incident.opened')[0]
    assert (opened['kind'], opened['origin']) == ('maintenance', 'planned')
    assert summary['loud'] == 0
    back = only(events, 'incident.recovering')[0]
    assert back['all_clear_at'] == '2023-11-14T23:03:20.100Z'


def test_broken_configuration(tmp_path):
    conf = tmp_path / 'vigie.yaml'
    conf.write_text('servces: []\n')
    p = run('replay', '-c', conf, EU)
    assert p.returncode == 78
    assert f'{conf}:1:1: unknown key' in p.stderr.decode()


# Two settings side by side.


def settings(folder, name, all_clear, service='tesla-fleet', regions='eu'):
    conf = folder / f'{name}.yaml'
    regions = ', '.join(f'{r}: https://{r}.example.org/'
                        for r in regions.split())
    conf.write_text(f'services:\n'
                    f'  - id: {service}\n'
                    f'    all_clear: {all_clear}\n'
                    f'    regions: {{{regions}}}\n')
    return conf


def compare(*args, stdin=None):
    """Lines and summary, each as the schema has it."""
    p = run('replay', '--json', '--compare', *args, stdin=stdin)
    assert p.returncode == 0, p.stderr.decode()
    assert p.stderr == b''
    schema = json.loads((ROOT / 'schema/compare.schema.json').read_text())
    lines = [json.loads(line) for line in p.stdout.splitlines()]
    for line in lines:
        jsonschema.validate(line, schema)
    return lines[:-1], lines[-1]['summary']


def test_each_side_says_what_it_says_alone(tmp_path):
    a = settings(tmp_path, 'a', 'eager')
    b = settings(tmp_path, 'b', 'cautious')
    lines, summary = compare(a, b, EU)
    assert [line['t'] for line in lines] == sorted(x['t'] for x in lines)
    for side, conf in (('a', a), ('b', b)):
        events, alone = replay('-c', conf, EU)
        said = [line[side] for line in lines if line[side]]
        said = sorted((x['t'], x['event'], x['loud'], x['kind'])
                      for x in said)
        assert said == sorted((e['t'], e['event'], e['loud'], e['kind'])
                              for e in events
                              if e['event'].startswith('incident.'))
        assert summary[side]['loud'] == alone['loud']
        assert summary[side]['config'] == str(conf)
        assert summary['samples'] == alone['samples']


def test_the_same_twice_differs_nowhere(tmp_path):
    a = settings(tmp_path, 'a', 'default', regions='eu na cn')
    lines, summary = compare(a, a, EU, OTHERS)
    assert lines
    assert all(x['same'] and x['b_later_ms'] == 0 for x in lines)
    assert summary['a'] == summary['b']


def test_eager_gives_a_false_all_clear(tmp_path):
    """Down, good for 20 min, down again: only one of them waits."""
    a = settings(tmp_path, 'a', 'eager', 'shop')
    b = settings(tmp_path, 'b', 'cautious', 'shop')
    trace = tmp_path / 'shop~eu.csv'
    trace.write_bytes(rows((200, 10), (500, 10), (200, 14), (500, 10),
                           (200, 900)))
    lines, summary = compare(a, b, trace)
    assert (summary['a']['all_clears'], summary['b']['all_clears']) == (2, 1)
    assert summary['a']['false_30min'] == summary['a']['false_60min'] == 1
    assert summary['b']['false_60min'] == 0
    assert summary['a']['told_down_ms'] < summary['b']['told_down_ms']
    alone = [x for x in lines if x['b'] is None]
    assert [x['a']['event'] for x in alone] == ['incident.resolved']
    apart = [x for x in lines if x['a'] and x['b'] and not x['same']]
    assert [(x['a']['event'], x['b']['event']) for x in apart] == \
        [('incident.opened', 'incident.relapsed')]
    last = lines[-1]
    assert last['a']['event'] == last['b']['event'] == 'incident.resolved'
    assert last['same'] and last['b_later_ms'] > 0


def test_people_see_two_columns():
    """The example of the manual, with the files that go with it."""
    p = run('replay', '--compare', ROOT / 'examples' / 'eager.yaml',
            ROOT / 'examples' / 'cautious.yaml', EU)
    assert p.returncode == 0 and p.stderr == b''
    text = p.stdout.decode()
    assert max(map(len, text.splitlines()[2:])) <= 80
    shown = (ROOT / 'docs/compare.md').read_text()
    body = text.partition('\n\n')[2]
    assert body and body in shown, f'put this into docs/compare.md:\n{body}'


@pytest.mark.parametrize('args, word', [
    ([], '0 arguments'),
    (['a.yaml'], '1 argument given'),
    (['a.yaml', 'b.yaml'], 'two configurations and a trace'),
    (['a.yaml', 'b.yaml', '-', '-'], 'twice'),
    (['-c', 'a.yaml', 'a.yaml', 'b.yaml', EU], 'exclude'),
])
def test_compare_wrongly_used(tmp_path, args, word):
    made = {f'{n}.yaml': settings(tmp_path, n, 'default') for n in 'ab'}
    p = run('replay', '--compare', *[made.get(a, a) for a in args],
            stdin=b'ts,code\n')
    assert p.returncode == 64
    assert word in p.stderr.decode()
    assert p.stdout == b''


def test_settings_that_do_not_watch_it(tmp_path):
    a = settings(tmp_path, 'a', 'default')
    b = settings(tmp_path, 'b', 'default', 'shop')
    p = run('replay', '--compare', a, b, EU)
    assert p.returncode == 78
    assert f"{b} does not watch 'tesla-fleet/eu'" in p.stderr.decode()
    assert 'add it to the configuration' in p.stderr.decode()
    assert p.stdout == b''
    p = run('replay', '--compare', a, a, EU, OTHERS)
    assert p.returncode == 78
    assert '2 of its 3 endpoints' in p.stderr.decode()
    (tmp_path / 'c.yaml').write_text('servces: []\n')
    p = run('replay', '--compare', a, tmp_path / 'c.yaml', EU)
    assert p.returncode == 78
    assert 'c.yaml:1:1: unknown key' in p.stderr.decode()
    p = run('replay', '--compare', a, a, '-', stdin=b'ts,code\nx,200\n')
    assert p.returncode == 65
    assert p.stdout == b''


# The frame.

def test_help_and_version():
    assert run('--version').stdout.startswith(b'vigie ')
    assert b'replay' in run('--help').stdout
    one = run('help', 'replay')
    assert one.returncode == 0
    assert one.stdout == run('replay', '--help').stdout
    assert run().returncode == 64


@pytest.mark.parametrize('args, word', [
    (['replya'], "did you mean 'replay'?"),
    (['replay'], 'no trace'),
    (['replay', '--jsn', 'x'], '--jsn'),
    (['replay', '-c'], 'value'),
    (['replay', '-', '-'], 'twice'),
])
def test_wrong_usage(args, word):
    p = run(*args, stdin=b'ts,code\n')
    assert p.returncode == 64
    assert word in p.stderr.decode()
