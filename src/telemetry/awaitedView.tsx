// A device that is registered, or has a credential, and was never heard: how it comes to its first report.
import { may } from '../core/actor.ts';
import type { AppContext } from '../web/env.ts';
import { Facts, Moment, PageHead } from '../web/parts.tsx';
import { CredentialButtons } from './deviceViews.tsx';
import type { AwaitedDevice } from './queries.ts';
import { KindBadge } from './views.tsx';
import { words } from './words.ts';

export function AwaitedView({ c, device }: { c: AppContext; device: AwaitedDevice }) {
  const w = words(c.var.locale);
  const { device_id, unit, credential } = device;
  return (
    <>
      <PageHead stored title={device_id} sub={<KindBadge c={c} kind="never_seen" />} />
      {unit === null ? <p class="problem">{w.not_registered}</p> : null}
      <Facts
        facts={[
          [w.unit, unit === null ? '' : <a href={`/units/${unit.id}`}>{unit.serial}</a>],
          [w.model, unit?.model_code ?? ''],
          [w.credential, credential === null ? w.none_issued : <Moment c={c} at={credential.created_at} />],
        ]}
      />
      <p>{w.not_connected_yet}</p>
      {may(c.var.ctx.actor, 'telemetry:write') ? <CredentialButtons c={c} device_id={device_id} issued={credential !== null} /> : null}
    </>
  );
}
