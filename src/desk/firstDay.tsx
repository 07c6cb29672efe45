// The first day of an installation: what to do, in order, and what is done already. For administrators, until there are units.
import { Fragment } from 'hono/jsx';
import { defineWords } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';

const words = defineWords({
  title: ['Getting started', 'はじめに'],
  done: ['done', '完了'],
  models: ['Import your models and their warranty', '機種と保証期間を取り込む'],
  units: ['Import your cameras, with site and customer', '個体を拠点・顧客とともに取り込む'],
  users: ['Add the people who will work here', '利用者を追加する'],
  devices: ['Let the cameras report', 'カメラからの送信を始める'],
  password: ['Change the password of the first start', '初期パスワードを変更する'],
});

type Step = 'password' | 'users' | 'models' | 'units' | 'devices';

const paths: Readonly<Record<Step, string>> = { password: '/account', users: '/settings', models: '/imports', units: '/imports', devices: '/devices' };

export interface FirstDay {
  readonly step: Step;
  readonly done: boolean;
}

/** The steps, or none once there are units or for everyone but an administrator. Five look-ups of one row, on the first day only. */
export async function firstDay({ actor, db }: Ctx): Promise<readonly FirstDay[]> {
  if (actor.role !== 'admin' || actor.partner_id !== null) return [];
  const any = async (table: 'units' | 'models' | 'devices'): Promise<boolean> =>
    (
      await db
        .selectFrom(table)
        .select((of) => of.lit(1).as('one'))
        .limit(1)
        .execute()
    ).length > 0;
  if (await any('units')) return [];
  const people = await db.selectFrom('users').select('id').limit(2).execute();
  const changed = await db
    .selectFrom('history')
    .select('id')
    .where('record_kind', '=', 'user')
    .where('record_id', '=', actor.id)
    .where('action', '=', 'user.changed')
    .limit(1)
    .execute();
  return [
    { step: 'password', done: changed.length > 0 },
    { step: 'users', done: people.length > 1 },
    { step: 'models', done: await any('models') },
    { step: 'units', done: false },
    { step: 'devices', done: await any('devices') },
  ];
}

export function FirstDayPanel({ c, steps }: { c: AppContext; steps: readonly FirstDay[] }) {
  if (steps.length === 0) return <Fragment />;
  const w = words(c.var.locale);
  return (
    <section class="panel first-day">
      <h2>{w.title}</h2>
      <ol>
        {steps.map(({ step, done }) => (
          <li>
            <a href={paths[step]} class={done ? 'none' : undefined}>
              <span>{w[step]}</span>
              {done ? <b>✓ {w.done}</b> : <b aria-hidden="true">→</b>}
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}
