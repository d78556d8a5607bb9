import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { headerValue, type HttpResponse } from './http';

/**
 * Sends a response to whoever waits for it, no faster than it is read. A body that breaks off breaks off the connection, after
 * what came of it has been sent. Resolves to whether the response is complete.
 */
export async function writeResponse(response: HttpResponse, out: ServerResponse, method: string): Promise<boolean> {
  // The reason phrase is Node's; HTTP/2, which CloudFront speaks to viewers, has none.
  out.writeHead(response.status, rawHeaders(response));
  const length = Number(headerValue(response.headers, 'Content-Length') ?? Infinity);
  if (method === 'HEAD' || length === 0 || response.status === 204 || response.status === 304) {
    response.body.destroy();
    out.end();
    return true;
  }
  out.flushHeaders();
  const gone = new Promise<'gone'>((resolve) => out.once('close', () => resolve('gone')));
  out.once('close', () => response.body.destroy());
  let sent = 0;
  try {
    for await (const chunk of response.body) {
      if (out.destroyed) return false;
      if (!out.write(chunk)) await Promise.race([once(out, 'drain').catch(() => undefined), gone]);
      sent += Buffer.byteLength(chunk as Buffer);
      // A viewer may leave with all that was promised, before the body's end is seen.
      if (sent >= length && !out.destroyed) {
        out.end();
        return true;
      }
    }
  } catch {
    out.socket?.destroySoon();
    return false;
  }
  if (out.destroyed) return false;
  out.end();
  return true;
}

/** Repeated headers stay apart: `Set-Cookie` cannot be joined. */
function rawHeaders({ headers }: HttpResponse): Record<string, string | string[]> {
  const raw: Record<string, string | string[]> = {};
  const names = new Map<string, string>();
  for (const [name, value] of headers) {
    const first = names.get(name.toLowerCase());
    if (first === undefined) {
      names.set(name.toLowerCase(), name);
      raw[name] = value;
    } else {
      raw[first] = [raw[first]].flat().concat(value);
    }
  }
  return raw;
}
