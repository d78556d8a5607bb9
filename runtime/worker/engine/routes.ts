/** Paths of requests that start a generation. Express ignores case. */
const CHAT = /^\/api\/agents\/chat(?:\/(?!abort\b|stream\b|active\b|status\b)[^/]+)?\/?$/i;

const STREAM = /^\/api\/agents\/chat\/stream\/([^/]+)\/?$/i;

/** Whether a request starts a generation, whose id is in the response. */
export function startsGeneration(method: string, path: string): boolean {
  return method === 'POST' && CHAT.test(withoutQuery(path));
}

/** The chat whose events a request reads. */
export function streamIdOf(method: string, path: string): string | undefined {
  const id = method === 'GET' ? STREAM.exec(withoutQuery(path))?.[1] : undefined;
  try {
    return id && decodeURIComponent(id);
  } catch {
    return id; // Clients may send invalid encodings.
  }
}

/** The same, if the request does not have the parameter `resume`. */
export function newStreamIdOf(method: string, path: string): string | undefined {
  return new URLSearchParams(path.slice(withoutQuery(path).length)).has('resume') ? undefined : streamIdOf(method, path);
}

/** Also for logs: the query contains secrets in links that are sent by email. */
export function withoutQuery(path: string): string {
  return path.split('?', 1)[0];
}
