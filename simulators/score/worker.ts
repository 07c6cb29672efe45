// Scores one seed in a thread of its own.
import { parentPort, workerData } from 'node:worker_threads';
import type { Parameters } from './parameters.ts';
import { scoreSeed } from './seed.ts';

// main.ts is the only one that starts this thread.
const { seed, changes, budget } = workerData as { seed: number; changes: Partial<Parameters>; budget: number };
parentPort?.postMessage(scoreSeed(seed, changes, budget));
