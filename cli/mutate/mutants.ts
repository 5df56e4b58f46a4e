import type ts from 'typescript';

/** One small change of a source file. */
export interface Mutant {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly kind: 'operator' | 'guard' | 'constant' | 'statement' | 'quorum' | 'await';
  readonly start: number;
  readonly end: number;
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
 * the log and the absence of named defects are left alone.
 * @param typescript the compiler: it is no part of an installed Alibi, whose sources cannot be mutated either.
 */
export function mutantsOf(typescript: typeof ts, file: string, text: string): Mutant[] {
  const source = typescript.createSourceFile(file, text, typescript.ScriptTarget.Latest, true);
  const found: Mutant[] = [];
  const add = (node: ts.Node, kind: Mutant['kind'], is: string): void => {
    const start = node.getStart(source);
    const end = node.getEnd();
    const { line } = source.getLineAndCharacterOfPosition(start);
    found.push({ file, line: line + 1, kind, start, end, was: text.slice(start, end), is });
  };
  const visit = (node: ts.Node): void => {
    if (typescript.isImportDeclaration(node) || typescript.isTypeNode(node)) return;
    if (typescript.isInterfaceDeclaration(node) || typescript.isTypeAliasDeclaration(node)) return;
    if (typescript.isBinaryExpression(node)) {
      const operator = node.operatorToken.getText(source);
      const other = OPERATORS[operator];
      if (other !== undefined) add(node.operatorToken, 'operator', other);
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
      add(node, 'statement', ';');
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

/** As many of them as wanted, spread evenly over the text. */
export function sample<T>(all: readonly T[], count: number): readonly T[] {
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]);
}
