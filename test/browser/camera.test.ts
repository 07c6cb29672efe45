// The phone's camera as scanner: Chromium is given a film of a label instead of a camera.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toSVG } from 'bwip-js';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cast, fielded } from '../returns/cast.ts';
import { openSite } from '../support/browser.ts';
import { testCtx } from '../support/eachDb.ts';

const SERIAL = 'AB-0011';
const [WIDTH, HEIGHT] = [640, 480];

const folder = mkdtempSync(join(tmpdir(), 'kizashi-film-'));
const film = join(folder, 'label.y4m');
beforeAll(async () => writeFileSync(film, await filmOf(SERIAL)));
afterAll(() => rmSync(folder, { recursive: true }));

const site = openSite(
  async ({ store }) => {
    const ctx = testCtx(store, { now: Date.now() });
    await cast(ctx);
    await fielded(ctx, { serial: SERIAL });
  },
  ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`],
);

/** One grey frame of YUV4MPEG2 with the code as QR; Chromium plays it in a loop. */
async function filmOf(code: string): Promise<Buffer> {
  const label = toSVG({ bcid: 'qrcode', text: code, scale: 5, backgroundcolor: 'FFFFFF', padding: 8 });
  const frame = await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#ddd' } })
    .composite([{ input: Buffer.from(label) }])
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  const noColour = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip C420jpeg\nFRAME\n`), frame, noColour]);
}

it('a label before the camera is a row, once while it stays in view', async () => {
  const { page, context } = await site().visit('tech');
  await context.grantPermissions(['camera']);
  await page.goto('/scan');
  await page.locator('button[data-camera]').click();
  const codes = page.locator('[data-scan-list] tr [data-code]');
  await expect.poll(() => codes.allInnerTexts(), { timeout: 20_000 }).toEqual([SERIAL]);
  await page.waitForTimeout(1500);
  expect(await codes.allInnerTexts()).toEqual([SERIAL]);
  await page.locator('button[data-camera]').click();
  expect(await page.locator('video[data-camera-view]').isVisible()).toBe(false);
}, 60_000);

it('a camera that is refused says so, and the box still takes keys', async () => {
  const { page } = await site().visit('tech', { locale: 'ja' });
  await page.goto('/scan');
  await page.locator('button[data-camera]').click();
  await expect.poll(() => page.locator('[data-camera-refused]').innerText()).toContain('カメラを使用できません');
  await page.locator('[data-scan-box]').fill(SERIAL);
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('[data-scan-list] tr').count()).toBe(1);
}, 60_000);
