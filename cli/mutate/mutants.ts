import type ts from 'typescript';

/** One small change of a source file. */
export interface Mutant {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly kind: 'operator' | 'guard' | 'constant' | 'statement' | 'quorum' | 'await';
  readonly start: number;
  readonly end: number;
  /** The expression around it whose evaluation comes to it: from, to. */
  readonly within: readonly [number, number];
  readonly was: string;
  readonly is: string;
}

const OPERATORS: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '&&': '||',
  '||': '&&',
  '+': '-',
  '-': '+',
};

/** Beyond this a number is a size or a time, and by one more it is as good. */
const MEANT = 2;

/** A constant of a module: a number. */
const TUNED = /^(export )?const [A-Z][A-Z_]* = \d/;

/** With a defect by name left out the source is as it was. */
const NO_DEFECT: readonly (readonly [RegExp, string])[] = [
  [/^[\w.#]*\bbug === '[\w-]+'$/, 'false'],
  [/^[\w.#]*\bbug !== '[\w-]+'$/, 'true'],
];

/** The ends of a range that are easily taken for each other, and what is done to a quorum. */
const SWAPPED: Readonly<Record<string, string>> = { 'Math.min': 'Math.max', 'Math.max': 'Math.min' };

/**
 * Every mutation of a replica's source, in the order of the text: comparison, logical and arithmetic operators, guards
 * that always or never hold, small numbers by one, statements that are calls left out (acknowledgements, durable records,
 * timers), calls that are not awaited, `min` and `max` swapped, in which quorums are counted. Imports, types, notes for
 * the log, tuned constants and the absence of named defects are left alone.
 * @param typescript the compiler: it is no part of an installed Alibi, whose sources cannot be mutated either.
 */
export function mutantsOf(typescript: typeof ts, file: string, text: string): Mutant[] {
  const source = typescript.createSourceFile(file, text, typescript.ScriptTarget.Latest, true);
  const found: Mutant[] = [];
  const add = (node: ts.Node, kind: Mutant['kind'], is: string, around = node): void => {
    const [start, end] = [node.getStart(source), node.getEnd()];
    const { line } = source.getLineAndCharacterOfPosition(start);
    const within = [around.getStart(source), around.getEnd()] as const;
    found.push({ file, line: line + 1, kind, start, end, within, was: text.slice(start, end), is });
  };
  const visit = (node: ts.Node): void => {
    if (typescript.isImportDeclaration(node) || typescript.isTypeNode(node)) return;
    if (typescript.isInterfaceDeclaration(node) || typescript.isTypeAliasDeclaration(node)) return;
    // How long, how often, how many at once: tuned, and meant to be changed.
    if (typescript.isVariableStatement(node) && TUNED.test(node.getText(source))) return;
    if (typescript.isBinaryExpression(node)) {
      const operator = node.operatorToken.getText(source);
      const other = OPERATORS[operator];
      if (other !== undefined) add(node.operatorToken, 'operator', other, node);
    }
    if (typescript.isIfStatement(node)) {
      const asked = node.expression.getText(source);
      for (const constant of ['true', 'false'])
        if (!NO_DEFECT.some(([of, is]) => of.test(asked) && is === constant))
          add(node.expression, 'guard', constant);
    }
    if (typescript.isAwaitExpression(node)) add(node, 'await', node.expression.getText(source));
    if (typescript.isNumericLiteral(node) && Number(node.text) <= MEANT)
      add(node, 'constant', String(Number(node.text) + 1));
    if (typescript.isExpressionStatement(node) && typescript.isCallExpression(node.expression)) {
      if (/#(note|sometimes)\(/.test(node.getText(source))) return;
      add(node, 'statement', ';', node.expression);
    }
    if (typescript.isPropertyAccessExpression(node)) {
      const other = SWAPPED[node.getText(source)];
      if (other !== undefined) add(node, 'quorum', other);
    }
    typescript.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

export function mutated(text: string, { start, end, is }: Mutant): string {
  return text.slice(0, start) + is + text.slice(end);
}

/**
 * The text, which now also notes the mutants that it comes to, by number: `globalThis.REACHED[7] = 1`. Sound as before,
 * and slower.
 */
export function noting(
  text: string,
  mutants: readonly { readonly id: number; readonly mutant: Mutant }[],
): string {
  const opening = (id: number): string => `(globalThis.${REACHED}[${id}] = 1, `;
  const inserted = mutants.flatMap(
    ({
      id,
      mutant: {
        within: [from, to],
      },
    }) => [
      // What is opened at one place: the longest first; what is closed: the shortest, and before anything opens.
      { at: from, order: text.length - to + 1, text: opening(id) },
      { at: to, order: from - text.length, text: ')' },
    ],
  );
  inserted.sort((a, b) => a.at - b.at || a.order - b.order);
  let [out, done] = ['', 0];
  for (const { at, text: added } of inserted) {
    out += text.slice(done, at) + added;
    done = at;
  }
  return out + text.slice(done);
}

/** Where a probe keeps what was reached. */
export const REACHED = 'alibiReached';

/** As many of them as wanted, spread evenly over the text. */
export function sample<T>(all: readonly T[], count: number): readonly T[] {
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]);
}
