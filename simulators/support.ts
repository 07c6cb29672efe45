// The support desk at work through the public HTTP API: a month of inquiries with every message at its hour, then those that come in while one looks.
import { type Api, findUnitId, type Made, Refusal } from './api.ts';
import { dayText, JST_MS } from './csv.ts';
import { DAY_MS } from './defects.ts';
import { inParallel, pause } from './parallel.ts';
import type { Progress } from './progress.ts';
import { happens, pick, pickWeighted, seedOf, wholeBetween } from './random.ts';
import { importCsv, OWNER } from './technician.ts';
import { type Cause, type CauseCode, causes, type Topic, topics } from './topics.ts';
import { inService, type Unit, type World } from './world.ts';

const AGENTS = [OWNER, { email: 'yamaguchi@example.com', name: '山口 大輔', role: 'tech', locale: 'ja' }] as const;

const MINUTE_MS = 60_000;
const PAST_DAYS = 30;
/** The course of an inquiry is over within two days. */
const YOUNGEST_DAYS = 2;
const PER_WORKING_DAY = 3;
const WORKED_MINUTES = 120;
/** A reply within four hours is what the desk has set itself. */
const REPLY_GOAL_MS = 240 * MINUTE_MS;
const SOLVED_SHARE = 0.9;
/** Of the live inquiries: the others wait for the customer. */
const SOLVED_AT_ONCE = 0.6;
const RATED_SHARE = 0.4;
const RATINGS = [5, 5, 5, 4, 4, 3, 2];
const AT_ONCE = 4;

/** What every inquiry needs: who answers, and the ids of what it is about. */
interface Desk {
  readonly agents: readonly string[];
  readonly customers: ReadonlyMap<string, string>;
  readonly codes: CaseCodes;
}

/** The ids of the desk's own codes. */
export interface CaseCodes {
  readonly categories: ReadonlyMap<string, string>;
  readonly causes: ReadonlyMap<string, string>;
}

interface Inquiry {
  readonly seed: number;
  readonly topic: Topic;
  /** What the desk finds when it solves it. */
  readonly cause: CauseCode | null;
  readonly unit: Unit;
  readonly opened_at: number;
}

/** When the desk and the customer said what; epoch ms. Two in five customers say afterwards how they were served. */
interface Course {
  readonly replied_at: number;
  readonly reacted_at: number;
  readonly settled_at: number;
  readonly solved_at: number | null;
  readonly rating: number | null;
}

/** The desk's own lists and a month of work that is done. */
export async function enterSupport(api: Api, world: World, codes: CaseCodes, progress: Progress): Promise<Desk> {
  const desk = { agents: await enterAgents(api), customers: await customerIds(api), codes };
  await enterHours(api, desk, world);
  const past = pastInquiries(world);
  const ids = await importInquiries(api, past, progress);
  const step = progress.begin('what was said in a month of inquiries');
  await inParallel(past, AT_ONCE, (inquiry, n) => fillIn(api, ids[n] ?? '', inquiry));
  await api.post('/kpi-targets', { kpi: 'first_reply', from_on: dayText(world.now - PAST_DAYS * DAY_MS), goal: REPLY_GOAL_MS, owner_id: desk.agents[0] });
  step.done(`${past.length} answered`);
  return desk;
}

/** One for each customer; a case opened afterwards finds the one in force. */
export async function enterContracts(api: Api, world: World): Promise<void> {
  await inParallel(world.customers, AT_ONCE, ({ code }, n) =>
    api.post('/contracts', {
      customer_code: code,
      code: `K-${String(n + 1).padStart(4, '0')}`,
      plan: n % 3 === 0 ? '保守 フル' : '保守 標準',
      coverage: n % 3 === 0 ? 'full' : 'advance_replacement',
      starts_on: dayText(world.now - wholeBetween(300, 900, world.seed, `contract of ${code}`) * DAY_MS),
    }),
  );
}

/** One inquiry after another about cameras that show a fault, `pace_s` apart, until the signal aborts. */
export async function answerInquiries(api: Api, desk: Desk, world: World, progress: Progress, options: { pace_s: number; signal: AbortSignal }): Promise<void> {
  const troubled = inService(world).filter(({ fate }) => fate.faults.some(({ at }) => at <= world.now));
  for (const [n, unit] of troubled.entries()) {
    await pause(options.pace_s * 1000, options.signal);
    if (options.signal.aborted) return;
    const inquiry = inquiryOf(seedOf(world.seed, `live ${n}`), unit, Date.now());
    try {
      const id = await open(api, desk, inquiry);
      await take(api, desk, id, inquiry);
      await pause(options.pace_s * 500, options.signal);
      await settle(api, desk, id, inquiry);
      progress.say(`  inquiry of ${unit.site.name}: ${inquiry.topic.name_en.toLowerCase()}`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      progress.say(`  inquiry of ${unit.site.name} stopped: ${error.message}`);
    }
  }
}

async function enterAgents(api: Api): Promise<string[]> {
  const known = await api.get<{ items: { id: string; email: string }[] }>('/users?limit=500');
  return inParallel(AGENTS, 1, async (agent) => known.items.find(({ email }) => email === agent.email)?.id ?? (await api.post<Made>('/users', agent)).id);
}

async function customerIds(api: Api): Promise<Map<string, string>> {
  const { items } = await api.get<{ items: { id: string; code: string }[] }>('/customers?limit=500');
  return new Map(items.map(({ id, code }) => [code, id]));
}

/** What inquiries are sorted by; entered before the first of them. */
export async function enterCaseCodes(api: Api): Promise<CaseCodes> {
  const enter = async (tree: 'category' | 'cause', codes: readonly Cause[]) =>
    new Map(
      await inParallel(
        codes,
        1,
        async ({ code, name_en, name_ja }) => [code, (await api.post<Made>('/case-codes', { tree, code, name_en, name_ja })).id] as const,
      ),
    );
  return {
    categories: await enter(
      'category',
      topics.map(({ category, name_en, name_ja }) => ({ code: category, name_en, name_ja })),
    ),
    causes: await enter('cause', causes),
  };
}

async function enterHours(api: Api, desk: Desk, world: World): Promise<void> {
  for (const day of workingDays(world)) {
    for (const user_id of desk.agents) await api.post('/work-hours', { user_id, worked_on: dayText(day), minutes: WORKED_MINUTES });
  }
}

/** Midnights in Japan of the Mondays to Fridays of the last month, without the last two days, as epoch ms, oldest first. */
function workingDays(world: World): number[] {
  const today = Math.floor((world.now + JST_MS) / DAY_MS) * DAY_MS - JST_MS;
  const days = Array.from({ length: PAST_DAYS - YOUNGEST_DAYS }, (_, n) => today - (PAST_DAYS - n) * DAY_MS);
  return days.filter((day) => ![0, 6].includes(new Date(day + JST_MS).getUTCDay()));
}

function pastInquiries(world: World): Inquiry[] {
  const units = inService(world);
  return workingDays(world).flatMap((day) =>
    Array.from({ length: PER_WORKING_DAY }, (_, n) => {
      const seed = seedOf(world.seed, `inquiry ${day} ${n}`);
      return inquiryOf(seed, pick(units, seed, 'unit'), day + wholeBetween(9 * 60, 17 * 60, seed, 'minute') * MINUTE_MS);
    }),
  );
}

function inquiryOf(seed: number, unit: Unit, opened_at: number): Inquiry {
  const topic = pickWeighted(topics, ({ weight }) => weight, seed, 'topic');
  const [cause] = pickWeighted(topic.causes, ([, weight]) => weight, seed, 'cause');
  return { seed, topic, cause, unit, opened_at };
}

async function open(api: Api, desk: Desk, { seed, topic, unit, opened_at }: Inquiry): Promise<string> {
  const unit_id = await findUnitId(api, unit);
  const { id } = await api.post<Made>('/cases', {
    type: topic.type,
    source: channelOf(seed),
    subject: topic.subject,
    message: `${unit.site.name}です。${topic.message}`,
    customer_id: desk.customers.get(unit.site.customer_code) ?? null,
    unit_ids: topic.type === 'contract' || unit_id === '' ? [] : [unit_id],
    at: at(opened_at),
  });
  return id;
}

const channelOf = (seed: number) => pick(['mail', 'phone', 'chat'] as const, seed, 'channel');

const take = (api: Api, desk: Desk, id: string, { seed, topic }: Inquiry): Promise<unknown> =>
  api.post(`/cases/${id}/owner`, {
    owner_id: pick(desk.agents, seed, 'agent'),
    category_id: desk.codes.categories.get(topic.category) ?? null,
    next_step: 'お客様へ回答',
    next_due_at: at(Date.now() + DAY_MS),
  });

/** Solved at once with what was behind it, or answered with a question. */
const settle = (api: Api, desk: Desk, id: string, { seed, topic, cause }: Inquiry): Promise<unknown> =>
  happens(SOLVED_AT_ONCE, seed, 'solved at once')
    ? api.post(`/cases/${id}/solution`, { solution: topic.solution, cause_id: desk.codes.causes.get(cause ?? '') ?? null, reply: topic.replies.at(-1) })
    : api.post(`/cases/${id}/messages`, { text: topic.replies[0], visibility: 'public', waiting_for: 'customer' });

/** The frame of every inquiry as a file of the old system. Answers the ids of the cases in the order of the inquiries. */
async function importInquiries(api: Api, inquiries: readonly Inquiry[], progress: Progress): Promise<string[]> {
  const rows = inquiries.map((inquiry, n) => {
    const { seed, topic, cause, unit, opened_at } = inquiry;
    const { solved_at, rating } = courseOf(inquiry);
    return {
      case_no: `IN-${String(n + 1).padStart(5, '0')}`,
      opened_at: at(opened_at),
      customer_code: unit.site.customer_code,
      serial: unit.serial,
      model_code: unit.model_code,
      channel: channelOf(seed),
      category: topic.category,
      cause: solved_at === null ? null : cause,
      owner: pick(AGENTS, seed, 'agent').email,
      solved_at: solved_at === null ? null : at(solved_at),
      rating,
    };
  });
  const made = await importCsv(api, progress, 'cases', rows);
  if (made === null) return [];
  const { items } = await api.get<{ items: { row_no: number; record_id: string }[] }>(`/imports/${made.id}/changes?limit=500`);
  return items.sort((a, b) => a.row_no - b.row_no).map(({ record_id }) => record_id);
}

/** What the file did not say: the words, each at its hour, and the work. */
async function fillIn(api: Api, id: string, inquiry: Inquiry): Promise<void> {
  const { seed, topic, unit, opened_at } = inquiry;
  const { replied_at, reacted_at, settled_at, solved_at } = courseOf(inquiry);
  const [first, second] = topic.replies;
  const say = (text: string, said_at: number, from: 'staff' | 'customer') =>
    api.post(`/cases/${id}/messages`, { text, visibility: 'public', from, at: at(said_at) });
  await api.post(`/cases/${id}/description`, { type: topic.type, subject: topic.subject });
  await say(`${unit.site.name}です。${topic.message}`, opened_at, 'customer');
  await say(first, replied_at, 'staff');
  if (second !== undefined) {
    await say(topic.reaction, reacted_at, 'customer');
    await say(second, settled_at, 'staff');
  }
  await api.post(`/cases/${id}/work`, { minutes: wholeBetween(8, 45, seed, 'work'), worked_at: at(settled_at) });
  if (solved_at === null)
    await api.post(`/cases/${id}/next-step`, { next_step: '交換後の状況を確認', next_due_at: at(Date.now() + wholeBetween(1, 5, seed, 'due') * DAY_MS) });
}

function courseOf({ seed, opened_at }: Inquiry): Course {
  const replied_at = opened_at + wholeBetween(8, 180, seed, 'first reply') * MINUTE_MS;
  const reacted_at = replied_at + wholeBetween(20, 300, seed, 'reaction') * MINUTE_MS;
  const settled_at = reacted_at + wholeBetween(15, 240, seed, 'second reply') * MINUTE_MS;
  const solved = happens(SOLVED_SHARE, seed, 'solved');
  return {
    replied_at,
    reacted_at,
    settled_at,
    solved_at: solved ? settled_at + wholeBetween(30, 8 * 60, seed, 'solution') * MINUTE_MS : null,
    rating: solved && happens(RATED_SHARE, seed, 'rates') ? pick(RATINGS, seed, 'rating') : null,
  };
}

const at = (ms: number): string => new Date(ms).toISOString();
