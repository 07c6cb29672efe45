// One PostgreSQL for the whole test run.
import type { TestProject } from 'vitest/node';
import { launchPostgres } from './launchPostgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string;
  }
}

export default async function startPostgres(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await launchPostgres();
  project.provide('postgresUrl', postgres.url);
  return postgres.stop;
}
