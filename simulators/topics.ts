// What customers ask the support desk, and what the desk answers. Codes are entered as the desk's own categories.

export interface Cause {
  readonly code: string;
  readonly name_en: string;
  readonly name_ja: string;
}

/** What the desk finds behind an inquiry. Codes are entered as its own causes. */
export const causes = [
  { code: 'CARD_WORN', name_en: 'SD card worn out', name_ja: 'SDカードの劣化' },
  { code: 'RECORDING_PLAN', name_en: 'Recording schedule', name_ja: '録画スケジュールの設定' },
  { code: 'POE_POWER', name_en: 'Too little PoE power', name_ja: 'PoE給電の不足' },
  { code: 'FIRMWARE', name_en: 'Firmware fault', name_ja: 'ファームウェアの不具合' },
  { code: 'IRCUT_STUCK', name_en: 'IR-cut filter stuck', name_ja: 'IRカットフィルターの固着' },
  { code: 'ENCODER', name_en: 'Encoder fault', name_ja: 'エンコーダーの故障' },
  { code: 'DIRT', name_en: 'Dirt on the cover', name_ja: 'カバーの汚れ' },
  { code: 'DAMAGE', name_en: 'Damage on site', name_ja: '現地での破損' },
  { code: 'PASSWORD_LOST', name_en: 'Password forgotten', name_ja: 'パスワード忘れ' },
  { code: 'MANUAL', name_en: 'Manual hard to follow', name_ja: '説明書が分かりにくい' },
  { code: 'RENEWAL', name_en: 'Renewal', name_ja: '契約更新' },
] as const satisfies readonly Cause[];

export type CauseCode = (typeof causes)[number]['code'];

export interface Topic {
  readonly category: string;
  readonly name_en: string;
  readonly name_ja: string;
  readonly type: 'trouble' | 'usage' | 'contract';
  readonly subject: string;
  readonly message: string;
  /** What the desk answers, one reply after the other; the customer says `reaction` between the first and the second. */
  readonly replies: readonly [first: string, second?: string];
  readonly reaction: string;
  readonly solution: string;
  /** What the desk finds, the commonest first; null: nobody found out. */
  readonly causes: readonly (readonly [cause: CauseCode | null, weight: number])[];
  /** How often beside the others. */
  readonly weight: number;
}

export const topics: readonly Topic[] = [
  {
    category: 'RECORDING',
    name_en: 'Recording stops',
    name_ja: '録画が止まる',
    type: 'trouble',
    subject: '録画が途中で止まる',
    message: '昨日の夕方から録画に抜けがあります。再生しても映像が出ない時間帯があります。',
    replies: ['ご不便をおかけしております。SDカードの状態を遠隔で確認いたします。', 'カードの書き込みエラーを確認しました。先に交換品をお送りします。'],
    reaction: '確認をお願いします。急ぎで必要です。',
    solution: 'SDカードの劣化。カードの交換で復旧。',
    causes: [
      ['CARD_WORN', 6],
      ['RECORDING_PLAN', 2],
      [null, 1],
    ],
    weight: 4,
  },
  {
    category: 'REBOOT',
    name_en: 'Restarts by itself',
    name_ja: '再起動を繰り返す',
    type: 'trouble',
    subject: 'カメラが何度も再起動する',
    message: '夜間に何度か映像が切れ、カメラが再起動しているようです。',
    replies: ['給電の状態と再起動の理由を確認いたします。', 'PoEスイッチの給電上限に達していました。ポートの割り当てを変えていただけますか。'],
    reaction: 'スイッチは昨年から変えていません。',
    solution: 'PoE給電の不足。ポートの変更で再発なし。',
    causes: [
      ['POE_POWER', 5],
      ['FIRMWARE', 3],
      [null, 1],
    ],
    weight: 3,
  },
  {
    category: 'PICTURE',
    name_en: 'Picture quality',
    name_ja: '画質',
    type: 'trouble',
    subject: '昼間の映像が紫色になる',
    message: '日中だけ映像全体が紫がかって見えます。',
    replies: ['昼夜切り替えのフィルターを動かす試験をいたします。少々お待ちください。', '切り替え部の故障と思われます。交換の手続きをご案内します。'],
    reaction: '夜は普通に映っています。',
    solution: 'IRカットフィルターの固着。交換で復旧。',
    causes: [
      ['IRCUT_STUCK', 3],
      ['DIRT', 2],
      ['ENCODER', 1],
    ],
    weight: 2,
  },
  {
    category: 'PASSWORD',
    name_en: 'Sign-in',
    name_ja: 'ログイン',
    type: 'usage',
    subject: '管理画面のパスワードを忘れた',
    message: '担当者の退職でパスワードが分からなくなりました。',
    replies: ['本体のリセット手順をお送りします。設定は保存されたまま、パスワードのみ初期化されます。'],
    reaction: '',
    solution: 'リセット手順を案内。ログインできたことを確認。',
    causes: [['PASSWORD_LOST', 1]],
    weight: 3,
  },
  {
    category: 'PLAYBACK',
    name_en: 'How to play back',
    name_ja: '再生方法',
    type: 'usage',
    subject: '録画の書き出し方法を知りたい',
    message: '警察に渡すため、昨日の映像をUSBに書き出したいです。',
    replies: ['書き出しの手順をお送りします。日時を指定し、MP4形式を選んでください。'],
    reaction: '',
    solution: '書き出し手順を案内。',
    causes: [['MANUAL', 1]],
    weight: 2,
  },
  {
    category: 'CONTRACT',
    name_en: 'Contract',
    name_ja: '契約',
    type: 'contract',
    subject: '保守契約の更新について',
    message: '来月で保守契約が切れます。更新の見積もりをお願いします。',
    replies: ['見積書をお送りします。ご確認ください。'],
    reaction: '',
    solution: '見積書を送付。更新の手続きへ。',
    causes: [['RENEWAL', 1]],
    weight: 1,
  },
];
