// Commands on their way to devices: rows until the broker, or the device itself, has them.
import type { IngestStore } from './ingestStore.ts';
import { commandTopic } from './topic.ts';

/** Whatever carries a message to a device. */
export interface Way {
  publish(topic: string, payload: string): Promise<void>;
}

const PER_ROUND = 200;
/** A command that found nobody for so long is not sent any more. */
const EXPIRES_MS = 7 * 86_400_000;

interface Unsent {
  id: string;
  device_id: string;
  name: string;
  arguments: string | null;
}

/** Sends what waits. A device that is not there keeps its commands waiting. */
export async function sendCommands(store: IngestStore, way: Way, now: number): Promise<void> {
  const commands = await store.all<Unsent>(
    'select id, device_id, name, arguments from device_commands where sent_at is null and created_at > ? order by created_at limit ?',
    [now - EXPIRES_MS, PER_ROUND],
  );
  for (const command of commands) {
    // Written by our own verbs: a JSON object or null.
    const details = command.arguments === null ? {} : (JSON.parse(command.arguments) as object);
    const payload = JSON.stringify({ v: 1, id: command.id, name: command.name, ...details });
    way
      .publish(commandTopic(command.device_id), payload)
      .then(
        () => store.run('update device_commands set sent_at = ? where id = ? and sent_at is null', [now, command.id]),
        () => undefined,
      )
      .catch(() => undefined);
  }
}
