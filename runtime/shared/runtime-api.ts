import { request, type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';

/** An event, with the ids for the requests that report its result. */
export interface Invocation {
  readonly requestId: string;
  /** Time at which the environment is killed, in milliseconds since the epoch. */
  readonly deadline: number;
  readonly event: unknown;
  /** Sent back with the response if the platform has specified it. */
  readonly invocationId?: string;
}

/** A response whose first bytes have been sent. */
export interface BegunResponse {
  /** Resolves when the platform has received all of it, rejects if it was not accepted. */
  end(): Promise<void>;
}

const INVOCATION_ID = 'lambda-runtime-invocation-id';
const ERROR_TYPE = 'Lambda-Runtime-Function-Error-Type';

/** An error with the type that Lambda reports. Types with other prefixes are reported as `Runtime.Unknown`. */
export class RuntimeError extends Error {
  public constructor(public readonly name: `Runtime.${string}` | `Function.${string}`, message: string) {
    super(message);
  }
}

/**
 * Lambda's Runtime API, as far as the functions of this image need it.
 *
 * Each call has its own socket: an open one may have died while the environment was frozen.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  private readonly host: string;
  private readonly port: string;

  public constructor(address: string) {
    [this.host, this.port = '80'] = address.split(':');
  }

  /** Waits for the next event; the environment may be frozen meanwhile. */
  public async next(): Promise<Invocation> {
    const call = this.call('GET', 'invocation/next');
    call.end();
    const response = await responseTo(call);
    const body = await read(response);
    if (response.statusCode !== 200) throw new Error(`Lambda's Runtime API responded with ${response.statusCode} to /next: ${body}`);
    return {
      requestId: String(response.headers['lambda-runtime-aws-request-id']),
      deadline: Number(response.headers['lambda-runtime-deadline-ms']),
      invocationId: response.headers[INVOCATION_ID] as string | undefined,
      event: JSON.parse(body.toString()),
    };
  }

  /** Begins a streamed response. The caller of the function gets the first bytes at once. The returned object ends the response. */
  public begin(invocation: Invocation, first: Buffer): BegunResponse {
    const call = this.call('POST', `invocation/${invocation.requestId}/response`, {
      ...echo(invocation),
      'Content-Type': 'application/octet-stream',
      'Lambda-Runtime-Function-Response-Mode': 'streaming',
      'Transfer-Encoding': 'chunked',
    });
    const accepted = responseTo(call).then(async (response) => {
      const text = await read(response);
      if (response.statusCode !== 202) throw new Error(`Lambda's Runtime API responded with ${response.statusCode} to a response: ${text}`);
    });
    // The response may fail long before `end()` is called.
    accepted.catch(() => undefined);
    call.write(first);
    return {
      end: () => {
        call.end();
        return accepted;
      },
    };
  }

  /** Responds to an event with JSON. */
  public async respond(invocation: Invocation, result: unknown): Promise<void> {
    await this.post(`invocation/${invocation.requestId}/response`, result, echo(invocation));
  }

  /** Reports that an event failed. Only before the response begins. */
  public async fail(invocation: Invocation, error: RuntimeError): Promise<void> {
    const report = reportOf(error);
    await this.post(`invocation/${invocation.requestId}/error`, report, { ...echo(invocation), [ERROR_TYPE]: report.errorType });
  }

  /** Reports that this environment cannot start. Only before the first `next()`. */
  public async failInit(error: RuntimeError): Promise<void> {
    const report = reportOf(error);
    await this.post('init/error', report, { [ERROR_TYPE]: report.errorType });
  }

  private async post(path: string, body: unknown, headers: OutgoingHttpHeaders): Promise<void> {
    const json = Buffer.from(JSON.stringify(body));
    const call = this.call('POST', path, { 'Content-Type': 'application/json', 'Content-Length': json.length, ...headers });
    call.end(json);
    await read(await responseTo(call));
  }

  private call(method: string, path: string, headers: OutgoingHttpHeaders = {}): ClientRequest {
    return request({ host: this.host, port: this.port, method, path: `/2018-06-01/runtime/${path}`, headers, agent: false });
  }
}

function echo(invocation: Invocation): OutgoingHttpHeaders {
  return invocation.invocationId ? { [INVOCATION_ID]: invocation.invocationId } : {};
}

function reportOf({ name, message }: RuntimeError) {
  return { errorType: name, errorMessage: message, stackTrace: [] };
}

function responseTo(call: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    call.once('response', resolve);
    call.on('error', reject);
    call.once('close', () => reject(new Error('the platform closed the connection')));
  });
}

async function read(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
