#!/usr/bin/env node
// The command line: `npx kizashi <command>`.
import { Command } from 'commander';
import { checkTelemetry, checkTotals, doctor, exportCommand, importCommand, ingest, printError, serve, withStore } from './commands.ts';
import { type Config, readConfig } from './config.ts';
import { newSecret } from './core/id.ts';
import { roles } from './core/permission.ts';
import { backupStore, restoreStore } from './db/backup.ts';
import { runDemo } from './demo.ts';
import { findBalanceDrift, recountBalances } from './ledger/balance.ts';
import { type MosquittoOptions, writeMosquittoConfig } from './mqtt/mosquitto.ts';
import { addUser, withPartner } from './person/addUser.ts';
import { AddToken, AddUser } from './person/inputs.ts';
import { addToken } from './person/tokens.ts';

type Options = Readonly<Record<string, string | undefined>>;

const program = new Command('kizashi').description('Support, returns and quality for a fleet of network cameras').showHelpAfterError();
const roleHelp = `one of ${roles.join(', ')}`;

program
  .command('serve')
  .description('HTTP, ingest and jobs in one process group')
  .action(() => run(serve));
program
  .command('ingest')
  .description('an ingest worker alone')
  .action(() => run(ingest));
program
  .command('demo')
  .description('the product on a throw-away store with a simulated fleet')
  .option('--units <count>', 'cameras', '2000')
  .option('--seed <number>', 'the same seed gives the same fleet', '1')
  .option('--speed <factor>', 'how much faster than real time the past is told; 0 is as fast as it is acknowledged', '0')
  .option('--truth <file>', 'where to write what was planted')
  .action((options: Options) =>
    run((config) => runDemo(config, { units: Number(options.units), seed: Number(options.seed), speed: Number(options.speed), truth: options.truth })),
  );
program
  .command('migrate')
  .description('bring the store to this version')
  .action(() => run((config) => withStore(config, async () => console.log('The store is up to date.'))));
program
  .command('doctor')
  .description('look at everything an installation needs')
  .action(() => run(doctor));
program
  .command('check')
  .description('count stock balances anew from the moves and telemetry roll-ups from the raw reports, and say what differs')
  .option('--mend', 'put what was counted in place; roll-ups only while no ingester runs')
  .action((options: { mend?: true }) =>
    run((config) =>
      withStore(config, async (ctx) => {
        await checkBalances(ctx, options.mend === true);
        await checkTelemetry(config, options.mend === true);
        await checkTotals(ctx, options.mend === true);
      }),
    ),
  );
program
  .command('backup')
  .argument('<file>')
  .description('a consistent copy of the running store')
  .action((file: string) => run((config) => backup(config, file)));
program
  .command('restore')
  .argument('<file>')
  .description('put a backup in the place of the store')
  .action((file: string) => run(async (config) => restore(config, file)));
program
  .command('import')
  .argument('<kind>')
  .argument('<file>')
  .option('--dry-run', 'say what would happen, write nothing')
  .description('rows of a CSV file, by the rules of the HTTP import')
  .action((kind: string, file: string, options: { dryRun?: true }) =>
    run((config) => withStore(config, (ctx) => importCommand(ctx, kind, file, options.dryRun === true))),
  );

program
  .command('export')
  .argument('<table>')
  .description('a table as CSV on standard output')
  .action((table: string) => run((config) => withStore(config, (ctx) => exportCommand(ctx, table))));

program
  .command('mosquitto')
  .argument('<folder>')
  .option('--host <address>', 'where mosquitto listens; 0.0.0.0 is every address', '127.0.0.1')
  .option('--port <port>', 'and on which port', '1883')
  .option('--new-password', 'replace the password of the ingester')
  .description('write a configuration of mosquitto that loses nothing, with the passwords and permissions of the devices')
  .action((folder: string, { host, port, newPassword }: { host: string; port: string; newPassword?: true }) =>
    run((config) => withStore(config, (ctx) => mosquittoCommand(ctx, folder, { host, port: Number(port), new_password: newPassword === true }))),
  );

program
  .command('user')
  .description('people')
  .command('add')
  .requiredOption('--email <address>')
  .requiredOption('--role <role>', roleHelp)
  .option('--name <name>')
  .option('--locale <locale>', 'ja or en', 'ja')
  .option('--partner <code>', 'code or id of the partner')
  .option('--password <password>', 'made up and printed when left out')
  .action((options: Options) => run((config) => withStore(config, (ctx) => addUserCommand(ctx, options))));

program
  .command('token')
  .description('API tokens')
  .command('add')
  .requiredOption('--name <name>')
  .requiredOption('--role <role>', roleHelp)
  .option('--partner <code>', 'code or id of the partner')
  .option('--scopes <list>', 'permissions that narrow the role, separated by commas')
  .action((options: Options) => run((config) => withStore(config, (ctx) => addTokenCommand(ctx, options))));

await program.parseAsync();

type Ctx = Parameters<Parameters<typeof withStore>[1]>[0];

async function addUserCommand(ctx: Ctx, { email, role, name, locale, partner, password = newSecret(12) }: Options): Promise<void> {
  const user = await addUser(ctx, AddUser.parse({ email, role, name: name ?? email, locale, partner_id: partner ?? null, password }));
  console.log(`${user.email}\n${password}`);
}

/** Prints the token alone on standard output. */
async function addTokenCommand(ctx: Ctx, { name, role, partner, scopes }: Options): Promise<void> {
  const input = AddToken.parse({ name, role, partner_id: partner ?? null, scopes: scopes?.split(',') ?? null });
  const { token } = await addToken(ctx, await withPartner(ctx, input));
  console.log(token);
}

async function mosquittoCommand(ctx: Ctx, folder: string, options: MosquittoOptions): Promise<void> {
  const { written, config, username, password } = await writeMosquittoConfig(ctx, folder, options);
  console.log(written.join('\n'));
  if (!written.includes(config)) console.log(`${config} is kept as it was. A running mosquitto reads the new passwords on a SIGHUP.`);
  if (password === null) console.log('The ingester keeps its password; --new-password makes another.');
  else console.log(`MQTT_URL=mqtt://127.0.0.1:${options.port} MQTT_USERNAME=${username} MQTT_PASSWORD=${password}`);
}

async function checkBalances(ctx: Ctx, mend: boolean): Promise<void> {
  const drift = mend ? await recountBalances(ctx) : await findBalanceDrift(ctx);
  for (const row of drift) console.log(`${row.model_id} ${row.location} ${row.condition}: cached ${row.cached}, counted ${row.counted}`);
  console.log(drift.length === 0 ? 'Every balance is the sum of its moves.' : mend ? 'Mended.' : 'Run again with --mend to put the counted balances in place.');
  if (drift.length > 0 && !mend) process.exitCode = 1;
}

async function backup(config: Config, file: string): Promise<void> {
  await backupStore(config.database_url, file, (share) => process.stderr.isTTY && process.stderr.write(`\r${Math.round(share * 100)} %`));
  console.log(`Backup written to ${file}. Files under ${config.data_dir} (attachments) are copied separately.`);
}

function restore(config: Config, file: string): void {
  const aside = restoreStore(config.database_url, file, Date.now());
  console.log(aside === null ? 'Restored.' : `Restored. The store that was there is ${aside}`);
}

/** Runs a command; an error is printed without a stack, and the process ends with 1. */
async function run(command: (config: Config) => Promise<void>): Promise<void> {
  try {
    await command(readConfig());
  } catch (error) {
    process.exitCode = 1;
    printError(error);
  }
}
