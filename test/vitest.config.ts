import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  oxc: { jsx: { runtime: 'automatic', importSource: 'hono/jsx' } },
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: ['test/support/scratch.ts', 'test/support/postgres.ts'],
    setupFiles: ['test/support/cheapPasswords.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Modules are loaded once a worker, not once a file: a third of the time. What a test leaves behind in one is its own fault.
    isolate: false,
  },
});
