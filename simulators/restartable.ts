// A camera that can be told to restart: from then on, until its own life boots it again, it runs on a session of its own.
import type { Camera, Session } from './camera.ts';
import { seedOf } from './random.ts';

export interface Restartable {
  readonly camera: Camera;
  restart(at: number): void;
}

export function restartable(camera: Camera): Restartable {
  let forced: { readonly under: string; readonly session: Session } | null = null;
  let restarts = 0;
  const forcedAt = (at: number): Session | null =>
    forced !== null && at >= forced.session.at && camera.sessionAt(at).id === forced.under ? forced.session : null;
  return {
    camera: {
      ...camera,
      sessionAt: (at) => forcedAt(at) ?? camera.sessionAt(at),
      measuresAt: (at) => {
        const measures = camera.measuresAt(at);
        const session = forcedAt(at);
        return session === null
          ? measures
          : { ...measures, uptime_s: Math.floor((at - session.at) / 1000), reboot: session.reason, boots: (measures.boots ?? 0) + restarts };
      },
    },
    restart: (at) => {
      const own = camera.sessionAt(at);
      restarts += 1;
      const id = own.id.slice(0, 8) + seedOf(camera.unit.seed, `${own.id} restart ${at} ${restarts}`).toString(16).padStart(8, '0');
      forced = { under: own.id, session: { ...own, id, at, reason: 'user_reset' } };
    },
  };
}
