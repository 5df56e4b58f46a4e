/** How many slots there are, always: a key's is CRC16 of it. */
export const SLOTS = 16_384;

/** CRC16-CCITT (XMODEM): polynomial 0x1021, from 0, not reflected. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/**
 * The slot of a key: of what stands between its first `{` and the next `}`, unless that is nothing, else of all of it.
 * https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model
 */
export function slotOf(key: string): number {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open + 1);
  const hashed = close > open + 1 ? key.slice(open + 1, close) : key;
  let crc = 0;
  for (const byte of Buffer.from(hashed)) crc = ((crc << 8) & 0xffff) ^ TABLE[(crc >> 8) ^ byte];
  return crc % SLOTS;
}

/** A range of slots, who leads it, and who follows its leader, by address. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly leader: string;
  readonly replicas: readonly string[];
}

/** What CLUSTER SLOTS answers: `[[from, to, [host, port, id], replica …], …]`. */
export function rangesOf(answer: unknown): Range[] {
  if (!Array.isArray(answer)) return [];
  return (answer as [number, number, ...[string, number][]][]).map(([from, to, leader, ...replicas]) => ({
    from: Number(from),
    to: Number(to),
    leader: String(leader[0]),
    replicas: replicas.map(([host]) => String(host)),
  }));
}
