import type { FaultFamily, FaultSpec } from './types.ts';

/** Why a fault's text cannot be understood: one sentence, for exit code 64. */
export class BadFault extends Error {}

/**
 * Reads `family:target[:option]`, several by comma. The target may be left out where the family has a form without.
 * @throws BadFault with the nearest accepted forms.
 */
export function parseFaults(
  text: string,
  families: ReadonlyMap<string, FaultFamily>,
  nodes: readonly string[],
): FaultSpec[] {
  const parts = text.split(',').map((part) => part.trim());
  const names = [...families.values()];
  return parts.filter(Boolean).map((part) => {
    const [family = '', target = '', ...rest] = part.split(':');
    const known = families.get(family);
    if (!known) throw new BadFault(`Unknown fault "${family}" in "${text}"; ${nearest(family, names)}`);
    const spec: FaultSpec = { family, target, option: rest.length > 0 ? rest.join(':') : null, text: part };
    const wrong = known.validate(spec, nodes);
    if (wrong !== null) throw new BadFault(`Fault "${part}": ${wrong}; accepted: ${known.forms.join(', ')}`);
    return spec;
  });
}

function nearest(family: string, families: readonly FaultFamily[]): string {
  const close = families.filter((f) => f.name.startsWith(family.slice(0, 2)));
  const shown = close.length > 0 ? close : families;
  return `accepted: ${shown.flatMap((f) => f.forms).join(', ')}`;
}

/**
 * Validates a target that is one of `words`, or one or several node names joined by `+`.
 * @returns why it is wrong, or null.
 */
export function wrongTarget(
  target: string,
  words: readonly string[],
  nodes: readonly string[],
): string | null {
  if (words.includes(target)) return null;
  if (target === '') return 'it needs a target';
  const unknown = target.split('+').filter((name) => !nodes.includes(name));
  if (unknown.length === 0) return null;
  return `there is no target or node "${unknown.join('", "')}" (nodes: ${nodes.join(', ')})`;
}
