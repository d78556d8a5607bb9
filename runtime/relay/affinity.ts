import type { Request } from './request';

const BY_PATH = /^\/api\/agents\/chat\/(?:stream|status)\/([^/?]+)\/?(?:\?|$)/i;
const BY_BODY = /^\/api\/agents\/chat\/(?:abort|resume)\/?(?:\?|$)/i;

/** The chat that a request resumes, reads or stops. The process that generates the chat serves it best. */
export function streamIdOf({ head: { method, path }, body }: Request): string | undefined {
  if (method === 'GET') return decoded(BY_PATH.exec(path)?.[1]);
  return method === 'POST' && BY_BODY.test(path) ? idIn(body) : undefined;
}

function decoded(text?: string): string | undefined {
  try {
    return text && decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** In LibreChat's order of precedence. */
function idIn(body: Buffer): string | undefined {
  let fields: Record<string, unknown>;
  try {
    fields = Object(JSON.parse(body.toString())) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const { streamId, conversationId, abortKey } = fields;
  const ofKey = typeof abortKey === 'string' ? abortKey.split(':')[0] : undefined;
  return [streamId, conversationId, ofKey].find((id): id is string => typeof id === 'string' && id !== '' && id !== 'new');
}
