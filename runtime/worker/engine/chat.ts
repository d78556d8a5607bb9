import { createHmac, timingSafeEqual } from 'node:crypto';
import type { LibreChat } from './librechat';

/** A chat that was started, and the headers that identify its user. */
export interface Chat {
  readonly streamId: string;
  readonly headers: Record<string, string>;
}

/** Headers by which LibreChat knows the user: token, browser and address. */
const IDENTITY = ['authorization', 'cookie', 'user-agent', 'x-forwarded-for', 'x-forwarded-proto'];

/** Lifetime of a token that is made for the worker's own requests. */
const TOKEN_SECONDS = 60;

/** The chat that a request started, from the request's headers (names and values in turn) and the response's body. */
export function chatOf(headers: readonly string[], response: Buffer): Chat | undefined {
  let streamId: unknown;
  try {
    ({ streamId } = JSON.parse(response.toString()) as { streamId?: unknown });
  } catch {
    return undefined;
  }
  return typeof streamId === 'string' ? { streamId, headers: identityOf(headers) } : undefined;
}

/** The headers by which LibreChat knows the user, out of those of a request (names and values in turn). */
export function identityOf(headers: readonly string[]): Record<string, string> {
  const named = headers.flatMap((name, i) => (i % 2 === 0 && IDENTITY.includes(name.toLowerCase()) ? [[name.toLowerCase(), headers[i + 1]]] : []));
  return Object.fromEntries(named) as Record<string, string>;
}

/** A generation as LibreChat describes it, in whatever process it runs. */
export interface Generation {
  /** Tells it from other generations of the same chat. */
  readonly createdAt?: number;
  /** All that is known of it, the text so far included. */
  readonly description: string;
}

/** The chat's generation, if it is running. One that waits for its user's approval is not. */
export async function runningGeneration(librechat: LibreChat, { streamId, headers }: Chat): Promise<Generation | undefined> {
  const { statusCode, body } = await librechat.call(`/api/agents/chat/status/${encodeURIComponent(streamId)}`, { method: 'GET', headers });
  if (statusCode !== 200) throw new Error(`/api/agents/chat/status responded with ${statusCode}`);
  const { status, createdAt } = JSON.parse(body.toString()) as { status?: string; createdAt?: number };
  return status === 'running' ? { createdAt, description: body.toString() } : undefined;
}

/** What LibreChat responds where there is nothing to abort: no generation, or another than the one that was named. */
const NOTHING_TO_ABORT = [404, 409];

/**
 * Ends a chat as its user would, so that LibreChat saves the partial text. A chat that has ended already is no error.
 * @param generationCreatedAt aborts that generation of the chat only
 */
export async function abortChat(librechat: LibreChat, { streamId, headers }: Chat, generationCreatedAt?: number): Promise<void> {
  const { statusCode } = await librechat.call('/api/agents/chat/abort', {
    method: 'POST',
    headers: { ...withValidToken(headers, librechat), 'content-type': 'application/json' },
    body: JSON.stringify({ streamId, conversationId: streamId, generationCreatedAt }),
  });
  if (statusCode !== 200 && !NOTHING_TO_ABORT.includes(statusCode)) throw new Error(`/api/agents/chat/abort responded with ${statusCode}`);
}

/** Only for a user whom LibreChat has let in with these headers. */
export function withValidToken(headers: Chat['headers'], { jwtSecret }: LibreChat): Record<string, string> {
  return headers.authorization ? { ...headers, authorization: renewed(headers.authorization, jwtSecret) } : headers;
}

/**
 * LibreChat's tokens live 15 minutes, as long as a function may run: the one that started the chat may have expired when
 * the worker asks about it. A token that LibreChat signed is signed anew for a minute; any other is used as it is.
 */
function renewed(authorization: string, secret: string): string {
  const [header, payload, signature] = authorization.replace(/^Bearer /, '').split('.');
  if (!payload || !signature || !sameBytes(signature, sign(`${header}.${payload}`, secret))) return authorization;
  try {
    if ((decode(header) as { alg?: string }).alg !== 'HS256') return authorization;
    const exp = Math.floor(Date.now() / 1000) + TOKEN_SECONDS;
    const claims = Buffer.from(JSON.stringify({ ...decode(payload), exp })).toString('base64url');
    return `Bearer ${header}.${claims}.${sign(`${header}.${claims}`, secret)}`;
  } catch {
    return authorization;
  }
}

function sign(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url');
}

function decode(part: string): object {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as object;
}

function sameBytes(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
