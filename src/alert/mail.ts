// Mails an alert to the people of quality, each in their language. The outbox sends it; the same alert and level is queued once.
import { defineWords } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import { queueMail } from '../outbox/tell.ts';
import type { AlertRow } from './table.ts';

const words = defineWords({
  subject: (model: string, signal: string) => [`Alert: ${model}, ${signal}`, `警告: ${model} ${signal}`],
  platform: ['the platform', 'プラットフォーム全体'],
  text: (model: string, signal: string, since: string, url: string) => [
    `${model} shows more "${signal}" than it should, since about ${since}.\n\n${url}\n`,
    `${model} で「${signal}」が ${since} 頃から通常より多く発生しています。\n\n${url}\n`,
  ],
});

export async function mailAlert(ctx: Ctx, alert: AlertRow): Promise<void> {
  const [model, signal, people] = await Promise.all([
    alert.model_id === null ? undefined : ctx.db.selectFrom('models').select('code').where('id', '=', alert.model_id).executeTakeFirst(),
    ctx.db.selectFrom('signals').select(['name_en', 'name_ja']).where('code', '=', alert.signal).executeTakeFirst(),
    ctx.db.selectFrom('users').select(['email', 'locale']).where('role', 'in', ['quality', 'lead']).where('disabled_at', 'is', null).execute(),
  ]);
  for (const { email, locale } of people) {
    const w = words(locale);
    const names = [model?.code ?? w.platform, (locale === 'ja' ? signal?.name_ja : signal?.name_en) ?? alert.signal] as const;
    await queueMail(ctx, {
      to: email,
      topic: 'alert.raised',
      subject: w.subject(...names),
      text: w.text(...names, alert.started_on, `{{public_url}}/alerts/${alert.id}`),
      dedupe_key: `alert:${alert.id}:${alert.level}:${email}`,
    });
  }
}
