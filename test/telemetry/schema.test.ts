import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { root } from '../../src/core/root.ts';
import { jsonSchemaOf, messages } from '../../src/telemetry/payload.ts';

// Keys of an object literal.
const names = Object.keys(messages) as (keyof typeof messages)[];

describe('schema/mqtt', () => {
  it.each(names)('%s.json is what the zod source says', (name) => {
    const file = new URL(`schema/mqtt/${name}.json`, root);
    // UPDATE_SCHEMA=1 writes them anew after a deliberate change.
    if (process.env.UPDATE_SCHEMA === '1') writeFileSync(file, jsonSchemaOf(name));
    expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(jsonSchemaOf(name));
  });
});
