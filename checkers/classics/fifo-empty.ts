import type { Json } from '../../harness/history/event.ts';
import type { Findings, Operation } from '../sets-queues-counters/elements.ts';
import type { Life } from './fifo-queue.ts';

/** A time in which some element was certainly inside: those of `lives` that overlap or touch, in order. */
interface Stay {
  readonly from: number;
  until: number;
  readonly lives: Life[];
}

/** A dequeue that found the queue empty took effect at a moment at which no element was certainly inside. */
export function judgeEmpty(
  key: Json,
  lives: readonly Life[],
  empties: readonly Operation[],
  findings: Findings,
): void {
  const stays = staysOf(lives);
  let told = false;
  for (const empty of empties) {
    const stay = stayAt(stays, empty.invoked);
    if (stay === null || stay.until < empty.completed) continue;
    // Further ones of the same queue are only counted.
    const cover = told ? [] : coverOf(stay.lives, empty);
    told = true;
    const names = cover.map((life) => JSON.stringify(life.value)).join(', ');
    const witness = cover.flatMap(({ enqueue, dequeue }) => [enqueue.completed, dequeue?.completed ?? -1]);
    const why = `Dequeue #${empty.completed} found the queue empty, but at each moment since it was invoked (#${empty.invoked}) ${names} was inside${cover.length > 1 ? ', one or the other' : ''}.`;
    findings.add('false-empty', key, [...witness, empty.completed], why);
  }
}

function staysOf(lives: readonly Life[]): Stay[] {
  const stays: Stay[] = [];
  const sorted = lives.filter((life) => life.inside < life.until).sort((a, b) => a.inside - b.inside);
  for (const life of sorted) {
    const last = stays.at(-1);
    if (last === undefined || life.inside > last.until)
      stays.push({ from: life.inside, until: life.until, lives: [life] });
    else if (life.until > last.until) {
      last.until = life.until;
      last.lives.push(life);
    }
  }
  return stays;
}

/** The stay that had begun by `event`, null if there is none. */
function stayAt(stays: readonly Stay[], event: number): Stay | null {
  let [low, high] = [0, stays.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stays[middle].from <= event) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? null : stays[low - 1];
}

/** The fewest elements of a stay that were inside, one after the other, from the invocation of `empty` to its return. */
function coverOf(lives: readonly Life[], empty: Operation): Life[] {
  const cover: Life[] = [];
  let at = empty.invoked;
  for (let i = 0; at < empty.completed; at = cover.at(-1)!.until) {
    let best = lives[i];
    for (; i < lives.length && lives[i].inside <= at; i++) best = lives[i];
    cover.push(best);
  }
  return cover;
}
