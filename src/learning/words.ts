// Words of the learning pages.
import { defineWords } from '../core/words.ts';

export const words = defineWords({
  learning: ['Learning', '改善活動'],
  from: ['From', '開始日'], to: ['To', '終了日'], by: ['By', '集計単位'],
  pareto: ['Pareto of causes', '原因のパレート'],
  cause: ['Cause', '原因'], no_cause: ['not yet named', '未分類'], model: ['Model', '機種'], firmware: ['Firmware', 'ファームウェア'],
  cases: ['Cases', '件数'], share: ['Share (95 %)', '割合（95%区間）'], cumulative: ['Running sum', '累積'],
  simple: ['Simple causes without an article', 'FAQのない単純な原因'],
  meeting: ['For the weekly meeting', '週次ミーティング対象'],
  case: ['Case', '問い合わせ'], owner: ['Owner', '担当者'], why: ['Why', '理由'],
  bad_rating: ['bad rating', '低評価'], reopened: ['reopened', '再オープン'], old: ['old', '長期化'], escalated: ['escalated', 'エスカレーション'], many_replies: ['to and fro', 'やり取り多数'],
  improvements: ['Improvement items', '改善項目'], propose: ['Propose', '提案する'], title: ['Title', 'タイトル'], hypothesis: ['Hypothesis', '仮説'], state: ['State', '状態'],
  changed_on: ['Change made on', '実施日'], verdict: ['Verdict', '判定'],
  proposed: ['proposed', '提案'], changed: ['changed', '実施済み'], confirmed: ['confirmed', '効果あり'], refuted: ['refuted', '効果なし'], dropped: ['dropped', '中止'],
  before_after: ['Before and after', '前後比較'],
  numbers: (before: number, beforeDays: number, after: number, afterDays: number) => [`${before} inquiries in ${beforeDays} days before, ${after} in ${afterDays} days since`, `実施前 ${beforeDays} 日間に ${before} 件、実施後 ${afterDays} 日間に ${after} 件`],
  ratio: ['Rate after ÷ before', '実施後 ÷ 実施前'],
  fewer: ['fewer, beyond chance', '有意に減少'], more: ['more, beyond chance', '有意に増加'], undecided: ['undecided', '判定できません'], too_early: ['too early', '期間不足'],
  save: ['Save', '保存'], saved: ['Saved', '保存しました'],
  voc: ['Bad ratings (VOC)', '低評価レビュー (VOC)'],
  voc_hint: ['Two people read each; nobody sees an answer before both are in.', '2名が独立にレビューし、両方揃うまで互いの回答は見えません。'],
  first_reviewer: ['First reviewer', 'レビュー担当1'], second_reviewer: ['Second reviewer', 'レビュー担当2'], assign: ['Assign', '割り当て'], answer: ['Answer', '回答'],
  product: ['product', '製品'], response_speed: ['speed of the answer', '対応速度'], response_content: ['content of the answer', '対応内容'], policy: ['Policy', '方針'], other: ['other', 'その他'],
  avoidable: ['avoidable', '回避可能'], unavoidable: ['not avoidable', '回避不可'], agree: ['Agree', '合意'],
  reviewing: ['being read', 'レビュー中'], to_agree: ['to agree', '合意待ち'], agreed: ['agreed', '合意済み'],
});
