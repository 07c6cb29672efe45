import { defineWords } from '../core/words.ts';

export const words = defineWords({
  product: ['Kizashi', 'Kizashi 兆し'],
  skip: ['Skip to content', '本文へ'],
  main_navigation: ['Main', 'メイン'],
  menu: ['Menu', 'メニュー'],
  search: ['Search', '検索'],
  search_hint: ['Serial, return number, model…', 'シリアル、返品番号、機種…'],
  sign_in: ['Sign in', 'サインイン'],
  sign_out: ['Sign out', 'サインアウト'],
  account: ['Account', 'アカウント'],
  other_language: ['日本語', 'English'],
  unknown: ['n/a', '不明'],
  none: ['None', 'なし'],
  empty: ['Nothing here yet.', 'まだデータがありません。'],
  next_page: ['Next page', '次のページ'],
  first_page: ['First page', '最初のページ'],
  filter: ['Filter', '絞り込み'],
  clear: ['Clear', 'クリア'],
  apply: ['Apply', '適用'],
  save: ['Save', '保存'],
  cancel: ['Cancel', 'キャンセル'],
  csv: ['CSV', 'CSV'],
  print: ['Print', '印刷'],
  reason: ['Reason', '理由'],
  required: ['required', '必須'],
  all: ['All', 'すべて'],
  error: ['This did not work', '処理できませんでした'],
  back: ['Back', '戻る'],
  close: ['Close', '閉じる'],
  columns: ['Columns', '表示列'],
  save_view: ['Save this view', 'この表示を保存'],
  view_name: ['Name of the view', '表示の名前'],
  remove_view: (name: string) => [`Remove view ${name}`, `表示「${name}」を削除`],
  results: ['Results', '結果'],
  keys: ['Keyboard', 'キーボード操作'],
  key_palette: ['Go to anything', 'すべてから移動'],
  key_scan: ['Scan', 'スキャン'],
  key_rows: ['Next, previous row', '次の行・前の行'],
  key_select: ['Select the row', '行を選択'],
  key_edit: ['Edit', '編集'],
  key_open: ['Open the row', '行を開く'],
  key_help: ['This list', 'この一覧'],
  ago: (amount: number, unit: 'second' | 'minute' | 'hour' | 'day' | 'month' | 'year') => {
    const ja = { second: '秒前', minute: '分前', hour: '時間前', day: '日前', month: 'か月前', year: '年前' }[unit];
    return [`${amount} ${unit}${amount === 1 ? '' : 's'} ago`, `${amount}${ja}`];
  },
  soon: (amount: number, unit: 'second' | 'minute' | 'hour' | 'day' | 'month' | 'year') => {
    const ja = { second: '秒後', minute: '分後', hour: '時間後', day: '日後', month: 'か月後', year: '年後' }[unit];
    return [`in ${amount} ${unit}${amount === 1 ? '' : 's'}`, `${amount}${ja}`];
  },
});
