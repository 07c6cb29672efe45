// Rows of two partners for the walk through every route: whatever one of them owns carries a word, whatever staff keeps about it another.

import { writeArticle } from '../../src/article/write.ts';
import { askOthers } from '../../src/case/ask.ts';
import { addWorkaround, saveTemplate } from '../../src/case/catalogue.ts';
import { waitFor } from '../../src/case/course.ts';
import { writeMessage } from '../../src/case/message.ts';
import { openCase } from '../../src/case/open.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { logWork } from '../../src/case/unit.ts';
import { planVisit } from '../../src/case/visit.ts';
import { addNote } from '../../src/kpi/keep.ts';
import { proposeImprovement } from '../../src/learning/improve.ts';
import { writeNews } from '../../src/notice/news.ts';
import { approveNotice, sendNotice, submitNotice, writeNotice } from '../../src/notice/write.ts';
import { addUser } from '../../src/person/addUser.ts';
import { AddUser } from '../../src/person/inputs.ts';
import { fileReturn } from '../../src/returns/file.ts';
import { addWebhook } from '../../src/webhook/webhooks.ts';
import { aoi, as, DAY, lena } from '../case/cast.ts';
import { NOW, type TestStore } from './eachDb.ts';

/** Stands in every text of the other partner's rows. */
export const SECRET = 'SOUTHSECRET';
/** Stands in everything staff keeps for itself, about anybody's rows. */
export const INTERNAL = 'STAFFONLY';

export interface Planted {
  readonly ids: string[];
  readonly marks: string[];
}

/** Rows of one partner of every kind a partner may see, and of those about them that it may not. */
export async function plantPartner(test: TestStore, partner: string, customer: string, unit: string, word: string): Promise<Planted> {
  const { db } = test.store;
  const row = await openCase(as(test, aoi), {
    type: 'trouble',
    source: 'mail',
    initiated_by: 'customer',
    subject: `${word} picture`,
    message: `${word} message`,
    customer_id: customer,
    unit_ids: [unit],
  });
  const internal = `${INTERNAL} ${word}`;
  await giveOwner(as(test, aoi), row.id, { summary: internal, next_step: internal, next_due_at: NOW + DAY });
  await giveOwner(as(test, aoi), row.id, { owner_id: 'lena', reason: internal, summary: internal });
  await waitFor(as(test, aoi), row.id, { waiting_for: 'maker', next_step: internal, reason: internal });
  await writeMessage(as(test, aoi), row.id, { text: internal, visibility: 'internal', from: 'staff' });
  await logWork(as(test, aoi), row.id, { minutes: 7 });
  const request = await askOthers(as(test, aoi), row.id, { kind: 'advice', asked_of: internal, question: internal, due_at: NOW + DAY });
  const visit = await planVisit(as(test, aoi), row.id, { visit_on: '2026-04-09', coverage: 'goodwill', coverage_reason: internal });
  const found = await fileReturn(as(test, aoi), {
    type: 'return_first',
    customer_id: customer,
    case_id: row.id,
    note: `${word} note`,
    units: [{ unit_id: unit, reported_text: word }],
  });
  const returned = await db.selectFrom('return_units').select('id').where('return_id', '=', found.id).executeTakeFirstOrThrow();
  await db
    .insertInto('sites')
    .values({
      id: `site-${partner}`,
      customer_id: customer,
      partner_id: partner,
      code: `S-${word}`,
      name: `${word} site`,
      kind: null,
      region: null,
      address: word,
      created_at: NOW,
      version: 1,
    })
    .execute();
  await db
    .insertInto('attachments')
    .values(
      (['public', 'internal'] as const).map((visibility) => ({
        id: visibility === 'public' ? `file-${partner}` : `internal-file-${partner}`,
        record_kind: 'case',
        record_id: row.id,
        partner_id: partner,
        visibility,
        name: visibility === 'public' ? `${word}.jpg` : `${internal}.jpg`,
        media_type: 'image/jpeg',
        size_bytes: 3,
        sha256: 'ab'.repeat(32),
        created_by: 'aoi',
        created_at: NOW,
        removed_at: null,
      })),
    )
    .execute();
  await db
    .insertInto('service_intervals')
    .values({
      id: `si-${partner}`,
      unit_id: unit,
      site_id: `site-${partner}`,
      customer_id: customer,
      from_on: '2026-01-10',
      to_on: null,
      estimated_at: null,
      mounting: null,
      power: null,
      network: null,
      created_at: NOW,
      version: 1,
    })
    .execute();
  const notice = await noticeFor(test, unit, word);
  const ids = [
    row.id,
    row.number,
    request.id,
    visit.id,
    found.id,
    found.number,
    returned.id,
    unit,
    customer,
    partner,
    `site-${partner}`,
    `file-${partner}`,
    `internal-file-${partner}`,
    notice,
    `k-${customer}`,
  ];
  return { ids, marks: [word, `it@${customer}.example`, `${customer} KK`, row.id, found.id, request.id, `site-${partner}`, `file-${partner}`] };
}

async function noticeFor(test: TestStore, unit: string, word: string): Promise<string> {
  const row = await writeNotice(as(test, aoi), {
    kind: 'defect',
    subject_en: `${word} notice`,
    body_en: word,
    subject_ja: word,
    body_ja: word,
    checklist: [],
    starts_at: null,
    ends_at: null,
    query: { model_ids: [], batch_ids: [], firmware_ids: [], site_ids: [], unit_ids: [unit], alert_id: null },
  });
  await submitNotice(as(test, aoi), row.id);
  await approveNotice(as(test, lena), row.id, 1);
  return (await sendNotice(as(test, aoi), row.id)).id;
}

/** What is nobody's but ours: rows of kinds no partner may see. Their ids. */
export async function plantStaff(test: TestStore): Promise<string[]> {
  const [ours, lead] = [as(test, aoi), as(test, lena)];
  const text = { body_en: INTERNAL, body_ja: INTERNAL };
  const template = await saveTemplate(ours, { code: 'canary', type: null, name: INTERNAL, ...text });
  const workaround = await addWorkaround(ours, {
    maker_id: null,
    model_id: null,
    firmware_id: null,
    category_id: null,
    title_en: INTERNAL,
    title_ja: INTERNAL,
    steps_en: INTERNAL,
    steps_ja: INTERNAL,
  });
  const news = await writeNews(lead, { kind: 'rule', title_en: INTERNAL, title_ja: INTERNAL, ...text, confirm_by_at: null });
  const scope = { model_id: 'x100', maker_id: null, category_id: null, cause_id: null, owner_id: null };
  const article = await writeArticle(ours, { title_en: INTERNAL, title_ja: INTERNAL, ...text, ...scope });
  const item = await proposeImprovement(ours, {
    title: INTERNAL,
    hypothesis: INTERNAL,
    cause_id: null,
    category_id: null,
    model_id: 'x100',
    owner_id: 'aoi',
    case_ids: [],
  });
  const note = await addNote(ours, { kpi: 'csat', noted_on: '2026-04-01', note: INTERNAL });
  const hook = await addWebhook(test.ctx(), { url: `https://${INTERNAL.toLowerCase()}.example/`, events: ['*'] });
  const own = await openCase(ours, { type: 'internal', source: 'staff', initiated_by: 'staff', subject: INTERNAL, message: INTERNAL, unit_ids: [] });
  await addUser(
    test.ctx(),
    AddUser.parse({ email: 'canary@kizashi.example', name: INTERNAL, role: 'lead', locale: 'en', partner_id: null, password: 'correct horse battery' }),
  );
  await test.store.db
    .insertInto('automatic_mails')
    .values({
      id: 'canary-mail',
      message_id: '<canary@x>',
      state: 'waiting',
      from_email: `${INTERNAL.toLowerCase()}@x.example`,
      from_name: INTERNAL,
      subject: INTERNAL,
      body: INTERNAL,
      bounced: 0,
      outbox_id: null,
      files: '[]',
      refused_files: '[]',
      sent_at: null,
      received_at: NOW,
      case_id: null,
      settled_by: null,
      settled_at: null,
      reason: null,
      version: 1,
    })
    .execute();
  const draft = { created_by: 'aoi', created_at: NOW, updated_at: NOW, version: 1, published_at: null, fixed_in: null, fixed_firmware_id: null, signal: null };
  await test.store.db
    .insertInto('known_issues')
    .values({
      ...draft,
      id: 'draft-issue',
      number: 'KI-9',
      title_en: INTERNAL,
      title_ja: INTERNAL,
      workaround_en: INTERNAL,
      workaround_ja: INTERNAL,
      symptom_id: null,
      failure_mode_id: null,
      investigation_id: null,
      state: 'draft',
    })
    .execute();
  await test.store.db
    .insertInto('known_issue_cohorts')
    .values({ id: 'draft-cohort', known_issue_id: 'draft-issue', model_id: 'x100', hw_rev: null, batch_id: null, firmware_id: null })
    .execute();
  return [template.id, workaround.id, news.id, article.id, article.slug, item.id, note.id, hook.id, own.id, own.number, 'draft-issue', 'KI-9', 'canary-mail'];
}
