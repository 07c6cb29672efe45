// Scores one seed in a thread of its own.
import { parentPort, workerData } from 'node:worker_threads';
import { scoreSeed, type Task } from './seed.ts';

// main.ts is the only one that starts this thread.
parentPort?.postMessage(scoreSeed(workerData as Task));
