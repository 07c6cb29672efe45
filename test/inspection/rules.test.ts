import { describe, expect, it } from 'vitest';
import { concludeInspection, judgeStep, mostSpecific } from '../../src/inspection/rules.ts';

describe('the checklist of a unit', () => {
  const all = { name: 'all', maker_id: null, model_id: null, hw_rev: null };
  const maker = { name: 'maker', maker_id: 'm', model_id: null, hw_rev: null };
  const model = { name: 'model', maker_id: null, model_id: 'x', hw_rev: null };
  const revision = { name: 'revision', maker_id: null, model_id: 'x', hw_rev: 'B' };
  it.each([
    ['x', 'm', 'B', 'revision'],
    ['x', 'm', 'A', 'model'],
    ['x', 'm', null, 'model'],
    ['y', 'm', 'B', 'maker'],
    ['y', 'n', 'B', 'all'],
  ])('model %s of maker %s, revision %s: %s', (model_id, maker_id, hw_rev, name) => {
    expect(mostSpecific([all, revision, maker, model], { model_id, maker_id, hw_rev })?.name).toBe(name);
  });
  it('is none when none fits', () => expect(mostSpecific([maker], { model_id: 'y', maker_id: 'n', hw_rev: null })).toBeNull());
});

describe('a step', () => {
  const value = { kind: 'value', min_value: 44, max_value: 57 } as const;
  it.each([
    [43.9, 'ng'],
    [44, 'ok'],
    [57, 'ok'],
    [57.1, 'ng'],
  ])('measured %d is %s', (measured, result) => expect(judgeStep(value, { value: measured })).toBe(result));
  it('a measured value is not overruled by what the person says', () => expect(judgeStep(value, { value: 12, result: 'ok' })).toBe('ng'));
  it('a missing value or photo is said', () => {
    expect(
      [judgeStep(value, {}), judgeStep({ kind: 'photo', min_value: null, max_value: null }, { result: 'ok' })].every((answer) => Array.isArray(answer)),
    ).toBe(true);
  });
});

describe('an inspection', () => {
  const checklist = [
    { id: '1', need: 'required', name_en: 'Starts', name_ja: '起動' },
    { id: '2', need: 'optional', name_en: 'Quiet', name_ja: '静音' },
  ] as const;
  const conclude = (verdict: 'no_fault_found' | 'confirmed' | 'undetermined', steps: { step_id: string; result: 'ok' | 'ng' | 'skipped' }[], more = {}) =>
    concludeInspection({ verdict, repaired: false, steps, checklist, ...more });
  it('passes when every required step is good', () => expect(conclude('no_fault_found', [{ step_id: '1', result: 'ok' }])).toBe('pass'));
  it('does not pass with a required step skipped or left out', () => {
    expect([conclude('no_fault_found', []), conclude('no_fault_found', [{ step_id: '1', result: 'skipped' }])]).toEqual([
      ['A required step is not done: Starts', '必須項目が未実施です: 起動'],
      ['A required step is not done: Starts', '必須項目が未実施です: 起動'],
    ]);
  });
  it('fails with a step that is not good, with a confirmed fault, and when undetermined', () => {
    expect([conclude('no_fault_found', [{ step_id: '2', result: 'ng' }]), conclude('confirmed', []), conclude('undetermined', [])]).toEqual([
      'fail',
      'fail',
      'fail',
    ]);
  });
  it('a confirmed fault does not pass, unless it was repaired since', () => {
    const good = [{ step_id: '1', result: 'ok' as const }];
    expect([conclude('confirmed', good, { result: 'pass' }), conclude('confirmed', good, { repaired: true })]).toEqual([
      ['A unit with a fault does not pass', '不合格の項目または不良確定があるため合格にできません'],
      'pass',
    ]);
  });
});
