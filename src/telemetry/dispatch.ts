// Commands on their way to devices: rows until the broker, or the device itself, has them.
import type { IngestStore } from './ingestStore.ts';
import { commandTopic } from './topic.ts';

/** Whatever carries a message to a device. Rejects when it did not arrive. */
export interface Way {
  publish(topic: string, payload: string): Promise<void>;
}

const PER_ROUND = 200;
/** A command that found nobody for so long is not sent any more. */
export const EXPIRES_MS = 7 * 86_400_000;

interface Unsent {
  id: string;
  device_id: string;
  name: string;
  arguments: string | null;
}

export class Dispatch {
  private readonly store: IngestStore;
  private readonly way: Way;
  /** The last command of the round before: those who wait for absent devices never stand before the others. */
  private after = '';
  /** Sent and not yet acknowledged: not to be sent twice. */
  private readonly underway = new Set<string>();

  constructor(store: IngestStore, way: Way) {
    this.store = store;
    this.way = way;
  }

  /** Sends what waits. A device that is not there keeps its commands waiting. */
  async send(now: number): Promise<void> {
    const commands = await this.store.all<Unsent>(
      'select id, device_id, name, arguments from device_commands where sent_at is null and created_at > ? and id > ? order by id limit ?',
      [now - EXPIRES_MS, this.after, PER_ROUND],
    );
    this.after = commands.length < PER_ROUND ? '' : (commands.at(-1)?.id ?? '');
    for (const command of commands) if (!this.underway.has(command.id)) void this.carry(command, now);
  }

  private async carry(command: Unsent, now: number): Promise<void> {
    this.underway.add(command.id);
    try {
      // Written by our own verbs: a JSON object or null.
      const details = command.arguments === null ? {} : (JSON.parse(command.arguments) as object);
      await this.way.publish(commandTopic(command.device_id), JSON.stringify({ v: 1, id: command.id, name: command.name, ...details }));
      await this.store.run('update device_commands set sent_at = ? where id = ? and sent_at is null', [now, command.id]);
    } catch {
      // It waits for the next round.
    } finally {
      this.underway.delete(command.id);
    }
  }
}
