// What the support desk has written when one looks in: help articles that answer what is asked most, a notice that a second person approved, news, and one improvement under way.
import { type Api, findId, type Made, openApi } from './api.ts';
import { dayText } from './csv.ts';
import { DAY_MS } from './defects.ts';
import type { CaseCodes } from './support.ts';
import type { CauseCode } from './topics.ts';
import { inService, type World } from './world.ts';

interface Article {
  readonly cause: CauseCode;
  readonly category: string;
  readonly title_en: string;
  readonly body_en: string;
  readonly title_ja: string;
  readonly body_ja: string;
  /** Readers whom it helped, and whom it did not. */
  readonly helped: number;
  readonly failed: number;
}

const articles: readonly Article[] = [
  {
    cause: 'PASSWORD_LOST',
    category: 'PASSWORD',
    title_en: 'The password of the camera is lost',
    body_en:
      'Hold the reset button for ten seconds while the camera starts. Settings stay; only the password is set back. Then sign in as admin and choose a new one.',
    title_ja: 'カメラのパスワードを忘れたとき',
    body_ja:
      '起動中に本体のリセットボタンを10秒間押し続けます。設定は残り、パスワードだけが初期化されます。その後 admin でサインインし、新しいパスワードを設定してください。',
    helped: 9,
    failed: 1,
  },
  {
    cause: 'MANUAL',
    category: 'PLAYBACK',
    title_en: 'Export a recording to a USB stick',
    body_en: 'Open the recorder, choose the camera and the time, press Export and select MP4. Wait for the sound before you pull the stick.',
    title_ja: '録画をUSBメモリーに書き出す',
    body_ja: 'レコーダーでカメラと日時を選び、「書き出し」から MP4 を選択します。完了音が鳴るまでUSBメモリーを抜かないでください。',
    helped: 6,
    failed: 4,
  },
];

/** What people looked for and did not find. */
const MISSING_WORDS = ['夜 暗い', '結露', 'cloud'];

/** `http` is the product's address: the notice is approved by a second caller. */
export async function publish(api: Api, http: string, { codes, agents }: { codes: CaseCodes; agents: readonly string[] }, world: World): Promise<void> {
  for (const article of articles) await write(api, article, codes);
  for (const q of MISSING_WORDS) await api.get(`/articles?${new URLSearchParams({ q })}`);
  await tellCustomers(api, http, world);
  await api.post('/news', {
    kind: 'release',
    title_en: 'Recorder 3.2: export in one step',
    body_en: 'Customers find Export beside the time line. The help article has the new steps.',
    title_ja: 'レコーダー 3.2: 書き出しが1手順に',
    body_ja: '「書き出し」が時間軸の横に移りました。FAQの手順は更新済みです。',
  });
  const { id } = await api.post<Made>('/improvements', {
    title: 'PoE給電の確認を設置手順に追加',
    hypothesis: '給電上限の確認を設置時に行えば、再起動の問い合わせが減る。',
    cause_id: codes.causes.get('POE_POWER') ?? null,
    owner_id: agents[0],
  });
  await api.post(`/improvements/${id}/change`, { changed_on: dayText(world.now - 12 * DAY_MS) });
}

async function write(api: Api, { cause, category, helped, failed, ...text }: Article, codes: CaseCodes): Promise<void> {
  const { id } = await api.post<Made>('/articles', { ...text, cause_id: codes.causes.get(cause) ?? null, category_id: codes.categories.get(category) ?? null });
  await api.post(`/articles/${id}/publication`, {});
  for (let n = 0; n < helped + failed; n += 1)
    await api.post(`/articles/${id}/readings`, { visit_key: `${category.toLowerCase()}-reader-${n}`, solved: n < helped });
}

/** The customers of one model are told of maintenance; the list, the text and the count are checked by somebody else. */
async function tellCustomers(api: Api, http: string, world: World): Promise<void> {
  // In a small fleet some models hang nowhere.
  const model = inService(world).find(({ in_service_at }) => in_service_at < world.now)?.model_code ?? '';
  const { id, checklist } = await api.post<Made & { checklist: readonly { item: string }[] }>('/notices', {
    kind: 'maintenance',
    subject_en: `Maintenance of the recording service for ${model}`,
    body_en: 'Dear {name}, recordings of {count} cameras pause for ten minutes on Sunday at 3:00.',
    subject_ja: `${model} 録画サービスのメンテナンス`,
    body_ja: '{name} 様、日曜日3時から10分間、{count} 台の録画が停止します。',
    query: { model_ids: [await findId(api, `/models?code=${model}`)], batch_ids: [], firmware_ids: [], unit_ids: [], site_ids: [] },
    checklist: ['対象リストを確認した', '日英の文面を確認した'],
  });
  for (const { item } of checklist) await api.post(`/notices/${id}/checks`, { item });
  await api.post(`/notices/${id}/submission`, {});
  const { recipients } = await api.get<{ recipients: number }>(`/notices/${id}/preview`);
  const { token } = await api.post<{ token: string }>('/tokens', { name: 'second-person', role: 'lead' });
  await openApi(http, token).post(`/notices/${id}/approval`, { recipients });
  await api.post(`/notices/${id}/dispatch`, {});
}
