import type { PackedHeader } from './packed-history.ts';
import { ByteReader, splitSections } from './packing.ts';
import { INFO, type ErrorText, type NemesisNote, type Operations } from './operations.ts';

/** Reads {@link packHistory}'s bytes into operations. Runs in the page. */
export function openHistory(bytes: Uint8Array): Operations {
  const { header, section } = splitSections(bytes);
  const { events, functions, nodes, processes, errors, sessions } = header as PackedHeader;
  const read = (name: string): ByteReader => new ByteReader(section(name));
  const [time, process, kind] = [read('time'), read('process'), read('kind')];
  const [key, node, value] = [read('key'), read('node'), read('value')];

  const most = countInvocations(read('kind'), events);
  const ops = blank(most, events);
  const open = new Int32Array(processes.length).fill(-1);
  const nemesis: NemesisNote[] = [];
  let now = 0;
  let n = 0;
  for (let i = 0; i < events; i++) {
    now += time.zigzag();
    const p = process.varint();
    const k = kind.varint();
    const type = k & 3;
    const f = k >> 2;
    const ids = [key.varint(), node.varint(), value.varint()];
    ops.ofEvent[i] = -1;
    if (processes[p] < 0) {
      nemesis.push({ index: i, time: now, f: functions[f - 2], value: ids[2] - 2 });
    } else if (type === 0) {
      ops.ofEvent[i] = n;
      open[p] = n;
      ops.invoke[n] = i;
      ops.complete[n] = -1;
      ops.start[n] = now;
      ops.process[n] = processes[p];
      ops.outcome[n] = INFO;
      ops.f[n] = f - 2;
      ops.key[n] = ids[0] - 2;
      ops.node[n] = ids[1] - 2;
      ops.given[n] = ids[2] - 2;
      ops.got[n] = ids[2] - 2;
      n++;
    } else {
      const o = open[p];
      ops.ofEvent[i] = o;
      ops.complete[o] = i;
      ops.end[o] = now;
      ops.outcome[o] = type;
      if (ids[0] >= 2) ops.key[o] = ids[0] - 2;
      if (ids[1] >= 2) ops.node[o] = ids[1] - 2;
      if (ids[2] !== 0) ops.got[o] = ids[2] - 2;
    }
  }
  // What never completed stays open to the end of the history.
  for (let o = 0; o < n; o++) if (ops.complete[o] < 0) ops.end[o] = now;
  return {
    ...ops,
    count: n,
    duration: now,
    functions,
    nodes,
    keys: textLines(section('keys')),
    values: textLines(section('values')),
    nemesis,
    errors: attached(read('errors'), section('errors').length, errors, ops.ofEvent),
    sessions: attached(read('sessions'), section('sessions').length, sessions, ops.ofEvent),
  };
}

function countInvocations(kind: ByteReader, events: number): number {
  let count = 0;
  for (let i = 0; i < events; i++) if ((kind.varint() & 3) === 0) count++;
  return count;
}

function blank(n: number, events: number) {
  return {
    events,
    invoke: new Int32Array(n),
    complete: new Int32Array(n),
    start: new Float64Array(n),
    end: new Float64Array(n),
    process: new Int32Array(n),
    outcome: new Uint8Array(n),
    f: new Int32Array(n),
    key: new Int32Array(n),
    node: new Int32Array(n),
    given: new Int32Array(n),
    got: new Int32Array(n),
    ofEvent: new Int32Array(events),
  };
}

function textLines(bytes: Uint8Array): readonly string[] {
  return bytes.length === 0 ? [] : new TextDecoder().decode(bytes).split('\n');
}

function attached<T extends string | ErrorText>(
  reader: ByteReader,
  length: number,
  known: readonly T[],
  ofEvent: Int32Array,
): Map<number, T> {
  const found = new Map<number, T>();
  let index = 0;
  while (reader.position < length) {
    index += reader.zigzag();
    found.set(ofEvent[index], known[reader.varint()]);
  }
  return found;
}
