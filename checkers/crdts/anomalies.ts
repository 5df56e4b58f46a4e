import type { AnomalyDefinition } from '../types.ts';

const SHAPIRO = 'Shapiro, Preguiça, Baquero & Zawirski, A comprehensive study of CRDTs, INRIA RR-7506, 2011';
const ORSET = 'Burckhardt, Gotsman, Yang & Zawirski, Replicated data types, POPL 2014 (OR-set, MV-register)';

export const CRDT_ANOMALIES: readonly AnomalyDefinition[] = [
  {
    name: 'lost-increment',
    title: 'An acknowledged increment was lost',
    definition:
      'An add to a replicated counter was acknowledged, but after quiescence the counter does not contain its amount.',
    source: SHAPIRO,
    severity: 3,
    violates: ['durable'],
  },
  {
    name: 'doubled-increment',
    title: 'An increment that was counted twice',
    definition: 'A replicated counter contains the amount of one add more than once.',
    source: SHAPIRO,
    severity: 3,
    violates: ['no-duplicates', 'no-thin-air'],
  },
  {
    name: 'lost-add',
    title: 'An acknowledged add to a set was lost',
    definition:
      'An add was acknowledged, every remove of the element had returned before the add was invoked, and after quiescence no replica has the element.',
    source: ORSET,
    severity: 3,
    violates: ['durable'],
  },
  {
    name: 'resurrected-element',
    title: 'A removed element came back',
    definition:
      'After quiescence a set contains an element although every add of it was seen by the session of some acknowledged remove before that remove was invoked.',
    source: ORSET,
    severity: 3,
    violates: ['durable'],
  },
  {
    name: 'lost-sibling',
    title: 'An acknowledged write vanished from the siblings',
    definition:
      'A write was acknowledged, but after quiescence it is neither among the siblings nor was it in the context of a write that led to one of them.',
    source: ORSET,
    severity: 3,
    violates: ['durable'],
  },
  {
    name: 'unlogged-version',
    title: 'A version that stood beside another was not kept',
    definition:
      'A read at a node returned several siblings, and one of them is not in the log of conflicts that the node gives at the end.',
    source:
      'Kleppmann, Designing data-intensive applications, 2017, ch. 5 (conflicts kept for later resolution)',
    severity: 3,
    violates: ['conflicts-kept'],
  },
  {
    name: 'unrecorded-resolution',
    title: 'A conflict was resolved, and nothing says how',
    definition:
      'A version in a node’s log of conflicts stands no more at that node, and no resolution in the log names it as replaced.',
    source:
      'Kleppmann, Designing data-intensive applications, 2017, ch. 5 (conflicts kept for later resolution)',
    severity: 2,
    violates: ['conflicts-kept'],
  },
  {
    name: 'superseded-sibling',
    title: 'A sibling stands beside the write that replaced it',
    definition:
      'A read returned two siblings, one of which had been in the context of a write that led to the other.',
    source: ORSET,
    severity: 2,
    violates: ['causal', 'convergent'],
  },
];
