// What an empty list says: how its first row comes about, and where to begin. By the address of the page.
import type { Permission } from '../core/permission.ts';
import type { Bilingual } from '../core/words.ts';

export interface FirstStep {
  readonly says: Bilingual;
  /** Shown to those who may. */
  readonly begin?: { readonly path: string; readonly label: Bilingual; readonly permission: Permission };
}

const IMPORT = { path: '/imports', label: ['Import a table', '表を取り込む'], permission: 'import:write' } as const;
const DAILY: Bilingual = [
  'Computed every night once units are in service and returns have been inspected.',
  '個体が稼働し返品が検証されると、毎晩計算されます。',
];

export const firstSteps: Readonly<Record<string, FirstStep>> = {
  '/units': { says: ['No cameras yet. Import your list, or register one.', '個体がありません。一覧を取り込むか、1台ずつ登録してください。'], begin: IMPORT },
  '/catalog/models': {
    says: ['No models yet. Everything else refers to them, so begin here.', '機種がありません。ほかの登録の基になるので、ここから始めます。'],
    begin: IMPORT,
  },
  '/catalog/batches': {
    says: ['No batches yet. They come with an import of batches or units.', 'ロットがありません。ロットまたは個体の取り込みで登録されます。'],
    begin: IMPORT,
  },
  '/catalog/makers': {
    says: [
      'No makers yet. They come with an import of models, or are registered here.',
      'メーカーがありません。機種の取り込みで登録されるほか、ここで登録できます。',
    ],
  },
  '/catalog/firmwares': {
    says: ['No firmware yet. Versions appear as units and cameras report them.', 'ファームウェアがありません。個体の登録やカメラの報告で追加されます。'],
  },
  '/catalog/customers': {
    says: ['No customers yet. Units, contracts and inquiries belong to them.', '顧客がありません。個体・契約・問い合わせの所有者になります。'],
  },
  '/catalog/sites': {
    says: ['No sites yet. A unit serves at one; register its customer first.', '拠点がありません。個体の設置場所です。先に顧客を登録してください。'],
  },
  '/catalog/partners': {
    says: ['No partners yet. Each sees only its own customers.', '代理店がありません。代理店は自社の顧客だけを閲覧できます。'],
  },
  '/catalog/contracts': {
    says: ['No contracts yet. They decide what a visit or a replacement costs.', '契約がありません。訪問や交換の費用区分の判定に使います。'],
  },
  '/returns': {
    says: ['No returns yet. Register one, or scan a box that arrived without notice.', '返品がありません。登録するか、届いた箱をスキャンしてください。'],
    begin: { path: '/returns/new', label: ['Register a return', '返品を登録'], permission: 'return:write' },
  },
  '/return-units': {
    says: [
      'Nothing has been sent back yet. Units appear here as soon as a return names them or a box is scanned.',
      '返却個体はありません。返品の登録または受領スキャンで表示されます。',
    ],
    begin: { path: '/scan', label: ['Scan', 'スキャンする'], permission: 'return:write' },
  },
  '/cases': {
    says: [
      'No open inquiries. They arrive by mail, the contact form and partners, or are written down here.',
      '問い合わせはありません。メール・フォーム・代理店から届くほか、ここで登録できます。',
    ],
    begin: { path: '/cases/new', label: ['Write one down', '問い合わせを登録'], permission: 'case:write' },
  },
  '/stock': {
    says: ['No replacement stock yet. Import it, or receive a purchase order.', '交換用の在庫がありません。取り込むか、発注品を入荷してください。'],
    begin: IMPORT,
  },
  '/stock/reservations': {
    says: ['Nothing is reserved. Replacements are reserved from a return.', '引当はありません。返品から代替品を引き当てると表示されます。'],
  },
  '/stock/holds': { says: ['No stock is on hold.', '出荷停止はありません。'] },
  '/stock/moves': {
    says: ['No unit has moved yet. Every receipt, inspection and shipment shows here.', '在庫移動はありません。受領・検証・出荷のたびに記録されます。'],
  },
  '/stock/write-offs': { says: ['Nothing has been written off.', '除却はありません。'] },
  '/stock/counts': { says: ['No stock count yet. Start one below.', '棚卸はまだありません。下から開始できます。'] },
  '/stock/forecast': { says: DAILY },
  '/purchase-orders': {
    says: ['No purchase orders yet.', '発注はありません。'],
    begin: { path: '/purchase-orders/new', label: ['Order replacements', '発注を登録'], permission: 'stock:write' },
  },
  '/notices': {
    says: ['No notices yet. Tell customers before they find out for themselves.', '事前連絡はありません。お客様が気づく前に知らせましょう。'],
    begin: { path: '/notices/new', label: ['Write a notice', '事前連絡を作成'], permission: 'notice:write' },
  },
  '/alerts': {
    says: [
      'No alert. Every night each model is judged by what its cameras report and by returns.',
      '警告はありません。毎晩、機種ごとにカメラの報告と返品から判定します。',
    ],
  },
  '/lead-times': { says: ['No alert and no return to compare yet.', '比較できる警告・返品がまだありません。'] },
  '/silences': { says: ['No signal is silenced.', '停止中の通知はありません。'] },
  '/investigations': {
    says: ['No investigation yet. Open one here or from an alert.', '不具合調査はありません。ここまたは警告から開始できます。'],
    begin: { path: '/investigations/new', label: ['Open an investigation', '調査を開始'], permission: 'investigation:write' },
  },
  '/known-issues': {
    says: ['No known issue yet. Support finds them here with the workaround.', '既知の不具合はありません。登録すると窓口が回避策とともに参照できます。'],
    begin: { path: '/known-issues/new', label: ['Register a known issue', '既知の不具合を登録'], permission: 'investigation:write' },
  },
  '/test-records': {
    says: ['No test yet. A template says what is measured.', '試験記録はありません。先に試験テンプレートを登録します。'],
    begin: { path: '/test-templates', label: ['Test templates', '試験テンプレート'], permission: 'investigation:write' },
  },
  '/claims': {
    says: ['No claim yet. Make one from confirmed defects under the maker’s warranty.', 'メーカー折衝はありません。メーカー保証内の不良確定から作成できます。'],
    begin: { path: '/claims/new', label: ['Make a claim', '折衝を作成'], permission: 'claim:write' },
  },
  '/evidence-packs': {
    says: [
      'No evidence pack yet. One is made on the page of a claim, an alert, an investigation or a cohort.',
      'エビデンス資料はありません。折衝・警告・不具合調査・対象群の画面から作成できます。',
    ],
    begin: { path: '/claims', label: ['Claims', 'メーカー折衝'], permission: 'claim:read' },
  },
  '/claims/scorecard': { says: ['No maker yet.', 'メーカーがありません。'] },
  '/devices': {
    says: [
      'No camera has connected. Issue a password for a device and let it publish.',
      '接続したカメラはありません。デバイスのパスワードを発行し、送信を開始してください。',
    ],
    begin: { path: '/api/docs#devices', label: ['How devices connect', '接続方法'], permission: 'telemetry:read' },
  },
  '/fleet-health': {
    says: [
      'No camera of a known model has reported yet. Figures appear within the hour of the first reports.',
      '登録済み機種のカメラからの報告がありません。最初の報告から1時間以内に集計されます。',
    ],
    begin: { path: '/devices', label: ['Devices', 'デバイス'], permission: 'telemetry:read' },
  },
  '/quarantine': { says: ['Nothing is quarantined: every message was accepted.', '隔離はありません。すべてのメッセージを受け入れています。'] },
  '/failure-rates/pareto': { says: DAILY },
  '/failure-rates/nff': { says: DAILY },
  '/failure-rates/months': {
    says: ['No month is closed yet. A month closes when its returns have been inspected.', '締め済みの月はありません。返品の検証が終わった月から締めます。'],
  },
  '/failure-rates/warranty-cost': {
    says: ['No cost yet. It follows from confirmed defects and the unit cost of their models.', '費用がありません。不良確定と機種の単価から計算します。'],
  },
  '/life-analysis/nevada': { says: DAILY },
  '/settings/tokens': { says: ['No token yet. Other systems sign in with one.', 'トークンがありません。外部システムの認証に使います。'] },
  '/webhooks': { says: ['No webhook yet. Other systems are told what happens here.', 'Webhookがありません。外部システムへ出来事を通知します。'] },
  '/imports': { says: ['Nothing has been imported yet.', '取り込みの実績はありません。'] },
};
