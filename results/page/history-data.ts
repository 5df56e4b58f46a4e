import { openHistory } from '../open-history.ts';
import type { Operations } from '../operations.ts';

/** The history embedded in the page, unpacked; waits until the parser has read that far. */
export async function loadHistory(): Promise<Operations> {
  if (document.readyState === 'loading')
    await new Promise((resolve) => document.addEventListener('DOMContentLoaded', resolve, { once: true }));
  const packed = document.getElementById('alibi-history')?.textContent ?? '';
  const stream = new Blob([fromBase64(packed)]).stream().pipeThrough(new DecompressionStream('gzip'));
  return openHistory(new Uint8Array(await new Response(stream).arrayBuffer()));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
