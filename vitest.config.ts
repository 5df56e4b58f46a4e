import { defineConfig } from 'vitest/config';

const long = process.env['ALIBI_LONG'] === '1';
const report = process.env['ALIBI_TEST_REPORT'];

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    // `npm test` is to end within three minutes: what takes longer has its own command, `npm run test:long`, and CI runs both.
    exclude: ['node_modules/**', 'dist/**', '.cache/**', ...(long ? [] : ['**/*.long.test.ts'])],
    // CI adds up what ran, what failed and what skipped from this report.
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    // No test leaves a module changed behind it; loading every module anew for every file cost a third of the time.
    isolate: false,
    // Suites with real servers mostly wait: three overlap well on two cores, more only make them slow.
    maxWorkers: 3,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
