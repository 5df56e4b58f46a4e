import { defineConfig } from 'vitest/config';

/** The tests of one folder, for scripts/mutation.ts: nothing but what should kill its mutants. */
export default defineConfig({
  test: {
    root: process.cwd(),
    include: (process.env['ALIBI_MUTATION_TESTS'] ?? '').split(','),
    maxWorkers: 1,
    testTimeout: 120_000,
  },
});
