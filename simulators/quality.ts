// A quality engineer at work through the public HTTP API: claims against the makers of what came back, investigations of what is behind it, and of what the alerts say.
import { type Api, findId, findUnitId, type Made, Refusal } from './api.ts';
import type { Complaint } from './fate.ts';
import { englishWordsOf, findingOf, signalOf, symptomOf, wordsOf } from './findings.ts';
import { pause } from './parallel.ts';
import type { Progress } from './progress.ts';
import { isInService, type Unit, type World } from './world.ts';

const ENGINEER = { email: 'tanaka@example.com', name: '田中 健', role: 'quality', locale: 'ja' } as const;
const ALERTS_EVERY_MS = 10_000;
const MOST_ALERTS = 3;
const MOST_LINES = 20;
const DAY_MS = 86_400_000;

/** What came back confirmed, of one maker, with the model that has most of it. */
interface Failures {
  readonly maker_code: string;
  readonly model_code: string;
  readonly units: readonly { readonly unit: Unit; readonly complaint: Complaint }[];
}

/** Works through the past once, then through alerts as they come, until the signal aborts. */
export async function workOnQuality(api: Api, world: World, progress: Progress, signal: AbortSignal): Promise<void> {
  try {
    const owner_id = await workThroughPast(api, world, progress);
    await followAlerts(api, owner_id, progress, signal);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    progress.say(`  quality work stopped: ${error.message}`);
  }
}

/** An investigation and a claim of the worst, claims of the next two. Answers who owns them. */
export async function workThroughPast(api: Api, world: World, progress: Progress): Promise<string> {
  const owner_id = await engineer(api);
  const [worst, second, third] = worstFirst(world);
  if (worst !== undefined) await investigatePast(api, world, worst, owner_id, progress);
  if (second !== undefined) await claim(api, second, owner_id, 'answered', progress);
  if (third !== undefined) await claim(api, third, owner_id, 'waiting', progress);
  return owner_id;
}

async function engineer(api: Api): Promise<string> {
  try {
    return (await api.post<Made>('/users', ENGINEER)).id;
  } catch (error) {
    // A second run against the same store finds the address taken.
    if (!(error instanceof Refusal) || error.status !== 422) throw error;
    const { items } = await api.get<{ items: { id: string; email: string }[] }>('/users?limit=500');
    return items.find(({ email }) => email === ENGINEER.email)?.id ?? '';
  }
}

/** Makers by confirmed returns, the most first; of each, the model that has most. */
function worstFirst(world: World): Failures[] {
  const confirmed = world.units.flatMap((unit) => {
    const { complaint } = unit.fate;
    return complaint !== null && complaint.verdict === 'confirmed' && !isInService(unit, world.now) ? [{ unit, complaint }] : [];
  });
  return mostFirst(confirmed, ({ unit }) => unit.maker_code).map(([maker_code, units]) => {
    const [model_code, own] = mostFirst(units, ({ unit }) => unit.model_code)[0] ?? ['', []];
    return { maker_code, model_code, units: own.length >= 3 ? own : units };
  });
}

function mostFirst<T>(items: readonly T[], keyOf: (item: T) => string): [key: string, items: T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups].sort(([, a], [, b]) => b.length - a.length);
}

const onDay = (after_days: number): string => new Date(Date.now() + after_days * DAY_MS).toISOString().slice(0, 10);

async function unitIds(api: Api, failures: Failures): Promise<string[]> {
  const ids: string[] = [];
  for (const { unit } of failures.units.slice(0, MOST_LINES)) {
    const id = await findUnitId(api, unit);
    if (id !== '') ids.push(id);
  }
  return [...new Set(ids)];
}

/** A claim of all that failed: answered in part, or still waiting for its answer beyond the deadline. */
async function claim(
  api: Api,
  failures: Failures,
  owner_id: string,
  until: 'answered' | 'waiting',
  progress: Progress,
  investigation_id?: string,
): Promise<string> {
  const lines = (await unitIds(api, failures)).map((unit_id) => ({ unit_id, claimed_amount: 12_000 }));
  const { id } = await api.post<Made>('/claims', {
    maker_id: await findId(api, `/makers?code=${failures.maker_code}`),
    ...(investigation_id === undefined ? {} : { investigation_id }),
    title: `${failures.model_code} ほか 不具合品の補償`,
    statement: '検証で不良が確定した個体について、代金の相殺を請求します。',
    remedy: 'credit',
    currency: 'JPY',
    owner_id,
    next_on: onDay(7),
    lines,
  });
  await api.post(`/claims/${id}/submission`, {
    text: '添付のエビデンス資料をご確認ください。',
    submitted_on: onDay(-40),
    answer_due_on: onDay(until === 'waiting' ? -5 : -12),
  });
  if (until === 'answered') {
    await answer(api, id, lines.length);
    await api.patch(`/claims/${id}`, { next_on: onDay(7) });
  }
  await api.post(`/claims/${id}/evidence`, {});
  progress.say(`  claim of ${lines.length} units against ${failures.maker_code}: ${until}`);
  return id;
}

/** Three in five are accepted and settled, the rest stays open with the maker's reason. */
async function answer(api: Api, id: string, count: number): Promise<void> {
  await api.post(`/claims/${id}/receipt`, { text: '受領しました。調査に入ります。', received_on: onDay(-38), maker_rma: `RMA-${id.slice(-6)}` });
  const { lines } = await api.get<{ lines: Made[] }>(`/claims/${id}`);
  const accepted = Math.ceil(count * 0.6);
  await api.post(`/claims/${id}/answers`, {
    text: `${accepted}台は当社の責任と認めます。残りは再現できませんでした。`,
    answered_on: onDay(-14),
    lines: lines
      .slice(0, accepted)
      .map((line, i) => ({ line_id: line.id, accepted: true, ...(i % 4 === 3 ? { accepted_amount: 8000, reason: '使用期間に応じた減額' } : {}) })),
    rest: 'refuse',
    rest_reason: '当社の検証では再現せず',
  });
  const amount = lines.slice(0, accepted).reduce((sum, _, i) => sum + (i % 4 === 3 ? 8000 : 12_000), 0);
  if (accepted > 0) await api.post(`/claims/${id}/settlement`, { amount, currency: 'JPY', reference: `CN-${id.slice(-6)}`, settled_on: onDay(-3) });
}

/** The whole 8D of the worst model as far as it goes: contained, both causes found, actions under way, a bench test, a known issue, a claim. */
async function investigatePast(api: Api, world: World, failures: Failures, owner_id: string, progress: Progress): Promise<void> {
  const model_id = await findId(api, `/models?code=${failures.model_code}`);
  const symptom = wordsOf(failures.units[0]?.complaint ?? NOTHING).split('。')[0] ?? '';
  const { id } = await api.post<Made>('/investigations', {
    title: `${failures.model_code}: ${symptom}`,
    problem: `返品の検証で ${failures.units.length} 台の不良が確定。発生は特定ロットに偏る。`,
    owner_id,
    next_on: onDay(5),
    next_step: 'メーカーの断面解析結果を確認',
    cohorts: [{ model_id }],
    links: (await unitIds(api, failures)).map((record_id) => ({ kind: 'unit', record_id })),
  });
  await api.post(`/investigations/${id}/holds`, { reason: '原因判明まで出荷を止める' });
  await api.post(`/investigations/${id}/containment`, { containment: '在庫を出荷停止とし、対象拠点へ代替機を先出しする。' });
  await explain(api, id);
  await api.post(`/investigations/${id}/cause-confirmation`, {});
  const sister = world.models.find(({ maker_code, code }) => maker_code === failures.maker_code && code !== failures.model_code);
  for (const [kind, title, days, model] of [
    ['containment', '対象拠点への事前連絡', 3, null],
    ['permanent', '対策部品への切り替え', 30, null],
    ...(sister === undefined ? [] : [['horizontal', '同系列機種の点検', 20, await findId(api, `/models?code=${sister.code}`)] as const]),
  ] as const)
    await api.post(`/investigations/${id}/actions`, { kind, title, owner_id, due_on: onDay(days), ...(model === null ? {} : { model_id: model }) });
  await testSamples(api, id, failures);
  const complaint = failures.units[0]?.complaint ?? NOTHING;
  const issue = await api.post<Made>('/known-issues', {
    title_ja: `${failures.model_code}: ${symptom}`,
    title_en: `${failures.model_code}: ${englishWordsOf(complaint)}`,
    symptom_id: await codeId(api, 'symptom', symptomOf(complaint)),
    failure_mode_id: await codeId(api, 'failure_mode', findingOf(complaint)?.failure_mode),
    signal: signalOf(complaint),
    workaround_ja: '再起動で一時的に復旧します。交換をご案内します。',
    workaround_en: 'A restart helps for a while. Offer a replacement.',
    investigation_id: id,
    cohorts: [{ model_id }],
  });
  await api.post(`/known-issues/${issue.id}/decision`, { event: 'publish' });
  await api.post('/evidence-packs', { subject_kind: 'investigation', subject_id: id });
  await claim(api, failures, owner_id, 'answered', progress, id);
  progress.say(`  investigation of ${failures.model_code} opened, with its claim`);
}

async function codeId(api: Api, tree: 'symptom' | 'failure_mode', code: string | undefined): Promise<string | null> {
  const { items } = await api.get<{ items: { id: string; code: string }[] }>(`/codes/${tree}?limit=500`);
  return items.find((one) => one.code === code)?.id ?? null;
}

const NOTHING: Complaint = { reason: 'nothing', failed_at: 0, returned_at: 0, verdict: 'undetermined', defect_id: null };

async function explain(api: Api, id: string): Promise<void> {
  for (const [branch, whys] of [
    ['occurrence', ['はんだ接合部にクラック', '熱サイクルで応力が集中', '部品配置の変更が評価されていない']],
    ['escape', ['出荷検査で検出できない', '検査に温度負荷がない']],
  ] as const) {
    let parent_id: string | null = null;
    for (const statement of whys) parent_id = (await api.post<Made>(`/investigations/${id}/causes`, { branch, parent_id, statement })).id;
    await api.post(`/investigations/${id}/causes/${parent_id}/decision`, { state: 'confirmed', evidence: '再現試験で確認' });
  }
}

/** Two samples through the temperature cycle, one of which fails. */
async function testSamples(api: Api, investigation_id: string, failures: Failures): Promise<void> {
  const template = await api.post<Made>('/test-templates', {
    code: 'temp-cycle',
    kind: 'temperature',
    name_ja: '温度サイクル試験',
    name_en: 'Temperature cycle',
    method: '-20 °C から 60 °C を 50 回',
    steps: [
      { code: 'cycles', name_ja: 'サイクル数', name_en: 'Cycles', unit: null, min: 50 },
      { code: 'vin', name_ja: '供給電圧', name_en: 'Supply', unit: 'mV', min: 44_000, max: 57_000 },
    ],
  });
  const serials = failures.units.slice(0, 2).map(({ unit }) => unit.serial);
  const { id } = await api.post<Made>('/test-records', { template_id: template.id, investigation_id, title: `${failures.model_code} 温度サイクル`, serials });
  const { samples } = await api.get<{ samples: Made[] }>(`/test-records/${id}`);
  for (const [i, sample] of samples.entries()) {
    await api.post(`/test-records/${id}/values`, { sample_id: sample.id, step_code: 'cycles', value: i === 0 ? 50 : 31 });
    await api.post(`/test-records/${id}/values`, { sample_id: sample.id, step_code: 'vin', value: 47_800 + 120 * i });
  }
  await api.post(`/test-records/${id}/conclusion`, { result: 'fail', conclusion: '2台中1台が31サイクルで停止。不具合を再現した。' });
}

/** The first alerts are looked into: acknowledged, investigated, and the customers at risk get a case before they call. */
async function followAlerts(api: Api, owner_id: string, progress: Progress, signal: AbortSignal): Promise<void> {
  for (let opened = 0; opened < MOST_ALERTS && !signal.aborted; ) {
    await pause(ALERTS_EVERY_MS, signal);
    if (signal.aborted) return;
    const { items } = await api.get<{ items: { id: string; model_code: string | null }[] }>('/alerts?state=open&limit=1');
    const [alert] = items;
    if (alert === undefined) continue;
    await api.post(`/alerts/${alert.id}/acknowledgement`, {});
    await api.post('/investigations', {
      title: [alert.model_code, '警告の調査'].filter((part) => part !== null).join(' '),
      problem: '早期警告により、対象群の発生率が想定を上回ることを検知。',
      owner_id,
      next_on: onDay(2),
      next_step: '対象個体のテレメトリを確認',
      source_kind: 'alert',
      source_id: alert.id,
    });
    await api
      .post('/proactive-cases', { alert_id: alert.id, subject: '予防的なご連絡', note: '早期警告の対象です。状況を確認してください。' })
      .catch(() => undefined);
    opened += 1;
    progress.say('  an alert is being investigated');
  }
}
