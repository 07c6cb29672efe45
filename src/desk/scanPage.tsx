// The continuous scan page: the frame is HTML, the queue lives in the browser (web/client/scan.ts) and posts to /api/v1/receipts.
import { z } from 'zod';
import { seenBy } from '../db/scope.ts';
import { asset } from '../web/assets.ts';
import { newPages, page, readQuery, show } from '../web/page.tsx';
import { PageHead } from '../web/parts.tsx';
import { words } from './words.ts';

export const scanPages = newPages();

page(scanPages, '/scan', 'return:write', async (c) => {
  const w = words(c.var.locale);
  const { return_id } = readQuery(c, z.object({ return_id: z.string().optional(), code: z.string().optional() }));
  const box =
    return_id === undefined
      ? undefined
      : await c.var.ctx.db
          .selectFrom('returns')
          .select(['id', 'number'])
          .$call(seenBy(c.var.ctx, 'returns.partner_id'))
          .where('id', '=', return_id)
          .executeTakeFirst();
  const { expected, unexpected, unknown, duplicate, ambiguous, refused, retry, queued, undone, undo, undo_reason, waiting } = w;
  return show(
    c,
    { title: w.scan, nav: '/scan' },
    <>
      <PageHead
        title={w.scan}
        sub={
          box === undefined ? (
            w.scan_help
          ) : (
            <>
              {w.receiving}: <a href={`/returns/${box.id}`}>{box.number}</a>
            </>
          )
        }
      >
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
      <video data-camera-view data-decoder={asset('decoder.js')} hidden muted playsinline />
      <p data-scan-waiting role="status" class="note" />
      <div class="table" tabindex={0} role="region" aria-label={w.scan}>
        <table>
          <thead>
            <tr>
              <th scope="col">{w.at}</th>
              <th scope="col">{w.code}</th>
              <th scope="col">{w.state}</th>
              <th scope="col">{w.message}</th>
              <th scope="col">{w.undo}</th>
            </tr>
          </thead>
          <tbody
            data-scan-list
            aria-live="polite"
            data-return-id={box?.id}
            data-words={JSON.stringify({ expected, unexpected, unknown, duplicate, ambiguous, refused, retry, queued, undone, undo, undo_reason, waiting })}
          />
        </table>
      </div>
    </>,
  );
});
