import { createHmac, timingSafeEqual } from 'node:crypto';
import type { LibreChat } from './librechat';

/** A chat that was started, and the headers that identify its user. */
export interface Chat {
  readonly streamId: string;
  readonly headers: Record<string, string>;
}

/** Headers by which LibreChat identifies the user: token, browser and address. */
const IDENTITY = ['authorization', 'cookie', 'user-agent', 'x-forwarded-for', 'x-forwarded-proto'];

/** Lifetime of a token for the worker's own requests. */
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

/** The headers of a request (names and values in turn) by which LibreChat identifies the user. */
export function identityOf(headers: readonly string[]): Record<string, string> {
  const named = headers.flatMap((name, i) => (i % 2 === 0 && IDENTITY.includes(name.toLowerCase()) ? [[name.toLowerCase(), headers[i + 1]]] : []));
  return Object.fromEntries(named) as Record<string, string>;
}

/** The generation of a chat in any process, as LibreChat reports it. */
export interface Generation {
  /** Distinguishes it from other generations of the same chat. */
  readonly createdAt?: number;
  /** The complete status, including the text so far. */
  readonly description: string;
}

/** The chat's generation, if it is running. One that waits for its user's approval is not. */
export async function runningGeneration(librechat: LibreChat, { streamId, headers }: Chat): Promise<Generation | undefined> {
  const { statusCode, body } = await librechat.call(`/api/agents/chat/status/${encodeURIComponent(streamId)}`, { method: 'GET', headers });
  if (statusCode !== 200) throw new Error(`/api/agents/chat/status responded with ${statusCode}`);
  const { status, createdAt } = JSON.parse(body.toString()) as { status?: string; createdAt?: number };
  return status === 'running' ? { createdAt, description: body.toString() } : undefined;
}

/** Statuses of LibreChat if there is nothing to abort: no generation, or another one than specified. */
const NOTHING_TO_ABORT = [404, 409];

/**
 * Aborts a chat on behalf of its user, so that LibreChat saves the partial text. Succeeds for a chat that has already ended.
 * @param generationCreatedAt aborts this generation of the chat only
 */
export async function abortChat(librechat: LibreChat, { streamId, headers }: Chat, generationCreatedAt?: number): Promise<void> {
  const { statusCode } = await librechat.call('/api/agents/chat/abort', {
    method: 'POST',
    headers: { ...withValidToken(headers, librechat), 'content-type': 'application/json' },
    body: JSON.stringify({ streamId, conversationId: streamId, generationCreatedAt }),
  });
  if (statusCode !== 200 && !NOTHING_TO_ABORT.includes(statusCode)) throw new Error(`/api/agents/chat/abort responded with ${statusCode}`);
}

/** Only for users that LibreChat has authenticated with these headers. */
export function withValidToken(headers: Chat['headers'], { jwtSecret }: LibreChat): Record<string, string> {
  return headers.authorization ? { ...headers, authorization: renewed(headers.authorization, jwtSecret) } : headers;
}

/**
 * LibreChat's tokens are valid for 15 minutes, the maximum timeout of a function, so the token that started the chat may
 * have expired. A token that LibreChat has signed is renewed for a minute. Other tokens are used unchanged.
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
