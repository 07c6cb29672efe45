// The first page of the day: what waits for this person, by role. Every count is the length of the list it opens.

import { formatNumber } from '../core/formats.ts';
import { speak } from '../core/words.ts';
import { listKpis, type NamedResult, usualDays } from '../kpi/queries.ts';
import { KpiValue } from '../kpi/views.tsx';
import type { AppContext } from '../web/env.ts';
import { newPages, page, show } from '../web/page.tsx';
import { PageHead } from '../web/parts.tsx';
import { FirstDayPanel, firstDay } from './firstDay.tsx';
import { homeOf, type Section } from './home.ts';
import type { Entry } from './homeEntry.ts';
import { homeWords } from './homeWords.ts';
import { movedRatePages } from './movedRatesPage.tsx';

export const homePages = newPages();

homePages.route('/', movedRatePages);

page(homePages, '/', 'self:read', async (c) => {
  const w = homeWords(c.var.locale);
  const sections = await homeOf(c.var.ctx);
  const steps = await firstDay(c.var.ctx);
  const kpis = c.var.ctx.actor.role === 'lead' ? await leadKpis(c) : [];
  return show(
    c,
    { title: w.home, nav: '/' },
    <>
      <PageHead title={w.greeting(c.var.ctx.actor.name)} />
      <FirstDayPanel c={c} steps={steps} />
      <div class="panels" id="home">
        {sections.map((section) => (
          <Panel c={c} section={section} />
        ))}
        {kpis.length === 0 ? null : <Kpis c={c} kpis={kpis} />}
      </div>
      {sections.length === 0 ? <p class="empty">{w.nothing}</p> : null}
    </>,
  );
});

const Panel = ({ c, section }: { c: AppContext; section: Section }) => (
  <section class="panel">
    <h2>{homeWords(c.var.locale)[`section_${section.name}`]}</h2>
    <ul>
      {section.entries.map((entry) => (
        <Line c={c} entry={entry} />
      ))}
    </ul>
  </section>
);

const Line = ({ c, entry: { name, path, count, tone } }: { c: AppContext; entry: Entry }) => (
  <li>
    <a href={path} class={count === 0 ? 'none' : tone} data-count={count}>
      <span>{plainWord(c, name)}</span>
      <b>{formatNumber(count, c.var.locale)}</b>
    </a>
  </li>
);

/** Names of entries are words without parameters. */
function plainWord(c: AppContext, name: Entry['name']): string {
  const word = homeWords(c.var.locale)[name];
  return typeof word === 'string' ? word : name;
}

/** The figures a lead looks at first; the rest is one link away. */
const LEAD_KPIS = ['first_reply', 'full_resolution', 'reopened', 'csat'];

const leadKpis = async (c: AppContext): Promise<NamedResult[]> =>
  (await listKpis(c.var.ctx, usualDays(c.var.ctx, {}), {})).filter(({ name }) => LEAD_KPIS.includes(name));

const Kpis = ({ c, kpis }: { c: AppContext; kpis: readonly NamedResult[] }) => (
  <section class="panel">
    <h2>
      <a href="/kpis">{homeWords(c.var.locale).kpis_month}</a>
    </h2>
    <ul>
      {kpis.map((kpi) => (
        <li>
          <a href={`/kpis/${kpi.name}`} class="plain">
            <span>
              {speak(kpi.label, c.var.locale)} <small class="quiet">n = {formatNumber(kpi.denominator, c.var.locale)}</small>
            </span>
            <b>
              <KpiValue kpi={kpi} locale={c.var.locale} />
            </b>
          </a>
        </li>
      ))}
    </ul>
  </section>
);
