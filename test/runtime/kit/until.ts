import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 10;

/** Resolves when something has come true; Jest's time limit is the limit. */
export async function until(condition: () => unknown): Promise<void> {
  while (!await condition()) await sleep(POLL_MS);
}
