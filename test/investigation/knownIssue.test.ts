import { beforeAll, expect, it } from 'vitest';
import { ensureSignals } from '../../src/alert/starters.ts';
import type { Actor } from '../../src/core/actor.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { addKnownIssue, changeKnownIssue, decideKnownIssue } from '../../src/investigation/knownIssue.ts';
import { AddKnownIssue, DecideKnownIssue } from '../../src/investigation/knownIssueInputs.ts';
import { decideMatch, likeness, matchKnownIssues, matchOneIssue } from '../../src/investigation/knownIssueMatch.ts';
import { getKnownIssue, listKnownIssues, viewKnownIssue } from '../../src/investigation/knownIssueQueries.ts';
import { signatureName, signatures } from '../../src/investigation/signatures.ts';
import { alertRow } from '../support/alertRow.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { type Cast, castFor, fail, serve } from './cast.ts';
import { read } from './read.ts';

eachDb('a known issue', (test) => {
  let cast: Cast;
  let symptom: string;
  const asKato = (now = NOW): Ctx => test.ctx({ actor: cast.kato, now });
  const draft = (fields: object = {}) =>
    addKnownIssue(
      asKato(),
      AddKnownIssue.parse({ title_en: 'Water in the dome', title_ja: 'ドーム内結露', cohorts: [{ model_id: cast.x100, batch_id: cast.jan }], ...fields }),
    );
  const publish = (id: string) => decideKnownIssue(asKato(), id, DecideKnownIssue.parse({ event: 'publish' }));
  const partner = (partner_id: string): Actor => ({ ...cast.tech, role: 'partner', partner_id });

  beforeAll(async () => {
    cast = await castFor(test.ctx());
    symptom = 'symptom-fog';
    const code = { parent_id: null, merged_into_id: null, retired_at: null, created_at: 0, version: 1 };
    await test
      .ctx()
      .db.insertInto('codes')
      .values([
        { ...code, id: symptom, tree: 'symptom', code: 'FOG-TEST', name_en: 'Fog', name_ja: '曇り' },
        { ...code, id: 'symptom-drop', tree: 'symptom', code: 'DROPS-TEST', parent_id: symptom, name_en: 'Drops', name_ja: '水滴' },
        { ...code, id: 'symptom-dark', tree: 'symptom', code: 'DARK-TEST', name_en: 'Dark', name_ja: '暗い' },
      ])
      .execute();
    for (const [id, partner_code] of [
      ['p1', 'P-1'],
      ['p2', 'P-2'],
    ] as const) {
      await test.ctx().db.insertInto('partners').values({ id, code: partner_code, name: partner_code, email: null, created_at: 0, version: 1 }).execute();
      await test
        .ctx()
        .db.insertInto('customers')
        .values({
          id: `c-${id}`,
          code: `C-${id}`,
          name: id,
          partner_id: id,
          contact_name: null,
          email: null,
          phone: null,
          locale: 'ja',
          created_at: 0,
          version: 1,
        })
        .execute();
      await test
        .ctx()
        .db.insertInto('sites')
        .values({
          id: `s-${id}`,
          customer_id: `c-${id}`,
          partner_id: id,
          code: `S-${id}`,
          name: id,
          kind: null,
          region: null,
          address: null,
          created_at: 0,
          version: 1,
        })
        .execute();
    }
  });

  it('is suggested for new returns of its cohort whose symptom does not speak against it', async () => {
    const issue = await publish((await draft({ symptom_id: symptom })).id);
    const [fog, drops, dark, silent] = await serve(test.ctx(), cast, ['KI1', 'KI2', 'KI3', 'KI4'], { batch_code: '25-01' });
    const [other] = await serve(test.ctx(), cast, ['KI5'], { batch_code: '25-06' });
    const returned: Record<string, string> = {};
    for (const [unit, symptom_id] of [
      [fog, symptom],
      [drops, 'symptom-drop'],
      [dark, 'symptom-dark'],
      [silent, null],
      [other, symptom],
    ] as const) {
      if (unit !== undefined) returned[unit.serial] = await fail(test.ctx({ now: NOW + 1000 }), unit, { failed_on: '2026-03-30', verdict: null, symptom_id });
    }
    expect(await matchKnownIssues(test.ctx({ now: NOW + 2000 }))).toBe(3);
    expect(await matchKnownIssues(test.ctx({ now: NOW + 3000 }))).toBe(0);
    const { matches } = await viewKnownIssue(asKato(), issue.id);
    expect(matches.map((row) => [row.serial, JSON.parse(row.why)]).sort()).toEqual([
      ['KI1', ['cohort', 'symptom']],
      ['KI2', ['cohort', 'symptom']],
      ['KI4', ['cohort']],
    ]);
    await decideMatch(asKato(), issue.id, { record_kind: 'return_unit', record_id: returned.KI1 ?? '', state: 'accepted' });
    await decideMatch(asKato(), issue.id, { record_kind: 'return_unit', record_id: returned.KI4 ?? '', state: 'refused' });
    expect((await viewKnownIssue(asKato(), issue.id)).affected).toMatchObject({ reported: 1, suggested: 1, with_signature: null, silent: null });
    expect((await viewKnownIssue(asKato(), issue.id)).matches.map((row) => [row.serial, row.state]).sort()).toEqual([
      ['KI1', 'accepted'],
      ['KI2', 'suggested'],
      ['KI4', 'refused'],
    ]);
    expect(await matchOneIssue(asKato(), issue.id)).toBe(0);
  });

  it('estimates the silent ones by their telemetry', async () => {
    const issue = await publish((await draft({ signal: 'brownouts', cohorts: [{ model_id: cast.x100, batch_id: cast.mar }] })).id);
    const units = await serve(test.ctx(), cast, ['SIL1', 'SIL2', 'SIL3'], { batch_code: '25-03' });
    for (const [i, unit] of units.entries()) {
      const device = { device_no: 900 + i, device_id: `dev-${unit.id}`, unit_id: unit.id, first_seen_at: NOW, last_seen_at: NOW };
      await test
        .ctx()
        .db.insertInto('devices')
        .values(device as never)
        .execute();
      const counts = Object.fromEntries(
        [
          'user_reset',
          'fw_update',
          'power_on',
          'brownout',
          'hw_watchdog',
          'sw_watchdog',
          'kernel_panic',
          'oom',
          'clock_failure',
          'fw_update_error',
          'unknown',
        ].map((reason) => [`reboot_${reason}`, 0]),
      );
      // The columns not named are unknown that day.
      await test
        .ctx()
        .db.insertInto('device_days')
        .values({
          device_no: 900 + i,
          day_on: '2026-03-25',
          firmware: null,
          last_reported_at: NOW,
          changed_at: NOW,
          reports: 24,
          backfilled: 0,
          clock_suspect: 0,
          ...counts,
          brownouts: i === 0 ? 0 : 4,
        } as never)
        .execute();
    }
    const reported = await fail(test.ctx(), units[1] ?? { id: '', partner_id: null }, { failed_on: '2026-03-30', verdict: null });
    await decideMatch(asKato(), issue.id, { record_kind: 'return_unit', record_id: reported, state: 'accepted' });
    expect((await viewKnownIssue(asKato(), issue.id)).affected).toEqual({ reported: 1, suggested: 0, in_service: 3, with_signature: 2, silent: 1 });
    await expect(changeKnownIssue(asKato(), issue.id, { signal: 'temp_c_max' })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('shows a partner only those published that concern its own units, without what is behind them', async () => {
    await serve(test.ctx(), { ...cast, site: 's-p1' }, ['P1-1'], { batch_code: '25-06' });
    await serve(test.ctx(), { ...cast, site: 's-p2' }, ['P2-1'], { model_id: cast.x200 });
    const issue = await draft({ title_en: 'For June', cohorts: [{ model_id: cast.x100, batch_id: cast.jun }] });
    const seen = async (partner_id: string): Promise<string[]> =>
      (await listKnownIssues(test.ctx({ actor: partner(partner_id) }), { limit: 50 }, {})).items.map((row) => row.title_en);
    expect(await seen('p1')).toEqual([]);
    await publish(issue.id);
    expect(await seen('p1')).toEqual(['For June']);
    expect(await seen('p2')).toEqual([]);
    await expect(getKnownIssue(test.ctx({ actor: partner('p2') }), issue.id)).rejects.toMatchObject({ code: 'not_found' });
    expect(Object.keys(await getKnownIssue(test.ctx({ actor: partner('p1') }), issue.id))).not.toContain('investigation_id');
    await expect(decideMatch(test.ctx({ actor: partner('p1') }), issue.id, { record_kind: 'case', record_id: 'x', state: 'accepted' })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('is fixed in something, and may come back', async () => {
    const { id } = await publish((await draft()).id);
    await expect(decideKnownIssue(asKato(), id, DecideKnownIssue.parse({ event: 'fix' }))).rejects.toMatchObject({ code: 'invalid' });
    expect(await decideKnownIssue(asKato(), id, DecideKnownIssue.parse({ event: 'fix', fixed_in: 'Firmware 4.2.10' }))).toMatchObject({
      state: 'fixed',
      fixed_in: 'Firmware 4.2.10',
    });
    await expect(publish(id)).rejects.toMatchObject({ code: 'conflict' });
    expect(await decideKnownIssue(asKato(), id, DecideKnownIssue.parse({ event: 'resume' }))).toMatchObject({ state: 'published', fixed_in: null });
  });
});

it('looks alike by cohort, symptom and failure mode, and never against what is known', () => {
  const issue = { id: 'i', cohorts: [{ model_id: 'm', hw_rev: 'B', batch_id: null, firmware_id: null }], symptoms: ['fog'], failure_modes: ['seal'] };
  const candidate = {
    record_kind: 'case' as const,
    record_id: 'r',
    unit_id: 'u',
    model_id: 'm',
    batch_id: 'b',
    hw_rev: 'B',
    firmware_id: null,
    symptom_id: null,
    failure_mode_id: null,
  };
  expect(likeness(issue, candidate)).toEqual(['cohort']);
  expect(likeness(issue, { ...candidate, symptom_id: 'fog', failure_mode_id: 'seal' })).toEqual(['cohort', 'symptom', 'failure_mode']);
  expect(likeness(issue, { ...candidate, symptom_id: 'fog', failure_mode_id: 'sensor' })).toBeNull();
  expect(likeness(issue, { ...candidate, hw_rev: null })).toBeNull();
  expect(likeness({ ...issue, symptoms: [] }, { ...candidate, symptom_id: 'dark' })).toEqual(['cohort']);
});

eachDb('the pages of known issues', (test) => {
  let cast: Cast;
  let lead: Caller;

  beforeAll(async () => {
    cast = await castFor(test.ctx());
    lead = await callerWith(testApp(test.store), test.store, 'lead');
  });

  it('offer symptoms, failure modes and signatures by their names, and say how an issue is recognised', async () => {
    const form = await (await lead.get('/known-issues/new?lang=ja')).text();
    expect(form).toContain('<option value="SEAL">防水不良</option>');
    expect(form).toContain('<option value="sd_write_errs">SDカード書込エラー</option>');
    const saved = await lead.form('/known-issues', {
      title_en: 'Water',
      title_ja: '浸水',
      failure_mode: 'SEAL',
      signal: 'sd_write_errs',
      model_code: 'X-100',
    });
    const page = await (await lead.get(`${saved.headers.get('Location')}?lang=ja`)).text();
    expect(page).toMatch(/故障モード<\/dt><dd>防水不良/);
    expect(page).toMatch(/テレメトリの兆候<\/dt><dd>SDカード書込エラー/);
  });

  it('are changed on their page, and two changes that met show both', async () => {
    const saved = await lead.form('/known-issues', { title_en: 'Wet', title_ja: '水濡れ', failure_mode: 'SEAL', model_code: 'X-100' });
    const path = saved.headers.get('Location')?.replace(/\?.*/, '') ?? '';
    const typed = { version: '1', title_en: 'Wet lens', title_ja: '水濡れ', workaround_en: 'Dry it', signal: 'sd_write_errs' };
    expect((await lead.form(path, typed)).status).toBe(303);
    expect(await read(lead.get(`/api/v1${path}`))).toMatchObject({
      title_en: 'Wet lens',
      workaround_en: 'Dry it',
      failure_mode_id: null,
      signal: 'sd_write_errs',
    });
    const late = await lead.form(path, { ...typed, title_en: 'Water', failure_mode: 'SEAL' });
    expect(late.status).toBe(412);
    const both = await late.text();
    for (const shown of ['Wet lens', 'Water', 'Failure mode']) expect(both).toContain(shown);
  });

  it('begin with what the alert behind them tells', async () => {
    const alert = { id: 'cards', batch_id: cast.jan, signal: 'sd_error' };
    await ensureSignals(test.ctx());
    await test.ctx().db.insertInto('alerts').values(alertRow(cast.x100, alert)).execute();
    const form = await (await lead.get(`/known-issues/new?model_id=${cast.x100}&batch_id=${cast.jan}&alert_id=cards`)).text();
    expect(form).toContain('value="ACME X-100 batch 25-01: SD card errors"');
    expect(form).toContain('<option value="sd_write_errs" selected');
  });

  it('have a name for every signature', () => {
    for (const name of signatures) expect(signatureName(name), name).not.toEqual([name, name]);
  });
});
