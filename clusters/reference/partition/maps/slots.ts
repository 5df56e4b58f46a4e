import { bucketScheme } from './buckets.ts';

/** As many as Redis Cluster has. */
export const SLOTS = 16_384;

/** CRC16 of the XMODEM kind (polynomial 0x1021, from 0): the one of the Redis Cluster specification. */
export function crc16(text: string): number {
  let crc = 0;
  for (const byte of new TextEncoder().encode(text)) crc = ((crc << 8) & 0xffff) ^ TABLE[(crc >> 8) ^ byte];
  return crc;
}

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
  return crc & 0xffff;
});

/** Only what stands between the first `{` and the next `}` is hashed, if anything does: a hash tag. */
export function hashTag(key: string): string {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open + 1);
  return close > open + 1 ? key.slice(open + 1, close) : key;
}

/** 16,384 slots by CRC16, which move whole (Redis Cluster specification, "Key distribution model"). */
export const slots = bucketScheme('slots', SLOTS, (key) => crc16(hashTag(key)) % SLOTS);
