import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { finished } from 'node:stream';
import { chatOf, type Chat } from './chat';
import { withCreated } from './created-frame';
import { Heartbeat } from './heartbeat';
import { startsGeneration } from './routes';
import type { Exchange, ResponseHead } from '../../shared/exchange';
import { hopByHop } from '../../shared/hop-by-hop';
import { messageOf } from '../../shared/log';
import type { Settings } from '../../shared/settings';

/** The most of a chat's response that is read in search of its id. */
const CHAT_RESPONSE_BYTES = 64 * 1024;

/** Events that carry text or thoughts of the model. */
const TOKENS = ['on_message_delta', 'on_reasoning_delta'];

export interface TransferProps {
  readonly exchange: Exchange;
  readonly port: number;
  readonly settings: Settings;
  /** Breaks the transfer off; the reason is an error. */
  readonly signal: AbortSignal;
  /** Id of a chat that this process does not generate, if the request opens its events without asking to resume them. */
  readonly foreignStream?: string;
  /** Called with a chat that the request started, before the response that carries its id goes out. */
  readonly onChat: (chat: Chat) => Promise<void>;
  /** Called with the first token of a reply, if the request opens the events of one. */
  readonly onFirstToken?: () => void;
}

/** How a transfer ended. */
export interface Transferred {
  /** Of LibreChat's response, if there was one. */
  readonly statusCode?: number;
  /** Why the response was broken off; nothing where it ended in order, or nobody waited for it any more. */
  readonly failure?: string;
  readonly gone: boolean;
}

/** Passes a request to LibreChat, and the response back as it comes. Never rejects: every exchange is ended or failed. */
export async function transfer(props: TransferProps): Promise<Transferred> {
  const { exchange } = props;
  const signal = AbortSignal.any([exchange.gone, props.signal]);
  const aborted = rejectionOf(signal);
  const call = send(props, signal);
  let statusCode: number | undefined;
  try {
    const response = await Promise.race([responseTo(call), aborted]);
    ({ statusCode } = response);
    await deliver(props, response, aborted);
    await Promise.race([exchange.end(), aborted]);
    return { statusCode, gone: false };
  } catch (error) {
    const failure = messageOf(props.signal.aborted ? props.signal.reason : error);
    call.destroy();
    // Fails where nobody is there to be told.
    await exchange.fail(failure).catch(() => undefined);
    return exchange.gone.aborted ? { statusCode, gone: true } : { statusCode, failure, gone: false };
  } finally {
    call.destroy();
  }
}

/**
 * Each request has a socket of its own: one that is kept open may die while the environment is frozen. LibreChat is not
 * told, though: it would close the socket on its response, which is lost where the request is still being written.
 */
function send({ exchange: { head, body }, port, foreignStream }: TransferProps, signal: AbortSignal): ClientRequest {
  // The response of a chat is read on the way, so it must not be compressed.
  const dropped = startsGeneration(head.method, head.path) ? ['connection', 'accept-encoding'] : ['connection'];
  const headers = [...without(head.headers, dropped), 'Connection', 'keep-alive'];
  // What was generated before is not replayed by another process than the chat's own, unless it resumes.
  const path = foreignStream === undefined ? head.path : `${head.path}${head.path.includes('?') ? '&' : '?'}resume=true`;
  const call = request({ host: '127.0.0.1', port, method: head.method, path, headers, agent: false, signal });
  // Failures are seen where the response is read.
  call.on('error', () => undefined);
  if (head.bodyLength === 0) {
    call.end();
  } else {
    finished(body, { writable: false }, (error) => error && call.destroy(error));
    body.pipe(call);
  }
  return call;
}

function responseTo(call: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => void call.once('response', resolve).once('error', reject));
}

async function deliver(props: TransferProps, response: IncomingMessage, aborted: Promise<never>): Promise<void> {
  const { exchange, settings } = props;
  let writing = true;
  const write = async (chunk: Buffer) => {
    writing = true;
    await Promise.race([exchange.write(chunk), aborted]);
    writing = false;
  };
  const heartbeat = isEventStream(response) ? new Heartbeat({
    intervalMs: settings.heartbeatMs,
    idleMs: settings.streamIdleMs,
    // A client that does not read is kept alive by what it has not read yet.
    ping: (comment) => void (writing || write(comment).catch(() => undefined)),
    onIdle: () => response.destroy(new Error(`the event stream was silent for ${settings.streamIdleMs / 1000} s`)),
  }) : undefined;
  try {
    await Promise.race([exchange.start(headOf(response)), aborted]);
    writing = false;
    let { onFirstToken } = props;
    for await (const chunk of chunksOf(props, response)) {
      heartbeat?.heard(chunk);
      await write(chunk);
      // A token that is split between two chunks is missed, and the next one is found.
      if (onFirstToken && TOKENS.some((token) => chunk.includes(token))) onFirstToken = void onFirstToken();
    }
  } finally {
    heartbeat?.stop();
  }
}

function chunksOf(props: TransferProps, response: IncomingMessage): AsyncIterable<Buffer> {
  const { exchange: { head }, foreignStream } = props;
  if (startsGeneration(head.method, head.path)) return announced(props, response);
  return foreignStream !== undefined && isEventStream(response) ? withCreated(foreignStream, response) : response;
}

/** Holds a chat's response back until it is known where the chat is generated: the page asks for its events at once. */
async function* announced({ exchange, onChat }: TransferProps, response: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const held: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    if (length < CHAT_RESPONSE_BYTES) held.push(chunk);
    else yield chunk;
    length += chunk.length;
    if (length >= CHAT_RESPONSE_BYTES) yield* held.splice(0);
  }
  if (!held.length) return;
  const body = Buffer.concat(held);
  const chat = chatOf(exchange.head.headers, body);
  if (chat) await onChat(chat);
  yield body;
}

function headOf(response: IncomingMessage): ResponseHead {
  const dropped = hopByHop([response.headers.connection ?? '']);
  return { statusCode: response.statusCode ?? 502, headers: without(response.rawHeaders, [...dropped]) };
}

function without(headers: readonly string[], dropped: readonly string[]): string[] {
  return headers.filter((_, i) => !dropped.includes(headers[i - i % 2].toLowerCase()));
}

function isEventStream({ headers }: IncomingMessage): boolean {
  const encoding = headers['content-encoding'] ?? 'identity';
  return encoding === 'identity' && (headers['content-type'] ?? '').startsWith('text/event-stream');
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  const rejection = new Promise<never>((_, reject) => {
    const refuse = () => reject(signal.reason as Error);
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
  // It may happen while nothing waits for it.
  rejection.catch(() => undefined);
  return rejection;
}
