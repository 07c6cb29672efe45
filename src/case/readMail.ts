// One mail as it came (RFC 5322), read: who says what in answer to what, in whatever encoding, with its files.
import PostalMime, { type Email } from 'postal-mime';
import { z } from 'zod';
import { sha256 } from '../core/id.ts';
import { Problem } from '../core/problem.ts';

export interface InboundMail {
  readonly message_id: string;
  /** Message-IDs the mail says it answers (In-Reply-To, References), with their brackets, the nearest first. */
  readonly answers: readonly string[];
  readonly from: string;
  readonly from_name: string | null;
  readonly subject: string;
  readonly text: string;
  /** A vacation notice, a bounce, a list. */
  readonly automatic: boolean;
  /** A mail of ours could not be delivered. */
  readonly bounced: boolean;
  readonly sent_at: number | null;
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

const LONGEST_TEXT = 20_000;
const LONGEST_SUBJECT = 300;
const MOST_ANSWERED = 50;

/** Reads one mail. Throws `malformed` without a sender. */
export async function readMail(raw: Uint8Array): Promise<InboundMail> {
  // postal-mime wants an ArrayBuffer of its own; a copy of the bytes is one.
  const email = await PostalMime.parse(Uint8Array.from(raw).buffer, { maxNestingDepth: 20 }).catch(() => null);
  const from = z.email().safeParse(email?.from?.address?.toLowerCase());
  if (email === null || !from.success) throw new Problem('malformed', ['This is no mail with a sender', '差出人のあるメールとして読めません']);
  const text = (email.text ?? textOfHtml(email.html ?? '')).trim();
  const automatic = isAutomatic(email);
  const bounced = automatic && isBounce(email, raw);
  return {
    message_id: email.messageId ?? sha256(raw),
    answers: [...answered(email), ...(bounced ? returned(email, raw) : [])],
    from: from.data,
    from_name: email.from?.name?.slice(0, 200) || null,
    subject: (email.subject ?? '').trim().slice(0, LONGEST_SUBJECT) || '(no subject)',
    text: (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text) || '(empty)',
    automatic,
    bounced,
    sent_at: email.date === undefined ? null : Date.parse(email.date) || null,
    files: filesOf(email),
  };
}

/** RFC 3834: Auto-Submitted other than `no`; and what older programs send. */
function isAutomatic(email: Email): boolean {
  const header = (name: string): string => email.headers.find(({ key }) => key === name)?.value.toLowerCase() ?? '';
  return (
    (header('auto-submitted') !== '' && !header('auto-submitted').startsWith('no')) ||
    /bulk|junk|list|auto_reply/.test(header('precedence')) ||
    header('x-autoreply') !== '' ||
    header('return-path') === '<>' ||
    /^(mailer-daemon|postmaster)@/i.test(email.from?.address ?? '')
  );
}

const asLatin = (raw: Uint8Array): string => Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1');

/** RFC 3464: a report of delivery that says `failed`; what is only delayed may still arrive. */
function isBounce(email: Email, raw: Uint8Array): boolean {
  const type = email.headers.find(({ key }) => key === 'content-type')?.value ?? '';
  return /multipart\/report/i.test(type) && /delivery-status/i.test(type) && /^Action:\s*failed/im.test(asLatin(raw));
}

/** The Message-IDs inside: a bounce brings back the mail it is about, or its head (RFC 3462), unencoded. */
const returned = (email: Email, raw: Uint8Array): string[] =>
  [...asLatin(raw).matchAll(/^Message-ID:\s*(<[^<>\s]+>)/gim)]
    .map(([, id = '']) => id)
    .filter((id) => id !== email.messageId)
    .slice(0, MOST_ANSWERED);

const textOfHtml = (html: string): string =>
  html
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, '')
    .replace(/<(br|\/p|\/div|\/li)[^>]*>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&nbsp;/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');

const answered = (email: Email): string[] => [
  ...new Set([...(`${email.references ?? ''} ${email.inReplyTo ?? ''}`.match(/<[^<>\s]+>/g) ?? [])].reverse().slice(0, MOST_ANSWERED)),
];

/** What the sender attached, and pictures of the text; a mail inside the mail is a file of text. */
const filesOf = (email: Email): InboundMail['files'] =>
  email.attachments.map(({ filename, mimeType, content }, i) => ({
    name: filename ?? `${mimeType === 'message/rfc822' ? 'mail' : 'file'}-${i + 1}`,
    bytes: typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content),
  }));
