import { LineCounter, parseDocument, type Document } from 'yaml';
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
  const [broken] = document.errors;
  if (broken)
    throw new UsageError(`${path}:${positionOf(lines, broken.pos[0])}: ${broken.message.split('\n')[0]}`);
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const issue = deepest(parsed.error.issues);
  const where = issue.path.map(String).join('.') || 'the file';
  throw new UsageError(
    `${path}:${positionOf(lines, offsetOf(document, issue.path))}: ${where}: ${issue.message}`,
  );
}

/** Of several issues, and of the branches of a union, the one that names a place furthest in. */
function deepest(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  const flat = issues.flatMap((issue) =>
    issue.code === 'invalid_union'
      ? [issue, ...issue.errors.flat().map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))]
      : [issue],
  );
  return flat.reduce((best, issue) => (issue.path.length > best.path.length ? issue : best));
}

/** Where in the text the innermost existing node of a path begins. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as
      { range?: readonly [number, number, number] } | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}

function positionOf(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
}
