// What every handler finds on its Hono context.
import type { Context, MiddlewareHandler } from 'hono';
import type { Permission } from '../core/permission.ts';
import type { Locale } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';

/** A permission, or one of the two openings: `public` needs no sign-in, `signed-in` needs any. */
export type Gate = Permission | 'public' | 'signed-in';

export interface AppEnv {
  Variables: {
    ctx: Ctx;
    locale: Locale;
    signedIn: boolean;
    /** Set by the gate of the route that answered; a response without it is replaced by 403. */
    gate: Gate | undefined;
    request_id: string;
    /** The viewer's time zone for showing instants. */
    zone: string;
    /** Whether the person wants single-key shortcuts. */
    singleKeys: boolean;
    /** The person's saved views of the page asked for. */
    views: readonly { readonly id: string; readonly name: string; readonly query: string }[] | undefined;
    /** Filled while a page renders when `?format=csv` asks for its tables. */
    shown: ShownTable[] | undefined;
    /** The fields of an item when the route answers a list. */
    columns: readonly string[] | undefined;
    /** PUBLIC_URL, for links that leave the house. */
    public_url: string | undefined;
  };
}

/** A table as it stands on the page, as text. */
export interface ShownTable {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export type AppContext = Context<AppEnv>;
export type AppMiddleware = MiddlewareHandler<AppEnv>;
