import { setTimeout as sleep } from 'node:timers/promises';
import { Engine } from './engine/engine';
import type { LibreChat } from './engine/librechat';
import { start } from './start';
import { memoryMbOf } from './start/memory';
import type { StartEvent } from '../../src/contract/queue';
import type { RequestSource } from '../shared/exchange';
import { log, messageOf } from '../shared/log';
import { RuntimeError, type BegunResponse, type Invocation, type RuntimeApi } from '../shared/runtime-api';
import type { Settings } from '../shared/settings';

/** The queue, as seen by the worker. */
export interface Requests {
  readonly maxConcurrentRequests: number;
  /** Registers the worker for one invocation. */
  open(event: StartEvent): Promise<RequestSource>;
  /** Reports to relays why workers fail to start. Without an event if the init fails. */
  broken(reason: string, event?: StartEvent): Promise<void>;
  /** Reports to the relay that sent the event that it must start another worker. */
  lost(event: StartEvent): Promise<void>;
}

interface Ready {
  readonly librechat: LibreChat;
  readonly requests: Requests;
}

/** The first byte of the response tells the relay that the worker has its event. */
const STARTED = Buffer.from('\n');

/** Runs workers, one for each invocation, until the process ends. */
export async function work(
  api: RuntimeApi, environment: NodeJS.ProcessEnv, settings: Settings, readRequests: () => Promise<Requests>,
): Promise<never> {
  const reading = readRequests();
  const starting = Promise.all([start(environment, settings), reading]).then(([librechat, requests]): Ready => ({ librechat, requests }));
  // Avoids an unhandled rejection before the first event awaits it.
  starting.catch(() => undefined);
  const worker = new Worker(api, starting, reading, settings, memoryMbOf(environment));
  const asking = new AbortController();
  try {
    await Promise.race([starting, sleep(settings.askForEventsAfterMs, undefined, { signal: asking.signal })]);
  } catch (error) {
    await Promise.all([worker.broken(error), api.failInit(new RuntimeError('Runtime.StartFailed', messageOf(error))).catch(() => undefined)]);
    process.exit(1);
  } finally {
    asking.abort();
  }
  for (;;) await worker.serve(await api.next());
}

class Worker {
  public constructor(
    private readonly api: RuntimeApi,
    private readonly starting: Promise<Ready>,
    private readonly reading: Promise<Requests>,
    private readonly settings: Settings,
    private readonly memoryMb?: number,
  ) {}

  /** Serves for one invocation. When this resolves, nothing is running, and the environment may be frozen. */
  public async serve(invocation: Invocation): Promise<void> {
    const { requestId, event } = invocation;
    if (!isStartEvent(event)) return this.refuse(invocation);
    const response = this.api.begin(invocation, STARTED);
    const { librechat, requests } = await this.whenReady(invocation, event);
    // Checked before the first request is taken, so that no request fails.
    if (!await librechat.isAlive()) {
      await requests.lost(event).catch((error: unknown) => log.warn('start-failure-not-reported', { requestId, message: messageOf(error) }));
      // Otherwise, the relay may notice the end of the process before the first byte, as for a start that was refused.
      await acknowledged(response, requestId);
      return this.replace(librechat, requestId, librechat.exited ?? 'LibreChat does not respond');
    }
    const source = await requests.open(event).catch((error: unknown) => log.error('queue-unavailable', { requestId, message: messageOf(error) }));
    if (source) {
      log.info('serving', { requestId, startId: event.startWorker, worker: source.worker });
      await this.run(invocation, librechat, source, requests.maxConcurrentRequests);
    }
    await acknowledged(response, requestId);
  }

  /** Logs a failed start, and reports it to relays. */
  public async broken(error: unknown, event?: StartEvent): Promise<void> {
    log.error('start-failed', { message: messageOf(error) });
    try {
      await (await this.reading).broken(messageOf(error), event);
    } catch (failure) {
      log.warn('start-failure-not-reported', { message: messageOf(failure) });
    }
  }

  private async run({ requestId, deadline }: Invocation, librechat: LibreChat, source: RequestSource, maxConcurrentRequests: number): Promise<void> {
    const { settings, memoryMb } = this;
    const began = performance.now();
    const ended = await new Engine({ librechat, source, settings, maxConcurrentRequests, memoryMb, deadline }).run();
    const { reason, replace, requests, most } = ended;
    log.info('worker-ended', { requestId, worker: source.worker, reason, requests, most, ms: Math.round(performance.now() - began) });
    if (replace) await this.replace(librechat, requestId, reason);
  }

  /** Exits during the invocation, so that Lambda reports an error and starts the next worker in a new environment. */
  private async replace(librechat: LibreChat, requestId: string, reason: string): Promise<never> {
    log.error('librechat-replaced', { requestId, reason });
    await librechat.stop(this.settings);
    process.exit(1);
  }

  /** Waits for LibreChat. After a limit, the process exits, and the next start is in another environment. */
  private async whenReady({ deadline }: Invocation, event: StartEvent): Promise<Ready> {
    const { readyWaitMs, endBeforeDeadlineMs } = this.settings;
    const wait = Math.max(0, Math.min(readyWaitMs, deadline - endBeforeDeadlineMs - Date.now()));
    const limit = new AbortController();
    try {
      return await Promise.race([
        this.starting,
        sleep(wait, undefined, { signal: limit.signal }).then(() => {
          throw new Error(`LibreChat is not ready after ${Math.round(wait / 1000)} s`);
        }),
      ]);
    } catch (error) {
      await this.broken(error, event);
      return process.exit(1);
    } finally {
      limit.abort();
    }
  }

  private async refuse(invocation: Invocation): Promise<void> {
    const { requestId, event } = invocation;
    const error = new RuntimeError('Function.UnknownEvent', `the event must be {"startWorker":"<id>","release":"<release>"}, got one with: ${Object.keys(Object(event)).join(', ')}`);
    log.error('unknown-event', { requestId, message: error.message });
    await this.api.fail(invocation, error).catch((failure: unknown) => log.warn('response-rejected', { requestId, message: messageOf(failure) }));
  }
}

function isStartEvent(event: unknown): event is StartEvent {
  const { startWorker, release } = Object(event) as Partial<StartEvent>;
  return typeof startWorker === 'string' && typeof release === 'string';
}

/** Ends the response. The relay has usually closed the connection before. */
async function acknowledged(response: BegunResponse, requestId: string): Promise<void> {
  await response.end().catch((error: unknown) => log.warn('response-rejected', { requestId, message: messageOf(error) }));
}
