// What may be attached, and what is taken out of it before it is kept.
import { describe, expect, it } from 'vitest';
import { cleanUpload } from '../../src/attachment/clean.ts';

const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));
const u32 = (n: number): number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const box = (type: string, ...content: readonly number[][]): number[] => {
  const held = content.flat();
  return [...u32(8 + held.length), ...ascii(type), ...held];
};
/** The same with its size in eight bytes. */
const longBox = (type: string, content: readonly number[]): number[] => [...u32(1), ...ascii(type), 0, 0, 0, 0, ...u32(16 + content.length), ...content];

const PLACE = '+35.6586+139.7454/';
const ftyp = (brand: string) => box('ftyp', ascii(brand), u32(0), ascii(brand));
const frames = ascii('frames: +35.6586 is a number like any other here');
const video = (brand: string, ...moov: number[][]) => Uint8Array.from([...ftyp(brand), ...box('moov', ...moov), ...box('mdat', frames)]);
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const head = box('mvhd', u32(1));

describe('a video', () => {
  it.each([
    ['in the user data of an MP4', video('isom', head, box('udta', box('\u00a9xyz', ascii(PLACE)))), 'video/mp4'],
    [
      'in the metadata of QuickTime',
      video('qt  ', head, box('meta', box('keys', ascii('com.apple.quicktime.location.ISO6709')), ascii(PLACE))),
      'video/quicktime',
    ],
    ['of one track', video('isom', head, box('trak', box('mdia', box('udta', box('loci', ascii(PLACE)))))), 'video/mp4'],
    ['in a box with a long size', video('isom', head, longBox('udta', ascii(PLACE))), 'video/mp4'],
    ['in XMP beside everything', Uint8Array.from([...video('isom', head), ...box('uuid', ascii(PLACE))]), 'video/mp4'],
  ])('loses the place %s, and nothing in it moves', async (_, bytes, media_type) => {
    const cleaned = await cleanUpload(bytes, 'clip.mp4');
    expect(cleaned.media_type).toBe(media_type);
    expect(text(cleaned.bytes)).not.toContain(PLACE);
    expect(cleaned.bytes.length).toBe(bytes.length);
    expect(text(cleaned.bytes).indexOf('frames:')).toBe(text(bytes).indexOf('frames:'));
    expect(text(bytes)).toContain(PLACE);
  });

  it.each([
    ['a box longer than the file', [...ftyp('isom'), ...u32(4000), ...ascii('moov'), ...ascii(PLACE)]],
    ['a box shorter than its own head', [...ftyp('isom'), ...u32(4), ...ascii('moov'), ...ascii(PLACE)]],
    ['half a head at the end', [...ftyp('isom'), ...box('moov', head), 0, 0, 1]],
  ])('with %s is kept as it is', async (_, bytes) => {
    expect((await cleanUpload(Uint8Array.from(bytes), 'clip.mp4')).bytes).toEqual(Uint8Array.from(bytes));
  });
});

describe('refused by content, whatever its name', () => {
  it.each([
    ['HEIC, which says so', Uint8Array.from(box('ftyp', ascii('heic'), u32(0), ascii('mif1heic'))), 'photo.jpg', /JPEG/],
    ['a ZIP', Uint8Array.from([...ascii('PK'), 3, 4, 20, 0, ...Array<number>(40).fill(0)]), 'logs.txt', /Only pictures/],
    ['a program', Uint8Array.from([0x7f, ...ascii('ELF'), 2, 1, 1, ...Array<number>(60).fill(0)]), 'report.pdf', /Only pictures/],
    [
      'an SVG with a script',
      Uint8Array.from(ascii('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>')),
      'a.png',
      /Only pictures/,
    ],
    ['a picture cut off', Uint8Array.from([0x89, ...ascii('PNG\r\n\x1a\n'), ...u32(13), ...ascii('IHDR')]), 'a.png', /cannot be read/],
  ])('%s', async (_, bytes, name, words) => {
    await expect(cleanUpload(bytes, name)).rejects.toMatchObject({ code: 'unsupported', message: expect.stringMatching(words) });
  });

  it('text beyond 10 MiB, though a PDF may be larger', async () => {
    const long = new Uint8Array(10 * 1024 * 1024 + 1).fill(0x61);
    await expect(cleanUpload(long, 'log.txt')).rejects.toMatchObject({ code: 'too_large' });
    const pdf = new Uint8Array(long.length).fill(0x20);
    pdf.set(ascii('%PDF-1.7\n'));
    expect((await cleanUpload(pdf, 'manual.pdf')).media_type).toBe('application/pdf');
  });
});
