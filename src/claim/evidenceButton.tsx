// The one click that makes an evidence pack, wherever its subject is shown.
import { may } from '../core/actor.ts';
import type { AppContext } from '../web/env.ts';
import { words } from './evidenceWords.ts';
import type { EvidencePackRow } from './table.ts';

/** `fields` name the subject: its id, or the parts of a cohort. Nothing for those who may not make one. */
export const EvidenceButton = ({
  c,
  kind,
  fields,
}: {
  c: AppContext;
  kind: EvidencePackRow['subject_kind'];
  fields: Readonly<Record<string, string | null>>;
}) =>
  may(c.var.ctx.actor, 'claim:write') ? (
    <form method="post" action="/evidence-packs">
      <input type="hidden" name="subject_kind" value={kind} />
      {Object.entries(fields).map(([name, value]) => (value === null ? null : <input type="hidden" name={name} value={value} />))}
      <button type="submit">{words(c.var.locale).evidence}</button>
    </form>
  ) : null;
