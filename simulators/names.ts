// What the simulated world is called: makers with their series, partners, customers, and the places of Japan. All invented except the places.

export interface MakerName {
  readonly code: string;
  readonly name: string;
  readonly prefix: string;
  readonly series: readonly string[];
  readonly versions: readonly string[];
  readonly oui: string;
}

// OUIs with the locally-administered bit set belong to nobody.
export const makerNames: readonly MakerName[] = [
  { code: 'AKATSUKI', name: '暁光学工業', prefix: 'AK', series: ['D2', 'D4', 'B2', 'B4', 'P3', 'T1'], versions: ['3.1.0', '3.2.1', '3.3.0'], oui: '02:A1:70' },
  {
    code: 'MINATO',
    name: 'ミナト電子',
    prefix: 'MN-',
    series: ['100', '120', '200', '220', '300', '360'],
    versions: ['2.8.4', '2.9.0', '2.9.2'],
    oui: '06:3C:11',
  },
  {
    code: 'HOSHIZORA',
    name: '星空イメージング',
    prefix: 'HZ',
    series: ['1080N', '2160N', '1080W', '2160W', '4KX', '5MP'],
    versions: ['5.0.12', '5.1.3', '5.1.7'],
    oui: '0A:55:E2',
  },
  {
    code: 'NORDLYS',
    name: 'Nordlys Vision AS',
    prefix: 'NV',
    series: ['M10', 'M12', 'P20', 'P22', 'Q30', 'Q35'],
    versions: ['10.12.1', '11.2.0', '11.5.4'],
    oui: '0E:88:4D',
  },
  {
    code: 'BAOYUAN',
    name: 'Baoyuan Optoelectronics',
    prefix: 'BY-',
    series: ['2C1', '2C3', '4C1', '4C3', '8T1', '8T5'],
    versions: ['V4.30', 'V4.31', 'V5.00'],
    oui: '12:0F:96',
  },
  {
    code: 'HANBIT',
    name: 'Hanbit Techwave',
    prefix: 'HT',
    series: ['L600', 'L620', 'X800', 'X820', 'W900', 'W950'],
    versions: ['1.41.00', '1.41.07', '2.00.02'],
    oui: '16:B2:3A',
  },
  { code: 'CASCADE', name: 'Cascade Sight Inc.', prefix: 'CS', series: ['A1', 'A3', 'C5', 'C7', 'E9', 'F2'], versions: ['7.4', '7.6', '8.0'], oui: '1A:64:C8' },
  {
    code: 'FUYO',
    name: '芙蓉システムカメラ',
    prefix: 'FY',
    series: ['S11', 'S12', 'S21', 'S22', 'S31', 'S41'],
    versions: ['1.0.9', '1.1.0', '1.2.5'],
    oui: '1E:D0:57',
  },
];

export const partnerNames: readonly (readonly [code: string, name: string])[] = [
  ['PT-KANTO', '関東セキュリティ販売株式会社'],
  ['PT-KINKI', '近畿通信設備株式会社'],
  ['PT-TOKAI', '東海防犯システム株式会社'],
  ['PT-KITA', '北日本ネットワーク株式会社'],
  ['PT-SEIBU', '西部電設株式会社'],
];

export interface CustomerName {
  readonly code: string;
  readonly name: string;
  readonly site_kind: string;
  readonly site_word: string;
}

export const customerNames: readonly CustomerName[] = [
  { code: 'C-MARUHA', name: '株式会社まるはストア', site_kind: 'retail', site_word: '店' },
  { code: 'C-HIBIKI', name: 'ひびき薬局株式会社', site_kind: 'retail', site_word: '店' },
  { code: 'C-SAKURA', name: '桜田商事株式会社', site_kind: 'office', site_word: '支社' },
  { code: 'C-TOHOKU', name: '東北みちのく銀行', site_kind: 'bank', site_word: '支店' },
  { code: 'C-AOBA', name: '青葉学園', site_kind: 'school', site_word: '校' },
  { code: 'C-KAIUN', name: '開運倉庫株式会社', site_kind: 'warehouse', site_word: '物流センター' },
  { code: 'C-FUJIMI', name: '富士見製作所株式会社', site_kind: 'factory', site_word: '工場' },
  { code: 'C-NAGISA', name: '渚リゾートホテル', site_kind: 'hotel', site_word: '館' },
  { code: 'C-MIDORI', name: '医療法人みどり会', site_kind: 'hospital', site_word: '病院' },
  { code: 'C-EKIMAE', name: '駅前パーキング株式会社', site_kind: 'parking', site_word: '駐車場' },
  { code: 'C-HAYATE', name: 'はやて運輸株式会社', site_kind: 'warehouse', site_word: '営業所' },
  { code: 'C-KOMOREBI', name: '木漏れ日介護サービス株式会社', site_kind: 'care', site_word: '施設' },
  { code: 'C-TANABATA', name: '七夕フーズ株式会社', site_kind: 'factory', site_word: '工場' },
  { code: 'C-OKINA', name: '株式会社おきな書店', site_kind: 'retail', site_word: '店' },
  { code: 'C-RAICHO', name: '雷鳥観光開発株式会社', site_kind: 'hotel', site_word: '館' },
  { code: 'C-SHIO', name: '汐見水産株式会社', site_kind: 'factory', site_word: '加工場' },
];

/** Mean temperature of the year and half the swing between January and August, °C, rounded from the climate normals 1991–2020 (Japan Meteorological Agency). */
export interface Place {
  readonly code: string;
  readonly name: string;
  readonly region: string;
  readonly mean_c: number;
  readonly swing_c: number;
}

export const places: readonly Place[] = [
  { code: 'SPK', name: '札幌', region: '北海道', mean_c: 9.2, swing_c: 12.8 },
  { code: 'ASK', name: '旭川', region: '北海道', mean_c: 7.2, swing_c: 14.4 },
  { code: 'AOM', name: '青森', region: '東北', mean_c: 10.7, swing_c: 12.3 },
  { code: 'SDJ', name: '仙台', region: '東北', mean_c: 12.8, swing_c: 11.2 },
  { code: 'NGT', name: '新潟', region: '北陸', mean_c: 13.9, swing_c: 12.0 },
  { code: 'KNZ', name: '金沢', region: '北陸', mean_c: 15.0, swing_c: 11.7 },
  { code: 'UTN', name: '宇都宮', region: '関東', mean_c: 14.3, swing_c: 11.6 },
  { code: 'TYO', name: '東京', region: '関東', mean_c: 15.8, swing_c: 10.8 },
  { code: 'YOK', name: '横浜', region: '関東', mean_c: 16.2, swing_c: 10.6 },
  { code: 'NGN', name: '長野', region: '中部', mean_c: 12.3, swing_c: 13.0 },
  { code: 'NGO', name: '名古屋', region: '中部', mean_c: 16.2, swing_c: 11.9 },
  { code: 'SZK', name: '静岡', region: '中部', mean_c: 16.9, swing_c: 10.4 },
  { code: 'OSA', name: '大阪', region: '近畿', mean_c: 17.1, swing_c: 11.5 },
  { code: 'KYO', name: '京都', region: '近畿', mean_c: 16.2, swing_c: 11.9 },
  { code: 'HIJ', name: '広島', region: '中国', mean_c: 16.5, swing_c: 11.7 },
  { code: 'TAK', name: '高松', region: '四国', mean_c: 16.7, swing_c: 11.5 },
  { code: 'FUK', name: '福岡', region: '九州', mean_c: 17.3, swing_c: 10.8 },
  { code: 'KOJ', name: '鹿児島', region: '九州', mean_c: 18.8, swing_c: 10.0 },
  { code: 'OKA', name: '那覇', region: '沖縄', mean_c: 23.3, swing_c: 6.0 },
];
