import { pino } from 'pino';
import type { Log } from '../../harness/hosts/types.ts';

/** Fields that may hold secrets of a user's database, wherever they turn up. */
const SECRETS = [
  'password',
  '*.password',
  'PGPASSWORD',
  '*.PGPASSWORD',
  'token',
  '*.token',
  'connectionString',
  '*.connectionString',
];

/** The harness' own log, a JSON line an entry, written at once so that a crash loses nothing. */
export function openLog(path: string, level: string): Log {
  const options = { level, redact: SECRETS, serializers: { error: pino.stdSerializers.err } };
  const logger = pino(options, pino.destination({ dest: path, sync: true }));
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}
