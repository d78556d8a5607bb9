import { createHmac, timingSafeEqual } from 'node:crypto';
import type { LibreChat } from './librechat';

/** A chat that was started, and the headers that identify its user. */
export interface Chat {
  readonly streamId: string;
  readonly headers: Record<string, string>;
}

/** Headers by which LibreChat knows the user: token, browser and address. */
const IDENTITY = ['authorization', 'cookie', 'user-agent', 'x-forwarded-for', 'x-forwarded-proto'];

/** Lifetime of a token that is made for the abort. */
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

/** Whether LibreChat takes the chat for one that is being generated, in whatever process. One that waits for its user's approval is not. */
export async function isRunning(librechat: LibreChat, { streamId, headers }: Chat): Promise<boolean> {
  const { statusCode, body } = await librechat.call(`/api/agents/chat/status/${encodeURIComponent(streamId)}`, { method: 'GET', headers });
  return statusCode === 200 && (JSON.parse(body.toString()) as { status?: string }).status === 'running';
}

/** Ends a chat as its user would, so that LibreChat saves the partial text. A chat that has ended already is no error. */
export async function abortChat(librechat: LibreChat, { streamId, headers }: Chat): Promise<void> {
  const authorization = headers.authorization && renewed(headers.authorization, librechat.jwtSecret);
  const { statusCode } = await librechat.call('/api/agents/chat/abort', {
    method: 'POST',
    headers: { ...headers, ...(authorization ? { authorization } : {}), 'content-type': 'application/json' },
    body: JSON.stringify({ streamId, conversationId: streamId }),
  });
  if (statusCode !== 200 && statusCode !== 404) throw new Error(`/api/agents/chat/abort responded with ${statusCode}`);
}

/**
 * LibreChat's tokens live 15 minutes, as long as a function may run: the one that started the chat may have expired when
 * the chat is aborted. A token that LibreChat signed is signed anew for a minute; any other is used as it is.
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
