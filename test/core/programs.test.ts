// What the product does by itself has a name people can read, in both languages.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { actorName, isProgram } from '../../src/core/programs.ts';
import { deliveryJob, mendingJob, schedule } from '../../src/jobs/schedule.ts';

it('every job and every other actor of the product has words', () => {
  const src = new URL('../../src/', import.meta.url).pathname;
  const said = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .flatMap((path) => [...readFileSync(src + path, 'utf8').matchAll(/systemActor\('([^']+)'\)/g)].map(([, name = '']) => name));
  expect(said.length).toBeGreaterThan(4);
  const jobs = [...schedule, deliveryJob({}), mendingJob([])].map(({ name }) => name);
  expect([...said, ...jobs].filter((name) => !isProgram(name))).toEqual([]);
});

it('a person keeps the own name', () => {
  expect([actorName('close-settled-cases', 'ja'), actorName('佐藤 美咲', 'en')]).toEqual(['Kizashi（解決済みの完了処理）', '佐藤 美咲']);
});
