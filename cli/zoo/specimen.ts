import { BUGS, WALKED } from '../../clusters/reference/bugs.ts';
import type { Bug } from '../../clusters/reference/bugs/types.ts';
import { resolveRun, type RunConfig, type RunRequest } from '../run/config.ts';
import { lookup, UsageError } from '../usage.ts';

/** Times are the same for all bugs: a profile may choose what is run, never when what is broken. */
const TIMES = { time: 20, faultFor: 3, rate: 300 };

/** The request that shows a bug by its profile; what the user asks for besides goes before the profile. */
export function requestOf(bug: Bug, asked: Partial<RunRequest> = {}): RunRequest {
  const { profile, name } = bug;
  const settings = { ...profile.settings, ...asked.settings, bug: name };
  return { ...TIMES, ...profile, world: 'sim', ...asked, cluster: 'reference', settings };
}

/** `--bug NAME` of a request. @throws UsageError for a name that is no bug's. */
export function withBug(name: string, asked: RunRequest): RunRequest {
  if (WALKED.has(name))
    throw new UsageError(
      `Bug ${name} takes more accidents than a run has: walks without a clock show it, alibi zoo --bug ${name}`,
    );
  return requestOf(lookup('bug', name, BUGS), asked);
}

/** The run of a seed with the bug, and the same without. */
export function pairOf(bug: Bug, seed: string): { readonly ill: RunConfig; readonly sound: RunConfig } {
  const request = { ...requestOf(bug), seed };
  const ill = resolveRun(request).config;
  const settings = Object.fromEntries(Object.entries(ill.settings).filter(([name]) => name !== 'bug'));
  return { ill, sound: { ...ill, settings } };
}
