import { setTimeout as sleep } from 'node:timers/promises';
import { sendResponse, type CustomResourceEvent } from './cloudformation';
import { log, messageOf } from './log';
import type { Invocation } from './runtime-api';

/** Time before the function's timeout at which a failure is reported. Otherwise, CloudFormation would wait for its own timeout. */
const RESPOND_BEFORE_DEADLINE_MS = 10_000;

export interface CustomResourceWork {
  readonly physicalId: string;
  /** Handles the request and returns the attributes of the resource. `signal` is aborted before the function times out. */
  readonly run: (signal: AbortSignal) => Promise<Readonly<Record<string, string>> | undefined>;
  /** Logs a failure. */
  readonly failed: (message: string) => void;
}

/** Handles a request of CloudFormation. Failures are reported and not thrown, because Lambda would repeat the event. */
export async function fulfil(invocation: Invocation, event: CustomResourceEvent, { physicalId, run, failed }: CustomResourceWork): Promise<void> {
  const stop = new AbortController();
  const left = invocation.deadline - RESPOND_BEFORE_DEADLINE_MS - Date.now();
  const timeout = sleep(left, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`the time of the function ran out after ${Math.round(left / 1000)} s`);
  });
  try {
    const Data = await Promise.race([run(stop.signal), timeout]);
    await sendResponse(event, physicalId, { Status: 'SUCCESS', Data }, log);
  } catch (error) {
    failed(messageOf(error));
    await sendResponse(event, physicalId, { Status: 'FAILED', Reason: messageOf(error) }, log);
  } finally {
    stop.abort();
    timeout.catch(() => undefined);
  }
}
