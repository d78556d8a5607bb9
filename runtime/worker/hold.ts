import { setTimeout as sleep } from 'node:timers/promises';
import { abortChat, type Chat } from './engine/chat';
import type { LibreChat } from './engine/librechat';
import { jobsInFlight } from './engine/metrics';
import { startsGeneration } from './engine/routes';
import type { ProxyEvent } from './event';
import { log, messageOf } from '../shared/log';
import type { Settings } from '../shared/settings';

/** Where LibreChat goes on working after its response, besides chats. */
const WORKS_ON = /^\/api\/(?:assistants\/v[12]\/chat|agents\/v1\/\S+)$/i;

/** LibreChat may be too busy to answer at once, but not for ever. */
const METRICS_FAILURES = 10;

/** How long LibreChat works on once no generation is left, or nothing where it has done all before it answers. */
export function graceAfter(event: ProxyEvent, settings: Settings): number | undefined {
  if (startsGeneration(event.httpMethod, event.path)) return settings.graceMs;
  return event.httpMethod === 'POST' && WORKS_ON.test(event.path) ? settings.shortHoldMs : undefined;
}

export interface HoldProps {
  readonly librechat: LibreChat;
  readonly requestId: string;
  /** When the environment is killed, in milliseconds since the epoch. */
  readonly deadline: number;
  readonly graceMs: number;
  /** The chat to abort when time runs out. */
  readonly chat?: Chat;
  readonly settings: Settings;
}

/**
 * Keeps the environment awake until its process generates no more: Lambda freezes it as soon as it asks for the next
 * event, and the answer with it.
 */
export async function hold(props: HoldProps): Promise<void> {
  const began = performance.now();
  const reason = await waitForGenerations(props);
  log.info('hold', { requestId: props.requestId, ms: Math.round(performance.now() - began), reason });
}

async function waitForGenerations({ librechat, deadline, graceMs, chat, settings, requestId }: HoldProps): Promise<string> {
  const abortAt = deadline - settings.abortBeforeDeadlineMs;
  const endAt = deadline - settings.endBeforeDeadlineMs;
  let aborted = false;
  let failures = 0;
  while (Date.now() < endAt) {
    if (librechat.exited) return 'LibreChat exited';
    const jobs = await jobsInFlight(librechat).catch((error: unknown) => {
      failures += 1;
      log.warn('metrics-unavailable', { requestId, message: messageOf(error) });
      return undefined;
    });
    if (failures >= METRICS_FAILURES) return 'metrics unavailable';
    if (jobs !== undefined) failures = 0;
    if (jobs === 0) {
      await sleep(Math.min(graceMs, Math.max(0, endAt - Date.now())));
      if (await jobsInFlight(librechat).catch(() => 0) === 0) return aborted ? 'aborted before the deadline' : 'finished';
    } else if (!aborted && chat && Date.now() >= abortAt) {
      aborted = true;
      await abortChat(librechat, chat).catch((error: unknown) => log.error('abort-failed', { requestId, message: messageOf(error) }));
      continue;
    }
    await sleep(settings.holdPollMs);
  }
  return 'deadline';
}
