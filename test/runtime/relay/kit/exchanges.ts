import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { Exchange } from '../../../../runtime/shared/exchange';

/** Responds with text, or with these headers and chunks. */
export function respond(chunks: ReadonlyArray<string | Buffer> = ['hello'], { statusCode = 200, headers = ['content-type', 'text/plain'] } = {}) {
  return async (exchange: Exchange): Promise<void> => {
    await exchange.start({ statusCode, headers });
    for (const chunk of chunks) await exchange.write(Buffer.from(chunk));
    await exchange.end();
  };
}

/** Forwards exchanges to a local HTTP server unchanged. */
export function proxyTo(port: number) {
  return async (exchange: Exchange): Promise<void> => {
    const { method, path, headers } = exchange.head;
    const call = request({ host: '127.0.0.1', port, method, path, headers: [...headers, 'Connection', 'keep-alive'], agent: false });
    call.on('error', () => undefined);
    exchange.gone.addEventListener('abort', () => call.destroy());
    if (exchange.head.bodyLength) exchange.body.pipe(call);
    else call.end();
    const [response] = await once(call, 'response') as [IncomingMessage];
    await exchange.start({ statusCode: response.statusCode!, headers: response.rawHeaders });
    for await (const chunk of response) await exchange.write(chunk as Buffer);
    await exchange.end();
  };
}
