import { describe, expect, it } from 'vitest';
import { readRedisConf } from './config-file.ts';
import { renderLines } from './config.ts';
import { redis } from './definition.ts';
import { settingsOf } from './settings.ts';

describe('a redis.conf', () => {
  it('is read as the server reads it', () => {
    const text =
      '# comment\n\nmaxmemory 100mb\nsave 900 1\nsave 300 10\n  Hz 20\nmaxmemory 50mb\nlua-time-limit 5000\n';
    expect(readRedisConf(text)).toEqual({
      maxmemory: '50mb',
      save: '900 1 300 10',
      hz: '20',
      'lua-time-limit': '5000',
    });
  });

  it.each([
    ['hz 10\n= 3', /line 2: "= 3" is not a setting/],
    ['appendonly', /line 1: "appendonly" is not a setting/],
    ['include other.conf', /line 1: include is not followed/],
  ])('is refused with its line: %s', (text, message) => {
    expect(() => readRedisConf(text)).toThrow(message);
  });
});

describe('settings of the server', () => {
  it('reach its file, once each, and never in place of those that the cluster owns', () => {
    const { server } = settingsOf({ 'repl-timeout': 9, maxmemory: '50mb', 'active-expire-effort': 2 });
    expect(server).toEqual({ 'repl-timeout': 9, maxmemory: '50mb', 'active-expire-effort': 2 });
    const text = renderLines({ port: 1 }, server);
    expect(text.match(/^repl-timeout .*$/gm)).toEqual(['repl-timeout 9']);
    expect(text).toContain('maxmemory 50mb\n');
    expect(text).toContain('port 1\n');
  });

  it.each([
    ['appendfsync', /set "aof" instead/],
    ['min-slaves-to-write', /set "min-replicas" instead/],
    ['bind', /the host chooses it/],
    ['Max Memory', /is not the name of a Redis setting/],
  ])('%s is refused with its reason', (name, message) => {
    expect(redis.refusesSetting?.(name)).toMatch(message);
  });
});
