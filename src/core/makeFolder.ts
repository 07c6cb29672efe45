// Makes a folder and those above it. Not `mkdirSync(…, { recursive: true })`: where the system answers ENOENT to a folder whose parent is there, as
// /proc does, Node asks again for ever and hears no signal.
import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Leaves a folder that is there as it is. Throws what the system says when it refuses, or when a file is in the way. */
export function makeFolder(path: string): void {
  const folder = resolve(path);
  if (isFolder(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process was quicker.
    if (!isFolder(folder)) throw error;
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
