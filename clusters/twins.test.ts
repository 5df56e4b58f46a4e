import { describe, expect, it } from 'vitest';
import { CLUSTERS } from './registry.ts';
import { TWINS } from './twins.ts';

/** The definition and settings behind `cluster:configuration`. */
function named(text: string) {
  const [name, configuration] = text.split(':');
  const cluster = CLUSTERS.get(name);
  const chosen = cluster?.configurations.find((each) => each.name === configuration);
  if (cluster === undefined || chosen === undefined) throw new Error(`there is no ${text}`);
  return { cluster, chosen };
}

const settingsOf = ({ cluster, chosen }: ReturnType<typeof named>) => ({
  ...Object.fromEntries(cluster.settings.map(({ name, default: value }) => [name, value])),
  ...chosen.settings,
});

describe.each([...TWINS])('%s and its twin %s', (real, twin) => {
  it('both exist, and one workload’s clients fit both', () => {
    const [one, other] = [named(real), named(twin)];
    const shared = one.cluster.ports.filter(
      (port) =>
        other.cluster.ports.includes(port) &&
        [one, other].every((each) => !(each.cluster.refusesPort?.(port, settingsOf(each)) ?? null)),
    );
    expect(shared).not.toEqual([]);
  });

  it('the twin is simulated too, so that a seed can be searched for there', () => {
    expect(named(twin).cluster.worlds).toContain('sim');
  });
});
