import type { StoreSettings } from '../settings.ts';

/** The fields of the rows of port `indexed`: there are no others that an index could be of. */
const FIELDS: readonly string[] = ['city', 'v'];

/** Why transactions, indexes or columns cannot be had so, or null. */
export function spreadConflict(settings: StoreSettings): string | null {
  const { partitioning, index, indexOn, columnGroups, lagMarkers, strategy } = settings;
  if (lagMarkers && strategy !== 'single-leader' && strategy !== 'raft')
    return `lagMarkers are for strategies with one leader, not for strategy=${strategy}`;
  if (index !== 'none' && partitioning === 'none')
    return `index=${index} is of data that are split: choose a partitioning`;
  if (index !== 'none' && !FIELDS.includes(indexOn))
    return `indexOn=${indexOn}: rows have no field "${indexOn}" to index; they have ${FIELDS.join(' and ')}`;
  if (index !== 'none' && strategy !== 'single-leader' && strategy !== 'raft')
    return `index=${index} takes a log a shard, which strategy=${strategy} has not: use single-leader or raft`;
  if (columnGroups === '') return null;
  if (partitioning === 'none') return 'columnGroups are of data that are split: choose a partitioning';
  const columns = columnGroups.split('|').flatMap((group) => group.split(','));
  const empty = columns.find((column) => column === '');
  if (empty !== undefined) return `columnGroups=${columnGroups} has a group or column without a name`;
  const twice = columns.find((column, i) => columns.indexOf(column) !== i);
  return twice === undefined ? null : `columnGroups=${columnGroups} has the column "${twice}" twice`;
}

/** Ports of operations on several rows, which take partitioned data. */
export const SPREAD_PORT_NAMES: readonly string[] = ['transaction', 'bank', 'indexed', 'range', 'rows'];

/** Why such a port cannot be had there, or null. */
export function spreadPortConflict(
  { partitioning, index, columnGroups }: StoreSettings,
  port: string,
): string | null {
  if ((port === 'range' || port === 'bank' || port === 'indexed') && partitioning === 'none')
    return `port ${port} is for data that are split: choose a configuration with partitioning`;
  if (port === 'indexed' && index === 'none')
    return 'no secondary index is there: set index=local, synchronous or asynchronous';
  return port === 'rows' && partitioning !== 'none' && columnGroups === ''
    ? 'rows are not split by columns there: set columnGroups, such as a,b|c,d'
    : null;
}
