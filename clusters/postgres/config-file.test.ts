import { describe, expect, it } from 'vitest';
import { readPostgresqlConf } from './config-file.ts';

describe('a postgresql.conf', () => {
  it('is read as PostgreSQL reads it', () => {
    const text = `# comment\nshared_buffers = 32MB   # why\nsynchronous_commit 'remote_apply'\n\nlog_line_prefix = '%m ''x'' '\nshared_buffers=64MB\nFsync on`;
    expect(readPostgresqlConf(text)).toEqual({
      shared_buffers: '64MB',
      synchronous_commit: 'remote_apply',
      log_line_prefix: "%m 'x' ",
      fsync: 'on',
    });
  });

  it.each([
    ['fsync = on\n= 3', /line 2: "= 3" is not a setting/],
    ["include 'other.conf'", /line 1: include is not followed/],
  ])('is refused with its line: %s', (text, message) => {
    expect(() => readPostgresqlConf(text)).toThrow(message);
  });
});
