// A store with a record of every kind that has a page: for tests that look at all pages.
import { publishArticle, writeArticle } from '../../src/article/write.ts';
import { saveCaseCode } from '../../src/case/catalogue.ts';
import { solveCase } from '../../src/case/course.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { createBatch } from '../../src/catalog/write.ts';
import { createClaim } from '../../src/claim/create.ts';
import { freezeEvidence } from '../../src/claim/evidence.ts';
import { CreateClaim } from '../../src/claim/inputs.ts';
import { newId } from '../../src/core/id.ts';
import { MINUTE_MS } from '../../src/core/time.ts';
import type { Store } from '../../src/db/open.ts';
import { startInspection } from '../../src/inspection/inspect.ts';
import { OpenInvestigation } from '../../src/investigation/inputs.ts';
import { openInvestigation } from '../../src/investigation/open.ts';
import { saveTestTemplate, startTest } from '../../src/investigation/test.ts';
import { SaveTestTemplate, StartTest } from '../../src/investigation/testInputs.ts';
import { startCount } from '../../src/stock/count.ts';
import { createOrder } from '../../src/stock/order.ts';
import { countCohorts } from '../../src/telemetry/cohorts.ts';
import { importFile } from '../../src/transfer/importFile.ts';
import { unitsImport } from '../../src/unit/importUnits.ts';
import { aoi, as, asked, castDesk, DAY, lena } from '../case/cast.ts';
import { openStation, registerDevices, report } from '../telemetry/station.ts';
import { alertRow } from './alertRow.ts';
import { plantPartner, plantStaff } from './canaries.ts';
import { NOW, type TestStore, testCtx } from './eachDb.ts';
import { fullStore } from './fullStore.ts';

/** Fills the store through the verbs of the product, as of `now`. */
export async function everything(store: Store, now: number): Promise<void> {
  await fullStore(store, now);
  const test: TestStore = { dialect: store.dialect, store, ctx: (changes = {}) => testCtx(store, { now, ...changes }) };
  await castDesk(store);
  await plantPartner(test, 'north', 'yuki', 'u2', '北');
  await plantStaff(test);
  const solved = await asked(as(test, aoi));
  await giveOwner(as(test, aoi), solved.id, {});
  await solveCase(as(test, aoi, DAY), solved.id, { solution: 'x', reply: 'Restarted.' });
  await askThrice(test, now - DAY);
  const text = { title_en: 'Restart', title_ja: '再起動', body_en: 'x', body_ja: 'x' };
  const scope = { model_id: 'x100', maker_id: null, category_id: null, cause_id: null, owner_id: null };
  const article = await writeArticle(as(test, aoi), { ...text, ...scope });
  await publishArticle(as(test, aoi), article.id);
  const [lead, model] = [as(test, lena), { model_id: 'x100' }];
  const investigation = await openInvestigation(lead, OpenInvestigation.parse({ title: '夜間に再起動', problem: 'x', cohorts: [model] }));
  await createClaim(lead, CreateClaim.parse({ maker_id: 'acme', title: '夜間の再起動', statement: 'x', remedy: 'replacement', lines: [{ unit_id: 'u1' }] }));
  await freezeEvidence(lead, { subject_kind: 'investigation', subject_id: investigation.id });
  const step = { code: 'leak', name_en: 'Leak', name_ja: '浸水', unit: 'ml', max: 1 };
  const template = await saveTestTemplate(
    lead,
    SaveTestTemplate.parse({ code: 'IP66', kind: 'water_ingress', name_en: 'Hose', name_ja: '散水', steps: [step] }),
  );
  await startTest(lead, StartTest.parse({ template_id: template.id, investigation_id: investigation.id, title: '散水試験', serials: ['IMPORTED-1'] }));
  const received = await store.db.selectFrom('return_units').select('id').where('state', '=', 'received').executeTakeFirstOrThrow();
  await startInspection(test.ctx(), { return_unit_id: received.id });
  await createBatch(test.ctx(), { ...model, code: '26-01' });
  await startCount(test.ctx(), { location: 'good_stock' });
  await registerDevices(store.db, ['camera-1', 'camera-3']);
  await heardOf(test, 'camera-3', now);
  await importFile(test.ctx(), unitsImport, Buffer.from('model_code,serial\nX100,IMPORTED-1\n'));
  await createOrder(test.ctx(), { supplier: 'Acme', lines: [{ ...model, quantity: 5 }] });
  const refused = { device_id: 'camera-2', topic: 'fleet/v1/camera-2/health', reason: 'unknown_device', detail: null, replay_outcome: null };
  await store.db
    .insertInto('quarantine')
    .values({ id: newId(now), ...refused, payload: Buffer.from('{"v":1}'), received_at: now, replay_requested_at: null, replayed_at: null })
    .execute();
  await store.db
    .insertInto('alerts')
    .values(alertRow('x100', { created_at: NOW }))
    .execute();
}

/** A camera with two brownouts today and its day counted. */
async function heardOf(test: TestStore, device_id: string, now: number): Promise<void> {
  const station = await openStation(test.store.url, { now });
  for (const seq of [0, 1]) station.send(device_id, 'health', report(seq, { brownouts: seq * 2 }, { ts: now - MINUTE_MS + seq }));
  await station.settle();
  await station.close();
  await countCohorts(test.ctx({ now }));
}

/** As many cases of one cause, each solved with one reply, as want an article. */
async function askThrice(test: TestStore, at: number): Promise<void> {
  const cause = await saveCaseCode(test.ctx({ actor: lena, now: at }), {
    tree: 'cause',
    code: 'MANUAL',
    name_en: 'Manual hard to follow',
    name_ja: '説明書が分かりにくい',
    parent_id: null,
  });
  const ctx = test.ctx({ actor: aoi, now: at });
  for (let n = 0; n < 3; n += 1) {
    const { id } = await asked(ctx);
    await giveOwner(ctx, id, {});
    await solveCase(ctx, id, { solution: 'x', reply: 'As on page 12.', cause_id: cause.id });
  }
}
