// Two people on one record: the second to save sees both values of each field as a difference, and decides; nothing is overwritten unseen.
import { Problem } from '../core/problem.ts';
import type { AppContext } from './env.ts';
import { show } from './page.tsx';
import { Form, type Option, PageHead } from './parts.tsx';
import { words } from './words.ts';

export interface Edit {
  readonly title: string;
  readonly nav: string;
  /** The fields of the form with their labels, in its order; `options` of a choice, to show its value in words. */
  readonly fields: readonly (readonly [name: string, label: string, options?: readonly Option[]])[];
  /** The record as it is stored now. */
  readonly stored: () => Promise<{ readonly version: number }>;
  /** Where the record is shown. */
  readonly path: string;
}

/** Goes into every form that edits what is there: which version the person is looking at. */
export const Version = ({ of }: { of: { readonly version: number } }) => <input type="hidden" name="version" value={String(of.version)} />;

/** Runs the save of an edit form with the version the form was opened with. */
export async function savingEdit(c: AppContext, edit: Edit, save: (version: number | undefined) => Promise<Response>): Promise<Response> {
  const { version, ...typed } = texts(await c.req.parseBody());
  try {
    return await save(version === undefined ? undefined : Number(version));
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'stale') throw error;
    c.status(error.status);
    return Difference({ c, edit, typed, stored: await edit.stored() });
  }
}

const texts = (form: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(form).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value.trim().replaceAll('\r\n', '\n')]] : [])));

interface Both {
  readonly c: AppContext;
  readonly edit: Edit;
  readonly typed: Readonly<Record<string, string>>;
  readonly stored: { readonly version: number };
}

function Difference({ c, edit, typed, stored }: Both): Promise<Response> {
  const w = words(c.var.locale);
  const values = new Map(Object.entries(stored).map(([name, value]) => [name, textOf(value)]));
  const differing = edit.fields.filter(([name]) => typed[name] !== undefined && typed[name] !== (values.get(name) ?? ''));
  const agreed = Object.entries(typed).filter(([name]) => !differing.some(([other]) => other === name));
  return Promise.resolve(
    show(
      c,
      { title: edit.title, nav: edit.nav },
      <>
        <PageHead title={edit.title} />
        <p class="problem" role="alert">
          {w.stale_both}
        </p>
        <Form action={c.req.path} label={edit.title}>
          <Version of={stored} />
          {agreed.map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          {differing.map(([name, label, options = []]) => (
            <Choice c={c} name={name} label={label} options={options} mine={typed[name] ?? ''} theirs={values.get(name) ?? ''} />
          ))}
          <div class="row">
            <button type="submit" class="primary">
              {w.save}
            </button>
            <a class="button" href={edit.path}>
              {w.drop_mine}
            </a>
          </div>
        </Form>
      </>,
    ),
  );
}

interface Sides {
  readonly c: AppContext;
  readonly name: string;
  readonly label: string;
  readonly options: readonly Option[];
  readonly mine: string;
  readonly theirs: string;
}

function Choice({ c, name, label, options, mine, theirs }: Sides) {
  const w = words(c.var.locale);
  const shown = (value: string): string => options.find((option) => option.value === value)?.label ?? (value === '' ? '—' : value);
  const sides = [
    [w.stored_now, theirs],
    [w.your_value, mine],
  ] as const;
  return (
    <fieldset class="difference">
      <legend>{label}</legend>
      {sides.map(([side, value]) => (
        <label class="choice">
          <input type="radio" name={name} value={value} required />
          <span>
            <small>{side}</small>
            <span class="statement">{shown(value)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** A stored value as its form field shows it. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.join(' ') : String(value);
}
