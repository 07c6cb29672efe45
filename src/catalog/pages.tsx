// The catalogue: a tab for each noun, a list, one record with its links, and the forms.
import { may } from '../core/actor.ts';
import { Problem } from '../core/problem.ts';
import { speak } from '../core/words.ts';
import { HistoryList } from '../web/deeds.tsx';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readQuery, seeOther, show } from '../web/page.tsx';
import { Field, Filters, PageHead, Pager, Section, Table } from '../web/parts.tsx';
import { ListQuery, parseInput } from '../web/route.ts';
import { type Edit, savingEdit } from '../web/staleEdit.tsx';
import { type Resource, resources } from './resources.ts';
import { recordNames } from './save.ts';
import { columnsOf, type FormState, labelOf, optionsOf, RecordFacts, RecordForm, relatedLinks, Tabs } from './views.tsx';
import { words } from './words.ts';

export const catalogPages = newPages();

page(catalogPages, '/catalog', 'unit:read', (c) => c.redirect(may(c.var.ctx.actor, 'catalog:read') ? '/catalog/models' : '/catalog/customers'));
for (const resource of resources) addPages(resource);

function addPages(resource: Resource): void {
  const base = `/catalog/${resource.table}`;
  page(catalogPages, base, resource.read, (c) => listView(c, resource));
  page(catalogPages, `/${resource.table}/:id`, resource.read, (c) => c.redirect(`${base}/${c.req.param('id')}`));
  page(catalogPages, `${base}/new`, 'catalog:write', (c) => formView(c, resource, undefined, { values: c.req.query() }));
  page(catalogPages, `${base}/:id`, resource.read, (c) => recordView(c, resource));
  page(catalogPages, `${base}/:id/edit`, 'catalog:write', async (c) => {
    const record = await resource.get(c.var.ctx, c.req.param('id') ?? '');
    return formView(c, resource, record.id, { values: { ...record }, version: record.version });
  });
  action(catalogPages, base, 'catalog:write', (c) => save(c, resource, undefined));
  action(catalogPages, `${base}/:id`, 'catalog:write', (c) => save(c, resource, c.req.param('id') ?? ''));
}

async function listView(c: AppContext, resource: Resource) {
  const w = words(c.var.locale);
  const query = readQuery(c, resource.Filter.extend(ListQuery.shape));
  const { items, next_cursor } = await resource.list(c.var.ctx, ListQuery.parse(query), query);
  const title = speak(resource.label, c.var.locale);
  return show(
    c,
    { title, nav: '/catalog' },
    <>
      <PageHead title={title}>
        {may(c.var.ctx.actor, 'catalog:write') ? (
          <a class="button primary" href={`/catalog/${resource.table}/new`}>
            {w.new_record(nameOf(c, resource))}
          </a>
        ) : null}
      </PageHead>
      <Tabs c={c} current={resource} />
      <Filters c={c}>
        <Field label={w.search} name="q" value={c.req.query('q') ?? null} type="search" />
      </Filters>
      <Table c={c} caption={title} columns={columnsOf(c, resource)} rows={items} />
      <Pager c={c} next_cursor={next_cursor} />
    </>,
  );
}

async function recordView(c: AppContext, resource: Resource) {
  const w = words(c.var.locale);
  const record = await resource.get(c.var.ctx, c.req.param('id') ?? '');
  const links = relatedLinks(resource, record);
  const changes = may(c.var.ctx.actor, 'history:read') ? await recentHistory(c, resource, record.id) : [];
  return show(
    c,
    { title: record.code, nav: '/catalog' },
    <>
      <PageHead title={record.code} stored sub={nameOf(c, resource)}>
        {may(c.var.ctx.actor, 'catalog:write') ? (
          <a class="button" href={`/catalog/${resource.table}/${record.id}/edit`}>
            {w.edit}
          </a>
        ) : null}
      </PageHead>
      <Tabs c={c} current={resource} />
      <RecordFacts c={c} resource={resource} record={record} />
      {links.length === 0 ? null : (
        <Section title={w.related}>
          <ul class="links">
            {links.map(([label, href]) => (
              <li>
                <a href={href}>{speak(label, c.var.locale)}</a>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {changes.length === 0 ? null : (
        <Section title={w.history}>
          <HistoryList c={c} deeds={changes} />
        </Section>
      )}
    </>,
  );
}

const HISTORY_SHOWN = 20;

const recentHistory = (c: AppContext, resource: Resource, id: string) =>
  c.var.ctx.db
    .selectFrom('history')
    .select(['at', 'actor_name', 'action'])
    .where('record_kind', '=', recordNames[resource.table][0])
    .where('record_id', '=', id)
    .orderBy('id', 'desc')
    .limit(HISTORY_SHOWN)
    .execute();

function formView(c: AppContext, resource: Resource, id: string | undefined, state: FormState) {
  const title = id === undefined ? words(c.var.locale).new_record(nameOf(c, resource)) : `${String(state.values.code ?? '')} · ${words(c.var.locale).edit}`;
  return show(
    c,
    { title, nav: '/catalog' },
    <>
      <PageHead title={title} />
      <Tabs c={c} current={resource} />
      <RecordForm c={c} resource={resource} {...(id === undefined ? {} : { id })} state={state} />
    </>,
  );
}

/** Saves a form; what is wrong with it comes back beside the fields, with what was typed. */
async function save(c: AppContext, resource: Resource, id: string | undefined) {
  const form = await c.req.parseBody();
  const { version: opened, ...typed } = Object.fromEntries(Object.entries(form).map(([name, value]) => [name, String(value).trim()]));
  try {
    if (id !== undefined) return await savingEdit(c, editOf(c, resource, id), (version) => change(c, resource, id, typed, version));
    const record = await resource.create(c.var.ctx, parseInput(resource.New, inputOf(resource, typed)));
    return seeOther(c, `/catalog/${resource.table}/${record.id}`, words(c.var.locale).created);
  } catch (error) {
    if (!(error instanceof Problem) || !['invalid', 'conflict'].includes(error.code)) throw error;
    c.status(error.status);
    return formView(c, resource, id, {
      values: typed,
      errors: error.errors(c.var.locale) ?? [{ path: 'code', message: error.detail(c.var.locale) }],
      ...(opened === undefined ? {} : { version: Number(opened) }),
    });
  }
}

async function change(c: AppContext, resource: Resource, id: string, typed: Readonly<Record<string, string>>, version: number | undefined) {
  const record = await resource.update(c.var.ctx, id, parseInput(resource.Change, inputOf(resource, typed)), version);
  return seeOther(c, `/catalog/${resource.table}/${record.id}`, words(c.var.locale).saved);
}

const editOf = (c: AppContext, resource: Resource, id: string): Edit => ({
  title: nameOf(c, resource),
  nav: '/catalog',
  path: `/catalog/${resource.table}/${id}`,
  fields: resource.fields
    .filter((field) => field.fixed === undefined)
    .map((field) => [field.name, labelOf(field, c.var.locale), optionsOf(field, c.var.locale)]),
  stored: () => resource.get(c.var.ctx, id),
});

/** An empty field is null when the record exists or may be without; several codes are a list. */
const inputOf = (resource: Resource, typed: Readonly<Record<string, string>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(typed).flatMap(([name, value]): [string, unknown][] => {
      const field = resource.fields.find((one) => one.name === name);
      if (field?.type === 'codes') return [[name, value.split(/[\s,;]+/).filter((code) => code !== '')]];
      if (value !== '') return [[name, value]];
      return field?.fixed === undefined && field?.required !== true ? [[name, null]] : [];
    }),
  );

const nameOf = (c: AppContext, resource: Resource): string => speak(recordNames[resource.table][1], c.var.locale);
