/** Growing bytes with LEB128 numbers: the container that carries a history inside a page. Runs in Node and browsers. */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Writes an integer 0 ≤ n ≤ 2^53 - 1, seven bits a byte, lowest first. */
  varint(n: number): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow(8);
    let rest = n;
    while (rest > 0x7fffffff) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  /** Writes an integer of either sign, small magnitudes in few bytes. */
  zigzag(n: number): void {
    this.varint(n >= 0 ? n * 2 : -n * 2 - 1);
  }

  append(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(more: number): void {
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Reads what {@link ByteWriter} wrote. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get position(): number {
    return this.#at;
  }

  varint(): number {
    let byte = this.#bytes[this.#at++];
    if (byte < 128) return byte;
    let n = byte & 127;
    let scale = 128;
    do {
      byte = this.#bytes[this.#at++];
      n += (byte & 127) * scale;
      scale *= 128;
    } while (byte > 127);
    return n;
  }

  zigzag(): number {
    const n = this.varint();
    return n % 2 === 0 ? n / 2 : -(n + 1) / 2;
  }
}

/** Named byte sections behind a JSON header: `u32 header length | header | sections`. */
export function joinSections(header: object, sections: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const lengths = [...sections].map(([name, bytes]) => [name, bytes.length]);
  const head = new TextEncoder().encode(JSON.stringify({ ...header, sections: lengths }));
  const all = new ByteWriter();
  all.append(new Uint8Array(new Uint32Array([head.length]).buffer));
  all.append(head);
  for (const bytes of sections.values()) all.append(bytes);
  return all.bytes();
}

export function splitSections(bytes: Uint8Array): {
  readonly header: unknown;
  readonly section: (name: string) => Uint8Array;
} {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as {
    sections: [string, number][];
  };
  const at = new Map<string, Uint8Array>();
  let offset = 4 + length;
  for (const [name, size] of header.sections) {
    at.set(name, bytes.subarray(offset, offset + size));
    offset += size;
  }
  return { header, section: (name) => at.get(name) ?? new Uint8Array(0) };
}
