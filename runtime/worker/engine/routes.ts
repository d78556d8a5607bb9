/** Where LibreChat starts to generate a reply; Express ignores case. */
const CHAT = /^\/api\/agents\/chat(?:\/(?!abort\b|stream\b|active\b|status\b)[^/]+)?\/?$/i;

const STREAM = /^\/api\/agents\/chat\/stream\/([^/]+)\/?$/i;

/** Whether the response to a request carries the id of a generation that it started. */
export function startsGeneration(method: string, path: string): boolean {
  return method === 'POST' && CHAT.test(withoutQuery(path));
}

/** The chat whose events a request reads. */
export function streamIdOf(method: string, path: string): string | undefined {
  const id = method === 'GET' ? STREAM.exec(withoutQuery(path))?.[1] : undefined;
  try {
    return id && decodeURIComponent(id);
  } catch {
    return id; // It may be anything that a client sends.
  }
}

/** The same, where the request does not say whether to resume. */
export function newStreamIdOf(method: string, path: string): string | undefined {
  return new URLSearchParams(path.slice(withoutQuery(path).length)).has('resume') ? undefined : streamIdOf(method, path);
}

/** For logs as well: links sent by mail carry their secret in the query. */
export function withoutQuery(path: string): string {
  return path.split('?', 1)[0];
}
