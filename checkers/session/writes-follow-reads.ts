import type { Checker } from '../types.ts';
import { findMissingCauses } from './missing-causes.ts';
import { registersOf } from './registers.ts';
import { verdictOf } from './verdict.ts';

/** Writes follow reads (Terry et al., PDIS 1994), of a server's state: one that has a write has what its session had read before making it. */
export const writesFollowReads: Checker = {
  name: 'writes-follow-reads',
  title: 'Writes follow reads',
  anomalies: ['writes-follow-reads'],
  check: (history, options) => {
    const registers = registersOf(history, options.initial);
    return verdictOf(
      'writes-follow-reads',
      registers,
      findMissingCauses('writes-follow-reads', registers, options),
    );
  },
};
