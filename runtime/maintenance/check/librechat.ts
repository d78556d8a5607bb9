import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { CheckFailure } from './failure';
import { messageOf } from '../../shared/log';
import type { Settings } from '../../shared/settings';
import { LibreChat } from '../../worker/engine/librechat';

/** Lines of LibreChat's output in a report. */
const LINES = 15;

const REMEDY = 'LibreChat\'s last lines say why. Correct `config`, `environment`, `secrets` or the service that they name';

/** Starts LibreChat as a worker does, but with collections and indexes created, waits until it is ready, and ends it. */
export async function checkStart(environment: Record<string, string>, settings: Settings, signal: AbortSignal): Promise<void> {
  // By default, LibreChat cuts strings in its log after 255 characters. The reasons why it rejects a `librechat.yaml` are longer.
  const librechat = new LibreChat({ ...environment, MONGO_AUTO_INDEX: 'true', MONGO_AUTO_CREATE: 'true', CONSOLE_JSON_STRING_LENGTH: '4000' });
  try {
    await Promise.race([librechat.ready(settings), late(settings.checkStartMs, signal)]);
  } catch (error) {
    await librechat.stop(settings);
    throw new CheckFailure('start', messageOf(error), REMEDY, lastLines(librechat.lastOutput));
  }
  await librechat.stop(settings);
}

async function late(ms: number, signal: AbortSignal): Promise<never> {
  await sleep(ms, undefined, { signal, ref: false });
  throw new Error(`LibreChat is not ready after ${Math.round(ms / 1000)} s`);
}

function lastLines(output: string): string[] {
  return stripVTControlCharacters(output).split('\n').map((line) => line.trim()).filter(Boolean).slice(-LINES);
}
