import { describe, expect, it } from 'vitest';
import { flags, readEtcdConf, refusedSetting } from './config-file.ts';

describe('an etcd.conf.yml', () => {
  it('is read as flags, which the user has the last word on', () => {
    const given = readEtcdConf('# why\nsnapshot-count: 1000\nelection-timeout: 900\npre-vote: false\n');
    expect(given).toEqual({ 'snapshot-count': 1000, 'election-timeout': 900, 'pre-vote': false });
    expect(flags(given)).toEqual([
      '--heartbeat-interval=50',
      '--election-timeout=900',
      '--snapshot-count=1000',
      '--pre-vote=false',
    ]);
    expect(readEtcdConf('')).toEqual({});
  });

  it.each([
    ['a: 1\nb: [', /^line [23]: /],
    ['- a\n', /flags by name/],
    ['cors:\n  - a\n', /"cors" is no single value/],
  ])('is refused with its place: %j', (text, message) => {
    expect(() => readEtcdConf(text)).toThrow(message);
  });
});

it.each([
  ['snapshot-count', null],
  ['unsafe-no-fsync', 'set "fsync" instead'],
  ['listen-client-urls', 'the host chooses it'],
  ['name', 'the host chooses it'],
  ['client-cert-auth', 'without TLS'],
  ['log-level', 'logs are taken'],
  ['Snapshot', 'is not the name'],
])('flag %s may be set: %s', (name, why) => {
  if (why === null) expect(refusedSetting(name)).toBeNull();
  else expect(refusedSetting(name)).toContain(why);
});
