import { setTimeout as sleep } from 'node:timers/promises';
import { chatOf } from './engine/chat';
import type { LibreChat } from './engine/librechat';
import { startsGeneration } from './engine/routes';
import { isProxyEvent, isWarmUp, type ProxyEvent } from './event';
import { answerWithError, delivered, exchange } from './exchange';
import { graceAfter, hold } from './hold';
import { requestOf } from './request';
import { start } from './start';
import { log, messageOf } from '../shared/log';
import { RuntimeError, type Invocation, type RuntimeApi } from '../shared/runtime-api';
import type { Settings } from '../shared/settings';

/** As much of a chat's answer as can hold its id. */
const PEEK_BYTES = 64 * 1024;

const EVENT_NOTICE_STEPS = 5;
const EVENT_NOTICE_STEP_MS = 20;

/** Serves LibreChat to API Gateway, one event at a time, until the process ends. */
export async function serve(api: RuntimeApi, environment: NodeJS.ProcessEnv, settings: Settings): Promise<void> {
  const starting = start(environment, settings);
  try {
    await Promise.race([starting, sleep(settings.askForEventsAfterMs)]);
  } catch (error) {
    log.error('start-failed', { message: messageOf(error) });
    await api.failInit(new RuntimeError('Adapter.StartFailed', messageOf(error))).catch(() => undefined);
    process.exit(1);
  }
  const server = new Server(api, starting, settings);
  for (;;) await server.serve(await api.next());
}

class Server {
  private busy = false;
  private exitStatus?: string;

  public constructor(
    private readonly api: RuntimeApi,
    private readonly librechat: Promise<LibreChat>,
    private readonly settings: Settings,
  ) {
    librechat.then((child) => child.onExit((status) => {
      this.exitStatus = status;
      void this.leaveWhenIdle();
    }), () => undefined);
  }

  public async serve(invocation: Invocation): Promise<void> {
    this.busy = true;
    const { event } = invocation;
    if (isProxyEvent(event)) await this.serveRequest(invocation, event);
    else if (isWarmUp(event)) await this.warmUp(invocation);
    else await this.refuse(invocation);
    this.busy = false;
    this.leaveIfOver();
  }

  private async serveRequest(invocation: Invocation, event: ProxyEvent): Promise<void> {
    const librechat = await this.whenReady(invocation);
    const generates = startsGeneration(event.httpMethod, event.path);
    const { api, settings } = this;
    const { port } = librechat;
    const began = performance.now();
    const answer = await exchange({ port, api, invocation, event, settings, peekBytes: generates ? PEEK_BYTES : undefined });
    const { requestId, deadline } = invocation;
    const ms = Math.round(performance.now() - began);
    // Without the query: links that people get by mail carry their secret in it.
    log.info('request', { requestId, method: event.httpMethod, path: event.path, statusCode: answer.statusCode, ms });
    if (answer.failed) await librechat.exitIfUnderWay();
    const graceMs = graceAfter(event, settings);
    const refused = answer.statusCode >= 400 && !answer.failed;
    if (settings.hold && graceMs !== undefined && !refused) {
      await hold({ librechat, requestId, deadline, graceMs, chat: chatOf(requestOf(event).headers, answer.body), settings });
    }
  }

  /** Starting may still be under way; past a limit it is better to begin anew in another environment. */
  private async whenReady(invocation: Invocation): Promise<LibreChat> {
    const { readyWaitMs, endBeforeDeadlineMs } = this.settings;
    const wait = Math.max(0, Math.min(readyWaitMs, invocation.deadline - endBeforeDeadlineMs - Date.now()));
    const timeout = new AbortController();
    try {
      return await Promise.race([
        this.librechat,
        sleep(wait, undefined, { signal: timeout.signal }).then(() => {
          throw new Error(`LibreChat is not ready after ${Math.round(wait / 1000)} s`);
        }),
      ]);
    } catch (error) {
      log.error('start-failed', { message: messageOf(error) });
      await answerWithError(this.api, invocation, 503, messageOf(error));
      return process.exit(1);
    } finally {
      timeout.abort();
    }
  }

  private async warmUp(invocation: Invocation): Promise<void> {
    await this.whenReady(invocation);
    await delivered(this.api.respond(invocation, { ready: true }), invocation);
  }

  private async refuse(invocation: Invocation): Promise<void> {
    const got = Object.keys(Object(invocation.event)).join(', ');
    const error = new RuntimeError('UnknownEvent', `event must be a REST proxy event (payload version 1.0), got one with: ${got}`);
    log.error('unknown-event', { requestId: invocation.requestId, message: error.message });
    await delivered(this.api.fail(invocation, error), invocation);
  }

  /**
   * What ended in a frozen environment is noticed when an event thaws it: that event, on its way already, is to get an
   * answer. In steps, as a timer that ran out while frozen leaves no time at all.
   */
  private async leaveWhenIdle(): Promise<void> {
    for (let step = 0; step < EVENT_NOTICE_STEPS; step++) await sleep(EVENT_NOTICE_STEP_MS);
    this.leaveIfOver();
  }

  /** LibreChat has ended and no event is left to answer: the platform starts a new environment. */
  private leaveIfOver(): void {
    if (this.busy || this.exitStatus === undefined) return;
    log.error('librechat-exited', { status: this.exitStatus });
    process.exit(1);
  }
}
