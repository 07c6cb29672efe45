// Styles, scripts and fonts of the pages: hashed names, cached for a year, served from this host only.
import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { sha256 } from '../core/id.ts';
import { root } from '../core/root.ts';
import type { AppEnv } from './env.ts';
import { pass } from './gate.ts';

interface Asset {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same, packed once. */
  readonly packed: Uint8Array<ArrayBuffer>;
}

const JS = 'text/javascript; charset=utf-8';
const CSS = 'text/css; charset=utf-8';

/** Name in the URL → file in the checkout. Client code is compiled from src/web/client into dist/web. */
const sources: Readonly<Record<string, readonly [type: string, file: string]>> = {
  'kizashi.css': [CSS, 'src/web/assets/kizashi.css'],
  'icon.svg': ['image/svg+xml', 'src/web/assets/icon.svg'],
  'labels.css': [CSS, 'src/returns/labels.css'],
  'kizashi.js': [JS, 'dist/web/kizashi.js'],
  'decoder.js': [JS, 'dist/web/decoder.js'],
  'uplot.js': [JS, 'node_modules/uplot/dist/uPlot.esm.js'],
  'uplot.css': [CSS, 'node_modules/uplot/dist/uPlot.min.css'],
};

const loaded = new Map<string, Asset>();
const urls = new Map<string, string>();

/** The URL of an asset, its content's hash in it. Throws for a name that is not one. */
export function asset(name: string): string {
  const known = urls.get(name);
  if (known !== undefined) return known;
  const source = sources[name];
  if (source === undefined) throw new Error(`No asset ${name}`);
  const file = new URL(source[1], root);
  const bytes = existsSync(file) ? new Uint8Array(readFileSync(file)) : new Uint8Array();
  const [stem, extension] = [name.replace(/\.[^.]+$/, ''), name.replace(/^.*\./, '')];
  const hashed = `${stem}.${sha256(bytes).slice(0, 12)}.${extension}`;
  loaded.set(hashed, { name: hashed, type: source[0], bytes, packed: new Uint8Array(gzipSync(bytes, { level: 9 })) });
  urls.set(name, `/assets/${hashed}`);
  return `/assets/${hashed}`;
}

export const assetRoutes = new Hono<AppEnv>();

assetRoutes.get('/assets/:name', pass('public'), (c) => {
  for (const name of Object.keys(sources)) asset(name);
  const found = loaded.get(c.req.param('name'));
  if (found === undefined) return c.notFound();
  const headers = { 'Content-Type': found.type, 'Cache-Control': 'public, max-age=31536000, immutable', Vary: 'Accept-Encoding' };
  if (!/\bgzip\b/.test(c.req.header('Accept-Encoding') ?? '')) return c.body(found.bytes, 200, headers);
  return c.body(found.packed, 200, { ...headers, 'Content-Encoding': 'gzip' });
});
