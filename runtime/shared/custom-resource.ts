import { setTimeout as sleep } from 'node:timers/promises';
import { answer, type CustomResourceEvent } from './cloudformation';
import { log, messageOf } from './log';
import type { Invocation } from './runtime-api';

/** CloudFormation is told of a failure this long before the function is ended: it would wait for its own limit otherwise. */
const ANSWER_BEFORE_DEADLINE_MS = 10_000;

export interface CustomResourceWork {
  readonly physicalId: string;
  /** What to do; `signal` aborts when the function's time is up. Returns the attributes of the resource. */
  readonly run: (signal: AbortSignal) => Promise<Readonly<Record<string, string>> | undefined>;
  /** Logs a failure. */
  readonly failed: (message: string) => void;
}

/** Does what CloudFormation asks for, and tells it the result in any case: an event that failed would be delivered again. */
export async function fulfil(invocation: Invocation, event: CustomResourceEvent, { physicalId, run, failed }: CustomResourceWork): Promise<void> {
  const stop = new AbortController();
  const left = invocation.deadline - ANSWER_BEFORE_DEADLINE_MS - Date.now();
  const timeout = sleep(left, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`the time of the function ran out after ${Math.round(left / 1000)} s`);
  });
  try {
    const Data = await Promise.race([run(stop.signal), timeout]);
    await answer(event, physicalId, { Status: 'SUCCESS', Data }, log);
  } catch (error) {
    failed(messageOf(error));
    await answer(event, physicalId, { Status: 'FAILED', Reason: messageOf(error) }, log);
  } finally {
    stop.abort();
    timeout.catch(() => undefined);
  }
}
