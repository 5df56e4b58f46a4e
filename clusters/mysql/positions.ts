// Places in binary logs, as operators without GTIDs note them: a file and how far into it.
import type { MysqlNode } from './node.ts';

export interface Position {
  readonly file: string;
  readonly pos: number;
}

const READ_MS = 20_000;
/** Rows that are asked for at once. */
const PAGE = 20_000;

/** Files are numbered in the order in which they were begun. */
export function isAfter(a: Position, b: Position): boolean {
  return a.file === b.file ? a.pos > b.pos : a.file > b.file;
}

export const told = ({ file, pos }: Position): string => `${file}:${pos}`;

/** Where the next transaction of a server goes in its own log. @throws Error when it does not answer */
export async function present(node: MysqlNode): Promise<Position> {
  const { rows } = await node.query('SHOW BINARY LOG STATUS');
  return { file: String(rows[0].File), pos: Number(rows[0].Position) };
}

/** The ends of the transactions that a server has logged after `from`, in order. */
async function endsAfter(node: MysqlNode, from: Position): Promise<readonly Position[]> {
  const { rows: files } = await node.query('SHOW BINARY LOGS');
  const ends: Position[] = [];
  for (const file of files.map((row) => String(row.Log_name)).filter((name) => name >= from.file)) {
    let pos = file === from.file ? from.pos : 4;
    for (let more = true; more;) {
      const text = `SHOW BINLOG EVENTS IN '${file}' FROM ${pos} LIMIT ${PAGE}`;
      const { rows } = await node.query(text, [], READ_MS);
      for (const row of rows) if (row.Event_type === 'Xid') ends.push({ file, pos: Number(row.End_log_pos) });
      more = rows.length === PAGE;
      pos = Number(rows.at(-1)?.End_log_pos ?? pos);
    }
  }
  return ends;
}

/**
 * The operator's notes: of each server a place in its own log, and how many transactions of the common order lie
 * before it. Logs of different servers hold the same transactions in the same order at different places, so a place in
 * one is found in another by counting.
 */
export class Notes {
  readonly #of = new Map<string, { readonly before: number; readonly at: Position }>();

  /** So many transactions lie before this place in the node's own log. */
  note(node: MysqlNode, before: number, at: Position): void {
    this.#of.set(node.name, { before, at });
  }

  /** How many transactions the node's log holds up to `until`, or to its end. */
  async count(node: MysqlNode, until: Position | null = null): Promise<number> {
    const { before, at } = this.#noted(node);
    const ends = await endsAfter(node, at);
    return before + (until === null ? ends.length : ends.filter((end) => !isAfter(end, until)).length);
  }

  /** Where in the node's log the first `count` transactions end. @throws Error when it does not hold as many */
  async place(node: MysqlNode, count: number): Promise<Position> {
    const { before, at } = this.#noted(node);
    if (count <= before) return at;
    const end = (await endsAfter(node, at)).at(count - before - 1);
    if (end === undefined) throw new Error(`${node.name} has not logged ${count} transactions`);
    return end;
  }

  #noted(node: MysqlNode): { readonly before: number; readonly at: Position } {
    const found = this.#of.get(node.name);
    if (found === undefined) throw new Error(`nothing was noted of ${node.name}`);
    return found;
  }
}
