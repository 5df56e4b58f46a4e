import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { UsageError } from './usage.ts';

/**
 * Reads YAML of a known shape.
 * @param path what the text is called in errors.
 * @throws UsageError one sentence with file, line and column.
 */
export function parseYaml<T extends z.ZodType>(path: string, text: string, schema: T): z.output<T> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const wrong = (offset: number, message: string): UsageError => {
    const { line, col } = lines.linePos(offset);
    return new UsageError(`${path}:${line}:${col}: ${message}`);
  };
  const [broken] = document.errors;
  if (broken) throw wrong(broken.pos[0], broken.message.split('\n')[0]);
  let content: unknown;
  try {
    content = document.toJS();
  } catch (error) {
    // An alias to nothing, or aliases of aliases that would fill the memory.
    throw wrong(0, error instanceof Error ? error.message : String(error));
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = meant(parsed.error.issues[0]);
  const [unknown] = issue.code === 'unrecognized_keys' ? issue.keys : [];
  const where = [...issue.path, ...(unknown === undefined ? [] : [unknown])].map(String).join('.');
  const message = unknown === undefined ? issue.message : 'there is no such key';
  throw wrong(offsetOf(document, issue.path, unknown), `${where || 'the file'}: ${message}`);
}

/** Of a union, the issue of the alternative that was meant: the one whose type the value has. */
function meant(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue;
  const first = issue.errors.map(([one]) => one).filter((one) => one !== undefined);
  const inner = first.find((one) => one.code !== 'invalid_type' || one.path.length > 0);
  if (inner !== undefined) return meant({ ...inner, path: [...issue.path, ...inner.path] });
  const kinds = first.flatMap((one) => (one.code === 'invalid_type' ? [one.expected] : []));
  return { ...issue, message: `expected ${[...new Set(kinds)].join(' or ')}` };
}

/** Where in the text the innermost part of a path that is there begins: the key, where there is no such key. */
function offsetOf(document: Document, path: readonly PropertyKey[], unknown: string | undefined): number {
  const map: unknown = document.getIn(path, true);
  const key = isMap(map) && map.items.find((pair) => isScalar(pair.key) && pair.key.value === unknown)?.key;
  if (isNode(key) && key.range) return key.range[0];
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
