import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));

// One classic script and one style sheet, which results/report.ts puts inside each report.
export default defineConfig({
  root: here,
  define: { 'process.env.NODE_ENV': '"production"' },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: join(here, '../../dist/page'),
    emptyOutDir: true,
    target: 'es2022',
    lib: {
      entry: join(here, 'main.tsx'),
      formats: ['iife'],
      name: 'alibiReport',
      fileName: () => 'page.js',
      cssFileName: 'page',
    },
  },
});
