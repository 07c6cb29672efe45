// What the product does by itself, as people read it where else a person's name stands.
import { type Bilingual, type Locale, speak } from './words.ts';

const by = (english: string, japanese: string): Bilingual => [`Kizashi: ${english}`, `Kizashi（${japanese}）`];

const programWords: Readonly<Record<string, Bilingual>> = {
  'command line': ['command line', 'コマンドライン'],
  'contact-form': ['contact form', 'お問い合わせフォーム'],
  'rating-link': ['the customer, by the link of the rating', 'お客様（評価リンク）'],
  demo: by('demo', 'デモ'),
  receiving: by('receiving', '受領'),
  'return reminders': by('reminders of returns', '返却催促'),
  'warm-kpis': by('KPIs', 'KPI集計'),
  'forget-idempotency-keys': by('housekeeping', '定期整理'),
  'forget-drafts': by('housekeeping', '定期整理'),
  'mend-imports': by('interrupted imports', '中断した取り込みの復旧'),
  freeze: by('failure rates', '故障率の集計'),
  'forecast-spares': by('forecast of spares', '需要予測'),
  'remind-overdue-returns': by('overdue returns', '返却期限の確認'),
  'prove-stock-books': by('check of the stock books', '在庫帳簿の検算'),
  'close-settled-cases': by('settled cases', '解決済みの完了処理'),
  'count-cohorts': by('counts for early warning', '早期警告の集計'),
  'learn-signals': by('usual rates of signals', '信号の基準値の更新'),
  'scan-cohorts': by('early warning', '早期警告'),
  'follow-incidents': by('early warning', '早期警告'),
  'watch-sites': by('site outages', '拠点障害の監視'),
  'follow-firmware': by('reported firmware', 'ファームウェア報告'),
  'follow-all-firmware': by('reported firmware', 'ファームウェア報告'),
  'match-known-issues': by('known issues', '既知の不具合の照合'),
  'watch-fixes': by('watch over fixes', '対策効果の監視'),
  'remind-actions': by('actions due', '対策期限の確認'),
  'remind-claim-deadlines': by('deadlines of claims', '折衝期限の確認'),
  'deliver-outbox': by('mail and webhooks', 'メール・Webhook送信'),
};

/** Whether the product itself acts under that name. */
export const isProgram = (name: string): boolean => name in programWords;

/** Who did it, for a reader: a person by name, the product by what it did. */
export function actorName(name: string, locale: Locale): string {
  const program = programWords[name];
  return program === undefined ? name : speak(program, locale);
}
