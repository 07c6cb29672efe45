// Every error leaves here: as RFC 9457 for programs, as the same words on a page for people.
import { HTTPException } from 'hono/http-exception';
import { Problem } from '../core/problem.ts';
import type { AppContext } from './env.ts';

const titles: Record<Problem['code'], string> = {
  malformed: 'Malformed request',
  unauthenticated: 'Not signed in',
  forbidden: 'Not permitted',
  not_found: 'Not found',
  conflict: 'Conflict',
  stale: 'Changed in the meantime',
  too_large: 'Too large',
  unsupported: 'Unsupported media type',
  invalid: 'Invalid input',
  throttled: 'Too many requests',
  internal: 'Internal error',
  unavailable: 'Unavailable',
};

/** The store is locked, full or unreadable, PostgreSQL refuses, ends or has no connection left, or the network between has gone. */
const UNREACHABLE = /^(SQLITE_(BUSY|FULL|IOERR|CANTOPEN)|57P|08|53|55000|3D000|28|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)/;
/** What node-postgres says without a code. */
const DISCONNECTED = /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/;

/** The Problem an error stands for, or null when it is a bug of ours. */
export function asProblem(error: unknown): Problem | null {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException) return fromHttpException(error);
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY') {
    return new Problem('conflict', ['A record with the same key exists already', '同じキーのレコードが既にあります']);
  }
  if (code === '23503' || code === 'SQLITE_CONSTRAINT_FOREIGNKEY')
    return new Problem('invalid', ['It refers to a record that does not exist', '参照先のレコードが存在しません']);
  // A constraint caught a race that had slipped past the rule.
  if (code === 'SQLITE_CONSTRAINT_TRIGGER' || code === 'SQLITE_CONSTRAINT_CHECK' || code === 'P0001' || code === '23514') {
    return new Problem('conflict', ['This no longer fits the state of the record; load it again', 'レコードの状態が変わりました。再読み込みしてください']);
  }
  if (code === '40001' || code === '40P01')
    return new Problem('conflict', ['Someone else changed this at the same moment; try again', '同時に更新されました。もう一度お試しください']);
  if (code === '22021') return new Problem('invalid', ['A text holds a character that cannot be stored', '保存できない文字が含まれています']);
  if (UNREACHABLE.test(code) || (error instanceof Error && DISCONNECTED.test(error.message))) {
    return new Problem('unavailable', ['The store is unavailable', 'データベースに接続できません'], { retry_after_s: 5 });
  }
  return null;
}

function fromHttpException(error: HTTPException): Problem {
  switch (error.status) {
    case 404:
      return new Problem('not_found', ['Not found', '見つかりません']);
    case 413:
      return new Problem('too_large', ['The request is too large', '要求が大きすぎます']);
    case 415:
      return new Problem('unsupported', ['This media type is not supported', 'このメディアタイプには対応していません']);
    default:
      return new Problem('malformed', [error.message || 'Malformed request', '要求の形式が正しくありません']);
  }
}

/** RFC 9457. */
export function problemResponse(c: AppContext, problem: Problem): Response {
  const { blocking, retry_after_s } = problem.extra;
  const locale = c.var.locale ?? 'en';
  const errors = problem.errors(locale);
  if (retry_after_s !== undefined) c.header('Retry-After', String(retry_after_s));
  if (problem.status === 401) c.header('WWW-Authenticate', 'Bearer');
  c.header('Content-Type', 'application/problem+json');
  return c.body(
    JSON.stringify({
      type: `/api/docs#problem-${problem.code}`,
      title: titles[problem.code],
      status: problem.status,
      detail: problem.detail(locale),
      code: problem.code,
      ...(errors === undefined ? {} : { errors }),
      ...(blocking === undefined ? {} : { blocking }),
    }),
    problem.status,
  );
}
