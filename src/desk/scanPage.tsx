// The continuous scan page: the frame is HTML, the queue lives in the browser (web/client/scan.ts) and posts to /api/v1/receipts.
import { z } from 'zod';
import { staffOnly } from '../core/actor.ts';
import type { Ctx } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';
import { asset } from '../web/assets.ts';
import type { AppContext } from '../web/env.ts';
import { newPages, page, readQuery, show } from '../web/page.tsx';
import { PageHead } from '../web/parts.tsx';
import { words } from './words.ts';

export const scanPages = newPages();

page(scanPages, '/scan', 'return:write', async (c) => {
  staffOnly(c.var.ctx);
  const w = words(c.var.locale);
  const { return_id } = readQuery(c, z.object({ return_id: z.string().optional(), code: z.string().optional() }));
  const box = await findBox(c.var.ctx, return_id);
  return show(
    c,
    { title: w.scan, nav: '/scan' },
    <>
      <PageHead title={w.scan} sub={box === undefined ? w.scan_help : <BoxLink c={c} box={box} />}>
        <button type="button" data-camera hidden>
          {w.camera}
        </button>
        <a href="/receipts/new">{w.receive_one}</a>
      </PageHead>
      <noscript>
        <p class="problem">
          {w.scan_needs_script} <a href="/receipts/new">{w.receive_one}</a>
        </p>
      </noscript>
      <form class="scan" action="/receipts/new">
        <label class="field">
          <span>{w.scan_box}</span>
          <input name="scan" data-scan-box autocomplete="off" autocapitalize="off" spellcheck={false} enterkeyhint="send" autofocus />
        </label>
      </form>
      <p data-camera-refused role="alert" class="problem" hidden>
        {w.camera_refused}
      </p>
      <video data-camera-view data-decoder={asset('decoder.js')} hidden muted playsinline />
      <p data-scan-waiting role="status" class="note" />
      <ScanTable c={c} return_id={box?.id} />
    </>,
  );
});

interface Box {
  readonly id: string;
  readonly number: string;
}

/** The return whose box is being unpacked. */
async function findBox(ctx: Ctx, return_id: string | undefined): Promise<Box | undefined> {
  if (return_id === undefined) return undefined;
  return ctx.db.selectFrom('returns').select(['id', 'number']).$call(seenBy(ctx, 'returns.partner_id')).where('id', '=', return_id).executeTakeFirst();
}

const BoxLink = ({ c, box }: { c: AppContext; box: Box }) => (
  <>
    {words(c.var.locale).receiving}: <a href={`/returns/${box.id}`}>{box.number}</a>
  </>
);

/** What the browser says of a scan. */
const SPOKEN = [
  ...(['expected', 'unexpected', 'unknown', 'duplicate', 'ambiguous', 'refused', 'retry', 'queued', 'undone'] as const),
  ...(['undo', 'undo_reason', 'waiting', 'print_label'] as const),
];

/** Rows are drawn by the browser as scans are answered; the words it needs come along. */
function ScanTable({ c, return_id }: { c: AppContext; return_id: string | undefined }) {
  const w = words(c.var.locale);
  return (
    <div class="table" tabindex={0} role="region" aria-label={w.scan}>
      <table>
        <thead>
          <tr>
            {[w.at, w.code, w.state, w.message, w.undo].map((head) => (
              <th scope="col">{head}</th>
            ))}
          </tr>
        </thead>
        <tbody
          data-scan-list
          aria-live="polite"
          data-return-id={return_id}
          data-words={JSON.stringify(Object.fromEntries(SPOKEN.map((word) => [word, w[word]])))}
        />
      </table>
    </div>
  );
}
