import { defineConfig } from 'vitest/config';

const report = process.env['ALIBI_TEST_REPORT'];

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['node_modules/**', 'dist/**'],
    // CI adds up what ran, what failed and what skipped from this report.
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    // Two cores: more workers would only make the timing-sensitive suites (real servers) noisy.
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
