#!/usr/bin/env node
// The command line: `npx kizashi <command>`.
import { Command } from 'commander';
import { type Config, ConfigError, readConfig } from './config.ts';
import { systemActor } from './core/actor.ts';
import { newSecret } from './core/id.ts';
import { openLog } from './core/log.ts';
import { roles } from './core/permission.ts';
import { Problem } from './core/problem.ts';
import type { Ctx } from './db/ctx.ts';
import { runDemo } from './demo.ts';
import { openMigrated, startServer } from './main.ts';
import { addUser } from './person/addUser.ts';
import { AddToken, AddUser } from './person/inputs.ts';
import { addToken } from './person/tokens.ts';

const program = new Command('kizashi').description('Support, returns and quality for a fleet of network cameras');

program
  .command('serve')
  .description('HTTP, ingest and jobs in one process group')
  .action(() => run(serve));
program
  .command('demo')
  .description('serve on a throw-away store, with a simulated fleet and a technician at work')
  .option('--units <count>', 'cameras in service', '2000')
  .option('--seed <number>', 'the simulated world', '7')
  .option('--speed <factor>', 'simulated seconds per second of the past; 0: as fast as it goes', '0')
  .option('--truth <file>', 'where to write the ground truth of the planted defects, as JSON')
  .action((options: { units: string; seed: string; speed: string; truth?: string }) =>
    run((config) => runDemo(config, { units: Number(options.units), seed: Number(options.seed), speed: Number(options.speed), truth: options.truth })),
  );
program
  .command('migrate')
  .description('bring the store to this version')
  .action(() => run((config) => withStore(config, async () => console.log('The store is up to date.'))));

const user = program.command('user').description('people');
user
  .command('add')
  .requiredOption('--email <address>')
  .requiredOption('--role <role>', roles.join(', '))
  .option('--name <name>')
  .option('--locale <locale>', 'ja or en', 'ja')
  .option('--partner <id>')
  .option('--password <password>', 'made up and printed when left out')
  .action((options: Record<string, string | undefined>) =>
    run((config) =>
      withStore(config, async (ctx) => {
        const password = options.password ?? newSecret(12);
        const added = await addUser(
          ctx,
          AddUser.parse({
            email: options.email,
            role: options.role,
            name: options.name ?? options.email,
            locale: options.locale,
            partner_id: options.partner ?? null,
            password,
          }),
        );
        console.log(`${added.email}\n${password}`);
      }),
    ),
  );

const token = program.command('token').description('API tokens');
token
  .command('add')
  .requiredOption('--name <name>')
  .requiredOption('--role <role>', roles.join(', '))
  .option('--partner <id>')
  .option('--scopes <list>', 'comma separated permissions')
  .action((options: Record<string, string | undefined>) =>
    run((config) =>
      withStore(config, async (ctx) => {
        const added = await addToken(
          ctx,
          AddToken.parse({ name: options.name, role: options.role, partner_id: options.partner ?? null, scopes: options.scopes?.split(',') ?? null }),
        );
        console.log(added.token);
      }),
    ),
  );

await program.parseAsync();

async function serve(config: Config): Promise<void> {
  const running = await startServer(config);
  console.log(`Kizashi is running. Sign in at ${running.url}/sign-in`);
  await announceFirstUser(running.url, config, running.store);
  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, resolve);
  });
  console.log(`${signal}: closing`);
  await running.close();
}

/** The first start makes an administrator and prints the way in, once. */
async function announceFirstUser(url: string, config: Config, store: Parameters<typeof contextOf>[1]): Promise<void> {
  const someone = await store.db.selectFrom('users').select('id').executeTakeFirst();
  if (someone !== undefined) return;
  const password = newSecret(12);
  await addUser(contextOf(config, store), AddUser.parse({ email: 'admin@example.com', name: 'Administrator', role: 'admin', password }));
  console.log(`First start. Sign in at ${url}/sign-in as admin@example.com with the password ${password} and change it under Account.`);
}

async function withStore(config: Config, work: (ctx: Ctx) => Promise<void>): Promise<void> {
  const store = await openMigrated(config, openLog(config.log_level));
  try {
    await work(contextOf(config, store));
  } finally {
    await store.close();
  }
}

function contextOf(config: Config, store: Awaited<ReturnType<typeof openMigrated>>): Ctx {
  return { db: store.db, now: Date.now(), zone: config.tz_business, actor: systemActor('command line'), afterCommit: (work) => work() };
}

/** Runs a command; an error the person can mend is printed without a stack, and the process ends with 1. */
async function run(command: (config: Config) => Promise<void>): Promise<void> {
  try {
    await command(readConfig());
  } catch (error) {
    process.exitCode = 1;
    const expected = error instanceof ConfigError || error instanceof Problem || error instanceof Error;
    console.error(expected ? error.message : error);
    if (error instanceof Problem) for (const { path, message } of error.extra.errors ?? []) console.error(`  ${path}: ${message}`);
  }
}
