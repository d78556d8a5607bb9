import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
import { sign } from 'aws4';

/** Lambda's behavior for an invocation: runs the function, rejects it, closes the connection or does not respond. */
export type Behaviour =
  | { readonly kind: 'run'; readonly function: (event: unknown) => void | Promise<void> }
  | { readonly kind: 'refuse'; readonly status: number; readonly type: string; readonly message?: string }
  | { readonly kind: 'function-error'; readonly errorType: string; readonly details: string }
  | { readonly kind: 'empty' | 'reset' | 'hang' };

export interface StartCall {
  readonly path: string;
  readonly event: unknown;
  /** Resolves when the caller has closed the connection. */
  readonly hungUp: Promise<void>;
}

/**
 * Lambda's InvokeWithResponseStream, whose calls must be signed. A function continues when its caller has closed the connection. Calls
 * of other services go to `others`.
 */
export class LambdaService {
  public others?: string;
  public readonly calls: StartCall[] = [];
  public behaviour: Behaviour = { kind: 'refuse', status: 429, type: 'TooManyRequestsException', message: 'Rate Exceeded.' };
  private readonly server: Server = createServer((request, response) => void this.invoke(request, response));

  public constructor(public readonly credentials = { accessKeyId: 'ASIATEST', secretAccessKey: 'the/secret', sessionToken: 'the-token' }) {}

  public async start(): Promise<void> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async invoke(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    if (this.others && !request.url!.startsWith('/2021-11-15/')) return this.forward(request, body, response);
    const hungUp = new Promise<void>((resolve) => response.once('close', resolve));
    this.calls.push({ path: request.url!, event: JSON.parse(body), hungUp });
    if (!this.isSigned(request, body)) return refuse(response, 403, 'InvalidSignatureException', 'the signature does not match');
    const { behaviour } = this;
    switch (behaviour.kind) {
      case 'run':
        await behaviour.function(JSON.parse(body));
        // The invocation never ends here, so only the caller can close the connection.
        return void begin(response, message('PayloadChunk', Buffer.from('\n')));
      case 'refuse': return refuse(response, behaviour.status, behaviour.type, behaviour.message ?? '');
      case 'function-error': return void begin(response, message('InvokeComplete', Buffer.from(JSON.stringify({
        ErrorCode: behaviour.errorType, ErrorDetails: behaviour.details,
      })))).end();
      case 'empty': return void begin(response, message('InvokeComplete', Buffer.from('{}'))).end();
      case 'reset': return void request.socket.resetAndDestroy();
      case 'hang': return undefined;
    }
  }

  /** Computes the signature of the call, and compares it with the one that was sent. */
  private isSigned({ method, url, headers }: IncomingMessage, body: string): boolean {
    const { authorization, connection, ...others } = headers as Record<string, string>;
    const [, region] = /Credential=[^/]+\/\d+\/([^/]+)\/lambda\//.exec(authorization ?? '') ?? [];
    if (!region) return false;
    const again = sign({ service: 'lambda', region, method, path: url, headers: others, body }, this.credentials);
    return (again.headers as Record<string, string>).Authorization === authorization;
  }

  private async forward({ method, url, headers }: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    try {
      const call = httpRequest(`${this.others}${url}`, { method, headers, agent: false }).end(body);
      const [reply] = await once(call, 'response') as [IncomingMessage];
      response.writeHead(reply.statusCode!, reply.headers);
      reply.pipe(response);
    } catch {
      response.destroy();
    }
  }
}

function begin(response: ServerResponse, first: Buffer): ServerResponse {
  response.writeHead(200, { 'Content-Type': 'application/vnd.amazon.eventstream' });
  // Split at arbitrary positions.
  response.write(first.subarray(0, 9));
  response.write(first.subarray(9));
  return response;
}

function refuse(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'x-amzn-ErrorType': type }).end(JSON.stringify({ Message: text }));
}

/** A message of an event stream. @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html */
export function message(type: string, payload: Buffer): Buffer {
  const headers = Buffer.concat([
    header(':event-type', type), header(':content-type', 'application/json'), header(':message-type', 'event'),
  ]);
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(16 + headers.length + payload.length, 0);
  prelude.writeUInt32BE(headers.length, 4);
  const start = Buffer.concat([prelude, checksum(prelude), headers, payload]);
  return Buffer.concat([start, checksum(start)]);
}

function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(value.length);
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), length, Buffer.from(value)]);
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
}
