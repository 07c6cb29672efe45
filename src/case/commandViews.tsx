// What became of a command to a camera: waiting for it to connect, sent, or answered, in words.
import type { AppContext } from '../web/env.ts';
import { Age, Badge } from '../web/parts.tsx';
import type { CaseCommand } from './remedy.ts';
import { words } from './words.ts';

/** What commands are called on the buttons that send them. */
export const commandName = (c: AppContext, name: string): string => {
  const w = words(c.var.locale);
  return name === 'diagnose' ? w.diagnose : name === 'restart' ? w.restart : name;
};

export function CommandReply({ c, command }: { c: AppContext; command: CaseCommand }) {
  const w = words(c.var.locale);
  if (command.replied_at === null) return <Badge tone="warn">{command.sent_at === null ? w.command_waits : w.not_answered}</Badge>;
  return (
    <>
      <Badge tone="good">{w.command_answered}</Badge> <Age c={c} at={command.replied_at} /> {saidIn(command.reply)}
    </>
  );
}

/** The reply without what only pairs it with its command. */
function saidIn(reply: string | null): string {
  const { v, id, name, ...said }: Record<string, unknown> = JSON.parse(reply ?? '{}');
  return Object.entries(said)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ');
}
