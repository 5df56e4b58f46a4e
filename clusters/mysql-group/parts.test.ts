import { describe, expect, it } from 'vitest';
import { GUARANTEES } from '../../checkers/guarantees.ts';
import { classify } from '../mysql/clients/errors.ts';
import { claimOf } from './claims.ts';
import { mysqlGroup } from './definition.ts';
import { conflictOf, settingsOf } from './settings.ts';
import { agreed, hasQuorum, split, told, writable, type MemberState, type View } from './view.ts';

/** `view('n1', 'n1! n2 n3?')`: n1 is primary, n3 unreachable; `-` for a node that gave up (ERROR). */
function view(node: string, text: string): View {
  const states: Readonly<Record<string, MemberState>> = { '?': 'UNREACHABLE', '-': 'ERROR' };
  const members = text.split(' ').map((word) => ({
    node: word.slice(0, 2),
    state: states[word.slice(2)] ?? 'ONLINE',
    primary: word.endsWith('!'),
  }));
  return { node, members };
}

describe('the group as its members see it', () => {
  it('a member that hears a minority has no quorum, and takes no writes although it is primary', () => {
    const alone = view('n1', 'n1! n2? n3?');
    const others = [view('n2', 'n2! n3'), view('n3', 'n2! n3')];
    expect(hasQuorum(alone)).toBe(false);
    expect(writable([alone, ...others])).toEqual(['n2']);
    expect(agreed([alone, ...others])?.node).toBe('n2');
    expect(told(alone)).toBe('n1 sees n1 ONLINE primary, n2 UNREACHABLE, n3 UNREACHABLE');
  });

  it('a member that gave up takes no writes, and nobody is in a group when all did', () => {
    expect(writable([view('n1', 'n1-')])).toEqual([]);
    expect(agreed([view('n1', 'n1-'), view('n2', 'n2-')])).toBeNull();
  });

  it('with several primaries all take writes', () => {
    const all = ['n1', 'n2', 'n3'].map((node) => view(node, 'n1! n2! n3!'));
    expect(writable(all)).toEqual(['n1', 'n2', 'n3']);
  });

  it('two groups that share nobody are a split, told by who sees whom', () => {
    const views = [view('n1', 'n1!'), view('n2', 'n2! n3'), view('n3', 'n2! n3')];
    expect(split(views)).toBe('the group is split: n1 sees n1, n2 sees n2, n3');
    expect(split(views.slice(1))).toBeNull();
  });
});

describe('the claim', () => {
  it.each([
    ['EVENTUAL', 'read-committed', true],
    ['BEFORE', 'linearizable', true],
    ['AFTER', 'regular-write-order', false],
    ['BEFORE_AND_AFTER', 'linearizable', true],
  ])('%s is %s, and holds while a member is cut off: %s', (consistency, strongest, apart) => {
    const { guarantee, tolerates } = claimOf({ consistency });
    expect(guarantee[0]).toBe(strongest);
    expect(tolerates.faults.includes('partition')).toBe(apart);
    expect(guarantee).toContain('durable');
  });

  it('under AFTER a primary that answers all reads is linearizable: nobody sees what it has not committed', () => {
    expect(claimOf({ consistency: 'AFTER', reads: 'primary' }).guarantee).toContain('linearizable');
    const several = { mode: 'multi-primary', consistency: 'AFTER', reads: 'primary' };
    expect(claimOf(several).guarantee).not.toContain('linearizable');
  });

  it('of locks survives nothing that moves the primary, and is not asked where there are several', () => {
    expect(claimOf({}, 'lock')).toMatchObject({ tolerates: { faults: [] } });
    expect(claimOf({}, 'lock').source).toContain('group-replication-limitations');
    const refused = (mode: string, port: string) => mysqlGroup.refusesPort?.(port, { mode }) ?? null;
    expect(refused('multi-primary', 'lock')).toMatch(/named locks are a member’s own/);
    expect([refused('single-primary', 'lock'), refused('multi-primary', 'queue')]).toEqual([null, null]);
  });

  it('has a source and known words in every configuration', () => {
    for (const { claim, settings } of mysqlGroup.configurations) {
      const { guarantee, source } = claim(settings);
      expect(source).toContain('https://dev.mysql.com/doc/');
      for (const word of guarantee) expect(GUARANTEES.has(word), word).toBe(true);
    }
  });

  it('settings that it hangs on are taken by their own names only', () => {
    expect(() => settingsOf({ group_replication_consistency: 'AFTER' })).toThrow(
      'set "consistency" instead, so that the claim follows it',
    );
    const several = settingsOf({ mode: 'multi-primary', isolation: 'serializable' });
    expect(conflictOf(several, 3)).toMatch(/refuses transactions at serializable/);
    expect(conflictOf(settingsOf({}), 2)).toMatch(/three to nine/);
  });
});

describe('errors of a group', () => {
  const hook = (name: string) =>
    classify(
      { code: 'ER_RUN_HOOK_ERROR', message: `Error on observer while running replication hook '${name}'.` },
      'commit',
    ).outcome;

  it('a commit that was being decided on when its member lost the group may stand: info', () => {
    expect(hook('before_commit')).toBe('info');
  });

  it('a lost certification is fail only where the member was in its group throughout', () => {
    const code = 'ER_TRANSACTION_ROLLBACK_DURING_COMMIT';
    const message = 'Plugin instructed the server to rollback the current transaction.';
    expect(classify({ code, message }, 'commit').outcome).toBe('info');
    const looked = `${message} (the member was in its group throughout)`;
    expect(classify({ code, message: looked }, 'commit')).toMatchObject({
      outcome: 'fail',
      row: 'certification',
    });
  });
});
