import { describe, expect, it } from 'vitest';
import { parseTraffic, PROBE_PORT, ruleset } from './rules.ts';

const rulesOf = (verdict: 'accept' | 'drop' | 'reset') =>
  ruleset([{ address: '10.213.0.11', verdict }])
    .split('\n')
    .slice(2, -2);

describe('a node’s ruleset', () => {
  it('touches nothing but packets from its peers', () => {
    expect(rulesOf('accept')[0]).toBe('-A INPUT -s 10.213.0.11 -j from-10.213.0.11');
    expect(
      rulesOf('drop')
        .slice(1)
        .every((rule) => rule.startsWith('-A from-10.213.0.11 ')),
    ).toBe(true);
  });

  it('swallows everything of a cut peer, the probe included', () => {
    expect(rulesOf('drop').at(-1)).toBe('-A from-10.213.0.11 -j DROP');
    expect(rulesOf('drop').filter((rule) => rule.includes('ACCEPT'))).toEqual([]);
  });

  it('swallows what comes faster than a narrow link carries, after the probe was let through', () => {
    const rules = ruleset([{ address: '10.213.0.11', verdict: { kilobytes: 16 } }])
      .split('\n')
      .slice(3, -2);
    expect(rules.map((rule) => rule.replace('-A from-10.213.0.11 ', ''))).toEqual([
      `-p tcp -m tcp --dport ${PROBE_PORT} -j ACCEPT`,
      `-p tcp -m tcp --sport ${PROBE_PORT} -j ACCEPT`,
      '-m hashlimit --hashlimit-above 16kb/s --hashlimit-burst 16kb --hashlimit-name w10213011 -j DROP',
      '-j ACCEPT',
    ]);
  });

  it('queues what a delayed peer sends, the probe too, in the queue of that many milliseconds', () => {
    const rules = ruleset([{ address: '10.213.0.11', verdict: { delayMs: 50 } }]).split('\n');
    expect(rules.at(-3)).toBe('-A from-10.213.0.11 -j NFQUEUE --queue-num 50 --queue-bypass');
    expect(rules.filter((rule) => rule.includes('ACCEPT'))).toEqual([]);
  });

  it('empties the table when there are no peers', () => {
    expect(ruleset([])).toBe('*filter\nCOMMIT\n');
  });
});

describe('counted traffic', () => {
  const saved = (...rules: string[]) =>
    rules.map((rule) => rule.replace(' ', ' -A from-10.213.0.11 ')).join('\n');

  it('is what the last rule of the peer’s chain counted, without the probe’s share', () => {
    const rules = saved(
      `[2:120] -p tcp -m tcp --dport ${PROBE_PORT}`,
      `[1:60] -p tcp -m tcp --sport ${PROBE_PORT}`,
      '[9:1000] -j ACCEPT',
    );
    expect(parseTraffic(rules).get('10.213.0.11')).toEqual({ carried: 820, dropped: 0 });
  });

  it('of a delayed link was carried, late', () => {
    const rules = saved('[9:1000] -j NFQUEUE --queue-num 50 --queue-bypass');
    expect(parseTraffic(rules).get('10.213.0.11')).toEqual({ carried: 1000, dropped: 0 });
  });

  it('of a link that only the probe used is zero: a fault that no database byte met did not bite', () => {
    const rules = saved(`[2:120] -p tcp -m tcp --dport ${PROBE_PORT}`, '[2:120] -j DROP');
    expect(parseTraffic(rules).get('10.213.0.11')).toEqual({ carried: 0, dropped: 0 });
  });

  it('of a reset link is what was rejected or dropped', () => {
    const rules = saved(
      '[1:40] -p tcp -m tcp --tcp-flags RST RST -j RETURN',
      `[1:60] -p tcp -m tcp --dport ${PROBE_PORT}`,
      '[3:180] -p tcp -j REJECT --reject-with tcp-reset',
      '[1:28] -j DROP',
    );
    expect(parseTraffic(rules).get('10.213.0.11')).toEqual({ carried: 0, dropped: 148 });
  });
});
