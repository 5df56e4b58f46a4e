import type { Checker } from '../types.ts';
import { findMissingCauses } from './missing-causes.ts';
import { registersOf } from './registers.ts';
import { verdictOf } from './verdict.ts';

/** Monotonic writes (Terry et al., PDIS 1994), of a server's state: one that has a later write of a session has its earlier ones. */
export const monotonicWrites: Checker = {
  name: 'monotonic-writes',
  title: 'Monotonic writes',
  anomalies: ['monotonic-writes'],
  check: (history, options) => {
    const registers = registersOf(history, options.initial);
    return verdictOf(
      'monotonic-writes',
      registers,
      findMissingCauses('monotonic-writes', registers, options),
    );
  },
};
