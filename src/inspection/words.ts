// Words of the bench in both languages.
import { defineWords } from '../core/words.ts';

export const words = defineWords({
  bench: ['Bench', '検証'], queue: ['Waiting and on the bench', '検証待ち・検証中'], start: ['Start inspection', '検証を開始'], checklist: ['Checklist', 'チェックリスト'], checklists: ['Checklists', 'チェックリスト'],
  step: ['Step', '項目'], result: ['Result', '結果'], value: ['Value', '測定値'], range: ['Range', '範囲'], ok: ['Good', '合格'], ng: ['Not good', '不合格'], skipped: ['Skipped', '省略'], required: ['Required', '必須'], optional: ['Optional', '任意'],
  save_steps: ['Save steps', '項目を保存'], verdict: ['Verdict', '判定'], give_verdict: ['End inspection', '検証を終了'], reproduced: ['Reproduced symptom', '再現症状'], failure_mode: ['Failure mode', '故障モード'],
  component: ['Component', '部位'], cause: ['Cause', '原因'], note: ['Note', '備考'], footage: ['Footage erased', '映像を消去済み'], erase: ['Record erasure of footage', '映像消去を記録'], erased: ['Erased', '消去済み'],
  not_erased: ['Not erased', '未消去'], disposition: ['Disposition', '処置判定'], decide: ['Decide', '判定する'], condition: ['Condition', '品質区分'], verified: ['Verified', '検証済'], refurbished: ['Refurbished', '再生品'],
  reason: ['Reason', '理由'], override: ['Quality’s override', '品質管理の例外承認'], reverse: ['Reverse', '取り消し'], inspections: ['Inspections', '検証履歴'], inspector: ['Inspector', '検証者'], pass: ['Pass', '合格'], fail: ['Fail', '不合格'],
  running: ['Running', '検証中'], photos: ['Photos and files', '写真・ファイル'], attachment_id: ['Attachment id of the photo', '写真の添付ID'], started: ['Started', '開始'], finished: ['Finished', '終了'], scope: ['For', '対象'],
  everything: ['All models', '全機種'], add_checklist: ['Add checklist', 'チェックリストを追加'], change: ['Change', '変更'], retire: ['Retire', '廃止'], name_en: ['English name', '英語名'], name_ja: ['Japanese name', '日本語名'],
  maker_code: ['Maker code', 'メーカーコード'], model_code: ['Model code', '機種コード'], hw_rev: ['Hardware revision', 'ハードウェアリビジョン'], steps: ['Steps', '項目'],
  steps_hint: ['One step a line: kind | required/optional | English | Japanese | unit | min | max. Kinds: check, value, photo.', '1行に1項目: 種別 | required/optional | 英語名 | 日本語名 | 単位 | 下限 | 上限。種別は check, value, photo。'],
  bad_step: (line: number) => [`Line ${line} is not a step`, `${line}行目を読み取れません`], saved: ['Saved', '保存しました'], done: ['Done', '処理しました'], nff_count: ['No fault found so far', '再現せず回数'],
  facts: ['Facts', '概要'], waits: ['Waits for a second person', '別担当者の承認待ち'], coverage: ['Coverage', '保証区分'], save: ['Save', '保存'], none: ['No checklist', 'チェックリストなし'],
});
