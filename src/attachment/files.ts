// The bytes of attachments: under DATA_DIR by their hash, in folders of two letters, each content once.
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { newSecret, sha256 } from '../core/id.ts';

const fileOf = (dataDir: string, hash: string): string => join(dataDir, 'attachments', hash.slice(0, 2), hash.slice(2, 4), hash);

/** Keeps the bytes and returns their SHA-256. They are on the disk, under their name, when this returns. */
export async function keepFile(dataDir: string, bytes: Uint8Array): Promise<string> {
  const hash = sha256(bytes);
  const file = fileOf(dataDir, hash);
  if (await exists(file)) return hash;
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${newSecret(6)}`;
  const handle = await open(draft, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
  return hash;
}

/** The bytes as a stream, or null when the file is gone. */
export async function openFile(dataDir: string, hash: string): Promise<ReadableStream | null> {
  const file = fileOf(dataDir, hash);
  // Node's web stream and the global one are the same class under two names.
  return (await exists(file)) ? (Readable.toWeb(createReadStream(file)) as ReadableStream) : null;
}

/** All the bytes, or null when the file is gone. */
export const readBytes = async (dataDir: string, hash: string): Promise<Uint8Array | null> => {
  const file = fileOf(dataDir, hash);
  return (await exists(file)) ? readFile(file) : null;
};

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
