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

/** Number of bytes of a chat's response that are searched for its id. */
const CHAT_RESPONSE_BYTES = 64 * 1024;

/** Events with text or reasoning of the model. */
const TOKENS = ['on_message_delta', 'on_reasoning_delta'];

export interface TransferProps {
  readonly exchange: Exchange;
  readonly port: number;
  readonly settings: Settings;
  /** Interrupts the transfer. The reason is an error. */
  readonly signal: AbortSignal;
  /** Id of a chat that this process does not generate, if the request opens its events without asking to resume them. */
  readonly foreignStream?: string;
  /** Called with a chat that the request started, before the response with its id is sent. */
  readonly onChat: (chat: Chat) => Promise<void>;
  /** Called with the first token of a reply, if the request opens the events of one. */
  readonly onFirstToken?: () => void;
}

/** How a transfer ended. */
export interface Transferred {
  /** Status of LibreChat's response, if there was one. */
  readonly statusCode?: number;
  /** Reason for which the response was interrupted. Undefined if it is complete, or was no longer needed. */
  readonly failure?: string;
  readonly gone: boolean;
}

/** Forwards a request to LibreChat, and streams the response back. Never rejects: every exchange is ended or failed. */
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
    // Fails if the client has disconnected.
    await exchange.fail(failure).catch(() => undefined);
    return exchange.gone.aborted ? { statusCode, gone: true } : { statusCode, failure, gone: false };
  } finally {
    call.destroy();
  }
}

/**
 * Each request has its own socket: an open one may die while the environment is frozen. The header is `keep-alive`
 * nevertheless: otherwise LibreChat closes the socket after its response, which is lost if the request is still being written.
 */
function send({ exchange: { head, body }, port, foreignStream }: TransferProps, signal: AbortSignal): ClientRequest {
  // The id of a chat is read from the response, which must not be compressed.
  const dropped = startsGeneration(head.method, head.path) ? ['connection', 'accept-encoding'] : ['connection'];
  const headers = [...without(head.headers, dropped), 'Connection', 'keep-alive'];
  // Another process than the chat's own sends the text so far only to requests that resume.
  const path = foreignStream === undefined ? head.path : `${head.path}${head.path.includes('?') ? '&' : '?'}resume=true`;
  const call = request({ host: '127.0.0.1', port, method: head.method, path, headers, agent: false, signal });
  // Errors are handled where the response is read.
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
    // No heartbeat is needed while data waits for a slow client.
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
      // An event name that is split between two chunks is missed, and the next one is found.
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

/** Holds a chat's response back until requests for its events, which the page sends at once, are routed to this worker. */
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
  // Avoids an unhandled rejection while nothing awaits it.
  rejection.catch(() => undefined);
  return rejection;
}
