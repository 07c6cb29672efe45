// The parts every page is made of. Plain HTML that works without JavaScript.
import type { Child } from 'hono/jsx';
import { dateFormatOf, formatNumber } from '../core/formats.ts';
import { rfc3339 } from '../core/time.ts';
import type { Locale } from '../core/words.ts';
import { withQuery } from './address.ts';
import type { AppContext } from './env.ts';
import { words } from './words.ts';

export { type Column, Table } from './dataTable.tsx';

/** Title of a page with its actions at the right. `stored`: the title is what somebody called the record, not a word of the product. */
export const PageHead = ({ title, stored, sub, children }: { title: string; stored?: boolean; sub?: Child; children?: Child }) => (
  <div class="page-head">
    <div>
      <h1 data-from-store={stored === true ? '' : undefined}>{title}</h1>
      {sub === undefined ? null : <p class="sub">{sub}</p>}
    </div>
    <div class="actions">{children}</div>
  </div>
);

/** Links to the next page and back to the first. */
export function Pager({ c, next_cursor }: { c: AppContext; next_cursor: string | null }) {
  const w = words(c.var.locale);
  const paged = c.req.query('cursor') !== undefined;
  if (next_cursor === null && !paged) return null;
  return (
    <nav class="pager" aria-label={w.next_page}>
      {paged ? <a href={withQuery(c, { cursor: null })}>{w.first_page}</a> : null}
      {next_cursor === null ? null : (
        <a rel="next" href={withQuery(c, { cursor: next_cursor })}>
          {w.next_page}
        </a>
      )}
    </nav>
  );
}

/** How the rows are shown stays when others are asked for. */
const KEPT = ['sort', 'hide', 'lang'];

/** Filters of a list as a GET form, so that they live in the URL, with the person's saved views below. */
export const Filters = ({ c, children }: { c: AppContext; children?: Child }) => {
  const w = words(c.var.locale);
  return (
    <>
      <form class="filters" method="get">
        {children}
        {KEPT.map((name) => (c.req.query(name) === undefined ? null : <input type="hidden" name={name} value={c.req.query(name)} />))}
        <button type="submit">{w.apply}</button>
        <a href={c.req.path}>{w.clear}</a>
      </form>
      <SavedViews c={c} />
    </>
  );
};

/** Saved views of this page as links, and a small form that saves the present one. */
function SavedViews({ c }: { c: AppContext }) {
  const w = words(c.var.locale);
  if (c.var.views === undefined) return null;
  const query = new URL(withQuery(c, { cursor: null, lang: null }), c.req.url).search;
  return (
    <div class="views">
      {c.var.views.map((view) => (
        <span class="view">
          <a href={c.req.path + view.query} aria-current={view.query === query ? 'page' : undefined}>
            {view.name}
          </a>
          <form method="post" action={`/views/${view.id}/removal`}>
            <button type="submit" aria-label={w.remove_view(view.name)}>
              ×
            </button>
          </form>
        </span>
      ))}
      {query === '' ? null : (
        <details>
          <summary>{w.save_view}</summary>
          <form method="post" action="/views">
            <input type="hidden" name="path" value={c.req.path} />
            <input type="hidden" name="query" value={query} />
            <input name="name" required maxlength={60} aria-label={w.view_name} placeholder={w.view_name} />
            <button type="submit">{w.save}</button>
          </form>
        </details>
      )}
    </div>
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

const Label = ({ text, required }: { text: string; required?: boolean | undefined }) => (
  <span>
    {text}
    {required ? (
      <b class="required" aria-hidden="true">
        *
      </b>
    ) : null}
  </span>
);

/** A labelled input. */
export const Field = ({
  label,
  name,
  value,
  type = 'text',
  required,
  hint,
  list,
  ...rest
}: {
  label: string;
  name: string;
  value?: string | number | null;
  type?: string;
  required?: boolean;
  hint?: string;
  list?: string;
  min?: string | number;
  max?: string | number;
  step?: string;
  autocomplete?: string;
  pattern?: string;
  autofocus?: boolean;
  accept?: string;
  multiple?: boolean;
  placeholder?: string;
}) => (
  <label class="field">
    <Label text={label} required={required} />
    <input name={name} type={type} value={value ?? undefined} required={required} list={list} {...rest} />
    {hint === undefined ? null : <small>{hint}</small>}
  </label>
);

export const TextArea = ({
  label,
  name,
  value,
  required,
  rows = 4,
}: {
  label: string;
  name: string;
  value?: string | null;
  required?: boolean;
  rows?: number;
}) => (
  <label class="field">
    <Label text={label} required={required} />
    <textarea name={name} required={required} rows={rows}>
      {value ?? ''}
    </textarea>
  </label>
);

/** A labelled choice; `blank` adds an empty first option with that label. */
export const Select = ({
  label,
  name,
  value,
  options,
  blank,
  required,
}: {
  label: string;
  name: string;
  value?: string | null | undefined;
  options: readonly Option[];
  blank?: string;
  required?: boolean;
}) => (
  <label class="field">
    <Label text={label} required={required} />
    <select name={name} required={required}>
      {blank === undefined ? null : <option value="">{blank}</option>}
      {options.map((option) => (
        <option value={option.value} selected={option.value === value}>
          {option.label}
        </option>
      ))}
    </select>
  </label>
);

/** A form that POSTs. */
export const Form = ({ action, children, enctype, label }: { action: string; children?: Child; enctype?: 'multipart/form-data'; label?: string }) => (
  <form class="stack" method="post" action={action} enctype={enctype} aria-label={label}>
    {children}
  </form>
);

/** Terms and their values. */
export const Facts = ({ facts }: { facts: readonly (readonly [term: Child, value: Child])[] }) => (
  <dl class="facts">
    {facts.map(([term, value]) => (
      <div>
        <dt>{term}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);

export type Tone = 'neutral' | 'good' | 'warn' | 'bad' | 'info';

/** A state in a word; the colour only repeats it. */
export const Badge = ({ tone = 'neutral', children }: { tone?: Tone; children?: Child }) => <span class={`badge ${tone}`}>{children}</span>;

export const Section = ({ title, id, children, aside }: { title: string; id?: string; children?: Child; aside?: Child }) => (
  <section id={id}>
    <div class="section-head">
      <h2>{title}</h2>
      {aside}
    </div>
    {children}
  </section>
);

/** What is shown for a value nobody knows: n/a, never 0. */
export const Unknown = ({ locale }: { locale: Locale }) => <span class="unknown">{words(locale).unknown}</span>;

/** A number, or n/a. */
export const Num = ({ value, digits = 0, unit, locale }: { value: number | null; digits?: number; unit?: string; locale: Locale }) =>
  value === null || !Number.isFinite(value) ? (
    <Unknown locale={locale} />
  ) : (
    <>
      {formatNumber(value, locale, digits)}
      {unit === undefined ? '' : ` ${unit}`}
    </>
  );

/** A proportion 0…1 as a percentage, or n/a. */
export const Percent = ({ value, digits = 1, locale }: { value: number | null; digits?: number; locale: Locale }) =>
  value === null ? <Unknown locale={locale} /> : <>{`${formatNumber(value * 100, locale, digits)} %`}</>;

/** `11.6–31.3 %` */
export const PercentRange = ({ low, high, digits = 1, locale }: { low: number | null; high: number | null; digits?: number; locale: Locale }) =>
  low === null || high === null ? (
    <Unknown locale={locale} />
  ) : (
    <span class="range">{`${formatNumber(low * 100, locale, digits)}–${formatNumber(high * 100, locale, digits)} %`}</span>
  );

const AGES = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** An instant as its age, with the exact time in the viewer's zone on hover. */
export function Age({ c, at }: { c: AppContext; at: number | null }) {
  if (at === null) return <Unknown locale={c.var.locale} />;
  const seconds = Math.round((c.var.ctx.now - at) / 1000);
  const [unit, length] = AGES.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  const amount = Math.floor(Math.abs(seconds) / length);
  const w = words(c.var.locale);
  return (
    <time datetime={rfc3339(at)} title={exactly(c, at)}>
      {seconds < 0 ? w.soon(amount, unit) : w.ago(amount, unit)}
    </time>
  );
}

/** An instant in full, in the viewer's zone. */
export const Moment = ({ c, at }: { c: AppContext; at: number | null }) =>
  at === null ? <Unknown locale={c.var.locale} /> : <time datetime={rfc3339(at)}>{exactly(c, at)}</time>;

export const exactly = (c: AppContext, at: number): string =>
  dateFormatOf(c.var.locale, { dateStyle: 'medium', timeStyle: 'medium', timeZone: c.var.zone }).format(at);
