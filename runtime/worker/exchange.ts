import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { withCreated } from './created-frame';
import { Heartbeat } from './engine/heartbeat';
import type { ProxyEvent } from './event';
import { requestOf, streamToResume } from './request';
import { errorResponse, INTEGRATION_RESPONSE, metadataOf, preludeOf } from './response';
import { log, messageOf } from '../shared/log';
import { RuntimeError, type Invocation, type ResponseStream, type RuntimeApi } from '../shared/runtime-api';
import type { Settings } from '../shared/settings';

/** How one event was answered. */
export interface Exchanged {
  readonly statusCode: number;
  /** The first bytes of the body, where they were asked for. */
  readonly body: Buffer;
  /** True when LibreChat broke off. */
  readonly failed: boolean;
}

export interface ExchangeProps {
  readonly port: number;
  readonly api: RuntimeApi;
  readonly invocation: Invocation;
  readonly event: ProxyEvent;
  readonly settings: Settings;
  /** How many bytes of the body the caller wants to see; the response is then asked for uncompressed. */
  readonly peekBytes?: number;
}

/** Passes an event on to LibreChat, and its response to the platform as it comes. */
export async function exchange(props: ExchangeProps): Promise<Exchanged> {
  const endsAt = props.invocation.deadline - props.settings.endBeforeDeadlineMs;
  let call: ClientRequest | undefined;
  try {
    call = send(props);
    const response = await answerTo(call, endsAt);
    const prelude = preludeOf(metadataOf(response, props.event.httpMethod));
    return await relay(props, response, prelude, endsAt);
  } catch (error) {
    call?.destroy();
    const statusCode = error instanceof DeadlineReached ? 504 : 502;
    log.error('no-response', { requestId: props.invocation.requestId, statusCode, message: messageOf(error) });
    await answerWithError(props.api, props.invocation, statusCode, `LibreChat did not answer: ${messageOf(error)}`);
    return { statusCode, body: Buffer.alloc(0), failed: true };
  }
}

/** Answers an event without LibreChat. */
export async function answerWithError(api: RuntimeApi, invocation: Invocation, statusCode: number, message: string): Promise<void> {
  const out = api.stream(invocation, INTEGRATION_RESPONSE);
  void out.write(errorResponse(statusCode, message));
  await delivered(out.end(), invocation);
}

class DeadlineReached extends RuntimeError {
  public constructor() {
    super('Adapter.Deadline', 'the time of the function ran out');
  }
}

/**
 * Each request has a socket of its own: one that is kept open may have died while the environment was frozen. LibreChat is
 * not told, though: it would close the socket on its answer, which is lost where the request is still being written.
 */
function send({ port, event, peekBytes }: ExchangeProps): ClientRequest {
  const { method, path, headers, body } = requestOf(event, { uncompressed: peekBytes !== undefined });
  const call = request({ host: '127.0.0.1', port, method, path, headers: [...headers, 'Connection', 'keep-alive'], agent: false });
  // What breaks later is seen where the response is read.
  call.on('error', () => undefined);
  call.end(body);
  return call;
}

function answerTo(call: ClientRequest, endsAt: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new DeadlineReached()), endsAt - Date.now());
    call.once('response', resolve).once('error', reject).once('close', () => clearTimeout(timer));
    call.once('response', () => clearTimeout(timer));
  });
}

async function relay(props: ExchangeProps, response: IncomingMessage, prelude: Buffer, endsAt: number): Promise<Exchanged> {
  const { api, invocation, peekBytes = 0 } = props;
  const out = api.stream(invocation, INTEGRATION_RESPONSE);
  out.onLost(() => response.destroy());
  const timer = setTimeout(() => (out.full ? out.abort() : response.destroy(new DeadlineReached())), endsAt - Date.now());
  const heartbeat = isEventStream(response) ? heartbeatOf(props, response, out) : undefined;
  const peeked: Buffer[] = [];
  let failure: unknown;
  try {
    await out.write(prelude);
    let length = 0;
    const resumed = isEventStream(response) ? streamToResume(props.event) : undefined;
    const chunks = resumed === undefined ? response as AsyncIterable<Buffer> : withCreated(resumed, response as AsyncIterable<Buffer>);
    for await (const chunk of chunks) {
      heartbeat?.heard(chunk);
      if (length < peekBytes) peeked.push(chunk);
      length += chunk.length;
      await out.write(chunk);
    }
  } catch (error) {
    failure = error;
  } finally {
    clearTimeout(timer);
    heartbeat?.stop();
  }
  const failed = failure !== undefined && !out.lost;
  if (failed) log.error('response-broken-off', { requestId: invocation.requestId, message: messageOf(failure) });
  await delivered(failed ? out.fail(failure) : out.end(), invocation);
  return { statusCode: response.statusCode ?? 502, body: Buffer.concat(peeked), failed };
}

/**
 * An event stream that ends early is broken off rather than ended: the page takes an end for the end of the answer and
 * waits, but resumes after an error.
 */
function heartbeatOf({ settings }: ExchangeProps, response: IncomingMessage, out: ResponseStream): Heartbeat {
  return new Heartbeat({
    intervalMs: settings.heartbeatMs,
    idleMs: settings.streamIdleMs,
    ping: (comment) => void (out.full || out.write(comment)),
    onIdle: () => response.destroy(new RuntimeError('LibreChat.SilentStream', `the stream was silent for ${settings.streamIdleMs} ms`)),
  });
}

function isEventStream({ headers }: IncomingMessage): boolean {
  const encoding = headers['content-encoding'] ?? 'identity';
  return encoding === 'identity' && (headers['content-type'] ?? '').startsWith('text/event-stream');
}

/** The platform may refuse or reset an answer; that ends this answer and nothing else. */
export async function delivered(end: Promise<void>, { requestId }: Invocation): Promise<void> {
  try {
    await end;
  } catch (error) {
    log.warn('response-not-taken', { requestId, message: messageOf(error) });
  }
}
