import { setTimeout as sleep } from 'node:timers/promises';
import type { Models } from '../data-schemas';
import type { Log } from './log';

const MODELS = ['AgentTriggerDelivery', 'AgentTriggerLaneSequence', 'AgentTriggerUserPurge'];
const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Builds the indexes of durable agent triggers after the server listens, regardless of `MONGO_AUTO_INDEX`, as releases from v0.8.8 do. Earlier ones
 * do not have these models. Retries if DocumentDB rejects a build because of another one.
 *
 * @see https://github.com/danny-avila/LibreChat/pull/15563
 */
export async function ensureTriggerIndexes(models: Models, log: Log): Promise<void> {
  await Promise.all(MODELS.filter((name) => name in models).map(async (name) => {
    await models[name].init().catch(() => undefined);
    for (let attempt = 1; ; attempt++) {
      try {
        return await models[name].createIndexes();
      } catch (error) {
        const { message } = error as Error;
        const again = message.toLowerCase().includes('index build in progress') && attempt < ATTEMPTS;
        if (!again) {
          log('error', `[retryWithBackoff] createIndexes(${name}) failed permanently after ${attempt} attempt(s): ${message}`);
          throw error;
        }
        const pause = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1) + Math.random() * FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
        log('warn', `[retryWithBackoff] createIndexes(${name}) attempt ${attempt}/${ATTEMPTS} failed (${message}), retrying in ${Math.round(pause)}ms`);
        await sleep(pause);
      }
    }
  }));
}
