import * as sql from '../../sql/plan.ts';
import type { Connection } from './connection.ts';

export type Plan = sql.Plan<Connection>;
export type Planner = sql.Planner<Connection>;

export function unknownOperation(port: string, f: string): Error {
  return sql.unknownOperation(port, 'postgres', f);
}
