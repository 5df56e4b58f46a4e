import { describe, expect, it } from 'vitest';
import { FAULTS } from './registry.ts';
import { BadFault, parseFaults } from './spec.ts';

const nodes = ['n1', 'n2', 'n3'];
const parse = (text: string) => parseFaults(text, FAULTS, nodes);

describe('the grammar of faults', () => {
  it('reads family, target and option, several by comma', () => {
    expect(parse('partition:primary, clock:one:+5s,failover')).toEqual([
      { family: 'partition', target: 'primary', option: null, text: 'partition:primary' },
      { family: 'clock', target: 'one', option: '+5s', text: 'clock:one:+5s' },
      { family: 'failover', target: '', option: null, text: 'failover' },
    ]);
    expect(parse('')).toEqual([]);
  });

  it('accepts every form that it lists, with nodes named', () => {
    for (const family of FAULTS.values())
      for (const form of family.forms) {
        const text = form
          .replace('<node>[+<node>…]', 'n1+n2')
          .replace('<±offset>', '-90ms')
          .replace('<duration>', '90ms')
          .replace('<node>', 'n1')
          .replace('<percent>', '20')
          .replace('<kilobytes a second>', '16')
          .replace('<±percent>', '-5')
          .replace('<target>', 'n2');
        expect(parseFaults(text, FAULTS, [...nodes, 'n4']), text).toHaveLength(1);
      }
  });

  it.each([
    ['partiton:primary', /Unknown fault "partiton".*partition:primary/],
    ['partition:n9', /no target or node "n9" \(nodes: n1, n2, n3\).*accepted: partition:primary/],
    ['partition:n1+n2+n3', /nobody would be left/],
    ['partition:primary:sideways', /unknown option "sideways"/],
    ['partition:ring', /a ring needs 4 nodes/],
    ['partition:bridge:in', /a bridge has no inside/],
    ['loss:one:0%', /needs a share such as 20%/],
    ['rate:one:20%', /needs a width such as 16kB/],
    ['corrupt:one', /bit-flip or truncate/],
    ['membership:n1+n2', /one member at a time/],
    ['kill', /needs a target/],
    ['clock:one', /needs an offset such as \+5s/],
    ['clock:one:5s', /needs an offset/],
    ['clock:one:+0s', /no fault/],
    ['failover:now', /unknown option "now"/],
    ['restart-then-promote:n1', /takes no target/],
  ])('refuses %s in one sentence', (text, message) => {
    expect(() => parse(text)).toThrow(BadFault);
    expect(() => parse(text)).toThrow(message);
  });

  it('refuses to part one node from nobody', () => {
    expect(() => parseFaults('partition:one', FAULTS, ['n1'])).toThrow(/nobody to be parted from/);
    expect(() => parseFaults('failover', FAULTS, ['n1'])).toThrow(/no standby/);
  });
});
