import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { constants, Http2ServerResponse } from 'node:http2';
import type { Writable } from 'node:stream';
import { headerValue, type HttpResponse } from './http';

/**
 * Sends a response with back-pressure. If the body fails, sends the data received so far and aborts the connection. Resolves to whether the
 * response was sent completely.
 */
export async function writeResponse(response: HttpResponse, out: ServerResponse | Http2ServerResponse, method: string): Promise<boolean> {
  // HTTP/2's compatibility API has the same methods, its types do not.
  const compatible = out as ServerResponse;
  compatible.writeHead(response.status, rawHeaders(response));
  const length = Number(headerValue(response.headers, 'Content-Length') ?? Infinity);
  if (method === 'HEAD' || length === 0 || response.status === 204 || response.status === 304) {
    response.body.destroy();
    out.end();
    return true;
  }
  compatible.flushHeaders();
  const target: Writable = out instanceof Http2ServerResponse ? out.stream : out;
  const gone = new Promise<'gone'>((resolve) => out.once('close', () => resolve('gone')));
  out.once('close', () => response.body.destroy());
  let sent = 0;
  try {
    for await (const chunk of response.body) {
      if (target.destroyed) return false;
      if (!target.write(chunk)) await Promise.race([once(target, 'drain').catch(() => undefined), gone]);
      sent += Buffer.byteLength(chunk as Buffer);
      // A viewer may disconnect after the last byte, before the end of the body is detected.
      if (sent >= length && !target.destroyed) {
        out.end();
        return true;
      }
    }
  } catch {
    breakOff(out);
    return false;
  }
  if (target.destroyed) return false;
  out.end();
  return true;
}

/** Flushes written data, then aborts the connection or the HTTP/2 stream. */
function breakOff(out: ServerResponse | Http2ServerResponse): void {
  if (!(out instanceof Http2ServerResponse)) return void out.socket?.destroySoon();
  const { stream } = out;
  if (!stream.destroyed) stream.write('', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
}

/** Repeated headers stay separate: `Set-Cookie` cannot be joined. */
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
