/** The layers of docs/architecture.md as a rule: imports point one way. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: `^${from}/`, pathNot: '\\.test\\.ts$|/testing/' },
  to: {
    path: '^(harness|workloads|nemesis|checkers|clusters|results|cli)/',
    pathNot: `^(${allowed.join('|')})(/|\\.ts$)`,
  },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    only('history-knows-nothing', 'harness/history', ['harness/history']),
    only('harness-knows-no-database-no-checker', 'harness', ['harness']),
    only('checkers-know-only-histories', 'checkers', ['checkers', 'harness/history']),
    only('clusters-use-the-harness', 'clusters', ['clusters', 'harness']),
    only('workloads-are-generators', 'workloads', ['workloads', 'harness']),
    only('nemeses-break-clusters-by-interface', 'nemesis', ['nemesis', 'harness']),
    only('results-read-histories-and-verdicts', 'results', [
      'results',
      'checkers',
      'harness/history',
      'harness/runtime',
    ]),
    {
      name: 'tests-are-not-imported',
      severity: 'error',
      from: { pathNot: '\\.test\\.ts$|/testing/' },
      to: { path: '\\.test\\.ts$|/testing/' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^dist/|results/page/)' },
  },
};
