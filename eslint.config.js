import tseslint from 'typescript-eslint';

const ambient = (what, instead) => ({ message: `${what} makes runs irreproducible: ${instead}.` });

/** Time, randomness and timers come from harness/runtime, so that one seed gives one history. */
const noAmbient = {
  'no-restricted-globals': [
    'error',
    { name: 'setTimeout', ...ambient('A bare timer', 'use Clock.after or Clock.sleep') },
    { name: 'setInterval', ...ambient('A bare timer', 'use Clock.sleep in a loop') },
    { name: 'setImmediate', ...ambient('A bare timer', 'use Clock.sleep') },
    { name: 'performance', ...ambient('performance.now', 'use Clock.now') },
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', ...ambient('Date.now', 'use Clock.now') },
    { object: 'Math', property: 'random', ...ambient('Math.random', 'use a named Random stream') },
    { object: 'process', property: 'hrtime', ...ambient('process.hrtime', 'use Clock.now') },
  ],
  'no-restricted-syntax': [
    'error',
    {
      selector: "NewExpression[callee.name='Date'][arguments.length=0]",
      ...ambient('new Date()', 'use the wall clock of harness/runtime'),
    },
    { selector: 'ExportDefaultDeclaration', message: 'No default exports: a name is easier to find.' },
  ],
  'no-restricted-imports': [
    'error',
    {
      paths: [
        { name: 'node:timers/promises', message: 'Use Clock.sleep.' },
        { name: 'timers/promises', message: 'Use Clock.sleep.' },
        { name: 'node:timers', message: 'Use Clock.after.' },
      ],
    },
  ],
};

/** Results of these differ in their last bits between engines; one bit is enough to make another history. */
const inexact = (what) => ({
  message: `${what} may differ between releases of V8: deterministic code draws from tables of integers.`,
});
const INEXACT_FUNCTIONS =
  'acos|acosh|asin|asinh|atan|atan2|atanh|cbrt|cos|cosh|exp|expm1|hypot|log|log10|log1p|log2|pow|sin|sinh|tan|tanh';
const noInexact = [
  { selector: "BinaryExpression[operator='**']", ...inexact('**') },
  { selector: "AssignmentExpression[operator='**=']", ...inexact('**=') },
  {
    selector: `MemberExpression[object.name='Math'][property.name=/^(${INEXACT_FUNCTIONS})$/]`,
    ...inexact('This function of Math'),
  },
];

/** What comes in an order, or at a moment, that the seed does not decide. */
const undecided = (what, instead) => ({
  message: `${what} hangs on more than the seed: ${instead}.`,
});
const noOrderLeaks = [
  { selector: 'ForInStatement', ...undecided('for … in', 'go through a Map, or sorted names') },
  {
    selector: 'CallExpression[callee.property.name=/^(localeCompare|toLocale\\w+)$/]',
    ...undecided('The order and form of a locale', 'compare with <, print without'),
  },
  {
    selector: 'Identifier[name=/^(Intl|WeakRef|FinalizationRegistry)$/]',
    ...undecided('What locales and the garbage collector do', 'do without'),
  },
  {
    selector: 'CallExpression[callee.property.name=/^(randomUUID|randomBytes|randomInt|getRandomValues)$/]',
    ...undecided('A random id', 'use a named Random stream'),
  },
];

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'runs/**', '**/fixtures/**', '.cache/**'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...noAmbient,
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/require-await': 'off',
      'max-lines': ['error', { max: 300, skipComments: true, skipBlankLines: true }],
    },
  },
  {
    // What a simulated history hangs on.
    files: [
      'clusters/reference/replica/**/*.ts',
      'clusters/reference/crdt/**/*.ts',
      'clusters/reference/sim/**/*.ts',
      'clusters/reference/partition/**/*.ts',
      'clusters/reference/*.ts',
      'harness/generator/**/*.ts',
      'harness/runner/**/*.ts',
      'nemesis/**/*.ts',
      'workloads/**/*.ts',
    ],
    ignores: ['**/*.test.ts', '**/testing/**'],
    rules: {
      'no-restricted-syntax': [...noAmbient['no-restricted-syntax'], ...noInexact, ...noOrderLeaks],
    },
  },
  {
    // The one place that touches real time and randomness; and what runs outside a run.
    files: [
      'harness/runtime/**',
      'scripts/**',
      'bench/**',
      '**/*.test.ts',
      '**/testing/**',
      '*.config.ts',
      'results/page/**',
    ],
    rules: {
      'no-restricted-globals': 'off',
      'no-restricted-properties': 'off',
      'no-restricted-imports': 'off',
      'no-restricted-syntax': 'off',
      'max-lines': 'off',
    },
  },
  { files: ['*.config.ts', 'eslint.config.js'], rules: { 'no-restricted-syntax': 'off' } },
);
