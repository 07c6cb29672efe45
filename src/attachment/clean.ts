// What an upload really is, and the same without what nobody meant to send: pictures are encoded anew, so that GPS, camera owner and the like are gone; videos
// keep their pictures as they are.
import { fileTypeFromBuffer } from 'file-type';
import { Problem } from '../core/problem.ts';
import { withoutPlace } from './video.ts';

export interface Cleaned {
  readonly bytes: Uint8Array;
  readonly media_type: string;
}

const MIB = 1024 * 1024;
const LARGEST: Readonly<Record<string, number>> = { image: 25 * MIB, application: 25 * MIB, text: 10 * MIB, video: 60 * MIB };
const ALLOWED = ['image/jpeg', 'image/png', 'image/webp', 'application/pdf', 'video/mp4', 'video/webm', 'video/quicktime'];
/** A picture of more pixels than any camera of ours makes is an attack on the memory. */
const MOST_PIXELS = 64_000_000;

/** Throws `unsupported` for anything but JPEG, PNG, WebP, PDF, MP4, WebM, QuickTime, CSV and plain text, by content and not by name; `too_large` beyond the limits. */
export async function cleanUpload(bytes: Uint8Array, name: string): Promise<Cleaned> {
  const media_type = (await fileTypeFromBuffer(bytes))?.mime ?? textType(bytes, name);
  if (media_type === 'image/heic' || media_type === 'image/heif')
    throw new Problem('unsupported', ['HEIC pictures cannot be shown everywhere: attach a JPEG', 'HEIC形式は添付できません。JPEG形式で添付してください']);
  if (media_type === null || (!ALLOWED.includes(media_type) && !media_type.startsWith('text/'))) {
    throw new Problem('unsupported', ['Only pictures, PDF, CSV, text and video can be attached', '添付できるのは画像・PDF・CSV・テキスト・動画のみです']);
  }
  const largest = LARGEST[media_type.split('/')[0] ?? ''] ?? 0;
  if (bytes.length > largest) throw new Problem('too_large', [`Larger than ${largest / MIB} MiB`, `${largest / MIB} MiBを超えています`]);
  if (media_type.startsWith('image/')) return { bytes: await withoutMetadata(bytes, media_type), media_type };
  return { bytes: media_type === 'video/mp4' || media_type === 'video/quicktime' ? withoutPlace(bytes) : bytes, media_type };
}

/** Turned upright as its EXIF says, then written without any metadata. */
async function withoutMetadata(bytes: Uint8Array, media_type: string): Promise<Uint8Array> {
  // Loaded with the first picture, not at the start of the product.
  const { default: sharp } = await import('sharp');
  try {
    const picture = sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error' }).rotate();
    switch (media_type) {
      case 'image/png':
        return await picture.png().toBuffer();
      case 'image/webp':
        return await picture.webp({ quality: 90 }).toBuffer();
      default:
        return await picture.jpeg({ quality: 90 }).toBuffer();
    }
  } catch {
    throw new Problem('unsupported', ['The picture cannot be read', '画像を読み取れません']);
  }
}

/** Text is what decodes as UTF-8 or CP932 without control characters. It is never served as HTML. */
function textType(bytes: Uint8Array, name: string): string | null {
  for (const encoding of ['utf-8', 'shift_jis']) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they tell text from binary.
      if (/[\u0000-\u0008\u000e-\u001f]/.test(text)) return null;
      return `${/\.csv$/i.test(name) ? 'text/csv' : 'text/plain'}; charset=${encoding}`;
    } catch {
      // not in this encoding
    }
  }
  return null;
}
