// How early the alerts came, and what came without one.
import { z } from 'zod';
import { newPages, page, readQuery, show } from '../web/page.tsx';
import { PageHead, Section, Table } from '../web/parts.tsx';
import { listLeads, listMissed } from './leads.ts';
import { leadText, signalNames } from './names.tsx';
import { words } from './words.ts';

export const leadPages = newPages();

page(leadPages, '/lead-times', 'alert:read', async (c) => {
  const w = words(c.var.locale);
  const query = readQuery(c, z.object({ model_id: z.string().max(64).optional() }));
  const [nameOf, leads, missed] = await Promise.all([signalNames(c), listLeads(c.var.ctx, query.model_id), listMissed(c.var.ctx)]);
  return show(
    c,
    { title: w.scoreboard, nav: '/alerts' },
    <>
      <PageHead title={w.scoreboard} />
      <Table
        c={c}
        caption={w.scoreboard}
        rows={leads}
        columns={[
          { head: w.model, cell: (row) => <a href={`/alerts/${row.id}`}>{row.model_code}</a> },
          { head: w.signal, cell: (row) => nameOf(row.signal) },
          { head: w.raised_on, cell: (row) => row.raised_on },
          { head: w.crossed_on, cell: (row) => row.level_reached_on ?? '' },
          { head: w.lead_report, numeric: true, cell: (row) => leadText(c, row.lead_report) },
          { head: w.lead_return, numeric: true, cell: (row) => leadText(c, row.lead_return) },
        ]}
      />
      <Section title={w.missed}>
        <Table
          c={c}
          caption={w.missed}
          rows={missed}
          columns={[
            { head: w.model, cell: (row) => <a href={`/catalog/models/${row.model_id}`}>{row.model_code}</a> },
            { head: w.returns, numeric: true, cell: (row) => row.returns },
            { head: w.first_return_on, cell: (row) => row.first_return_on },
            { head: w.why_missed, cell: (row) => w[row.why] },
          ]}
        />
      </Section>
    </>,
  );
});
