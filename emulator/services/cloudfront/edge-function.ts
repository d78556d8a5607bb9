import { createContext, Script } from 'node:vm';
import { headerValues, type Header } from '../../core/http';

interface Value {
  value: string;
  multiValue?: { value: string }[];
  attributes?: string;
}

type Values = Record<string, Value>;

interface EdgeRequest {
  method: string;
  uri: string;
  querystring: Values;
  headers: Values;
  cookies: Values;
}

interface EdgeResponse {
  statusCode: number;
  statusDescription?: string;
  headers?: Values;
  cookies?: Values;
  body?: string | { encoding: 'text' | 'base64'; data: string };
}

/** A viewer's request that a function may change. */
export interface ViewerRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: readonly Header[];
}

/** A response that a function returns instead of the origin's. */
export interface ViewerResponse {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body?: Buffer;
}

export interface EdgeContext {
  readonly distributionDomainName: string;
  readonly distributionId: string;
  readonly requestId: string;
  readonly ip: string;
}

/** CloudFront limits compute time. CPU time excludes the time that the function waits on a busy machine. */
const LONGEST_CPU_MS = 100;
/** Ends infinite loops. */
const LONGEST_RUN_MS = 2_000;

/** The function threw or timed out. */
export class EdgeFunctionError extends Error {}

/**
 * A CloudFront Function: the code of the template, in a separate V8 context.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
 */
export class EdgeFunction {
  private readonly script: Script;

  public constructor(public readonly name: string, code: string) {
    // Data is passed as JSON, so that the code never receives an object of this process. A script returns the value of its last expression.
    this.script = new Script(`${code}\n;handler(JSON.parse(event))`, { filename: `${name}.js` });
    this.warmUp();
  }

  public async onRequest(request: ViewerRequest, context: EdgeContext): Promise<ViewerRequest | ViewerResponse> {
    const result = await this.run('viewer-request', context, { request: toEdge(request) });
    if ('statusCode' in result) return fromEdgeResponse(result);
    return {
      method: request.method,
      path: result.uri,
      query: pairs(result.querystring).map(([name, value]) => value === '' ? name : `${name}=${value}`).join('&'),
      headers: [...headersOf(result.headers), ...cookieHeader(result.cookies)],
    };
  }

  public async onResponse(request: ViewerRequest, response: ViewerResponse, context: EdgeContext): Promise<ViewerResponse> {
    const { cookies, others } = splitCookies(response.headers);
    const edge: EdgeResponse = { statusCode: response.status, headers: valuesOf(others, true), cookies: setCookies(cookies) };
    const result = await this.run('viewer-response', context, { request: toEdge(request), response: edge });
    if (!('statusCode' in result)) throw new EdgeFunctionError(`${this.name} must return a response`);
    return fromEdgeResponse(result);
  }

  /** Compiles the code before the first request: V8 compiles functions when they are called. */
  private warmUp(): void {
    // The code may fail on an empty event.
    const ignore = () => undefined;
    try {
      const result: unknown = this.script.runInContext(createContext({ console: { log: ignore }, event: '{}' }), { timeout: LONGEST_RUN_MS });
      Promise.resolve(result).catch(ignore);
    } catch {
      ignore();
    }
  }

  private async run(eventType: string, { ip, ...context }: EdgeContext, more: object): Promise<EdgeRequest | EdgeResponse> {
    const event = { version: '1.0', context: { ...context, eventType }, viewer: { ip }, ...more };
    const sandbox = createContext({ console: { log: () => undefined }, event: JSON.stringify(event) });
    try {
      const computedBefore = cpuMs();
      const running = this.script.runInContext(sandbox, { timeout: LONGEST_RUN_MS }) as Promise<EdgeRequest | EdgeResponse>;
      const computed = cpuMs() - computedBefore;
      if (computed > LONGEST_CPU_MS) throw new Error(`it must use at most ${LONGEST_CPU_MS} ms of CPU time, got: ${Math.round(computed)} ms`);
      const result = await running;
      if (typeof result !== 'object' || result === null) throw new Error('it must return a request or a response');
      return JSON.parse(JSON.stringify(result)) as EdgeRequest | EdgeResponse;
    } catch (cause) {
      throw new EdgeFunctionError(`${this.name}: ${(cause as Error).message}`, { cause });
    }
  }
}

/** CPU time of this thread in milliseconds; older releases of Node.js report it for the process only. */
function cpuMs(): number {
  const { threadCpuUsage, cpuUsage } = process as NodeJS.Process & { threadCpuUsage?: typeof process.cpuUsage };
  const { user, system } = threadCpuUsage ? threadCpuUsage.call(process) : cpuUsage.call(process);
  return (user + system) / 1_000;
}

function toEdge({ method, path, query, headers }: ViewerRequest): EdgeRequest {
  const cookies = headerValues(headers, 'cookie').flatMap((value) => value.split(/;\s*/)).filter(Boolean).map(split);
  return {
    method,
    uri: path,
    querystring: valuesOf(query.split('&').filter(Boolean).map(split)),
    headers: valuesOf(headers.filter(([name]) => name.toLowerCase() !== 'cookie'), true),
    cookies: valuesOf(cookies),
  };
}

function split(pair: string): Header {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

function valuesOf(items: readonly Header[], lowerCase = false): Values {
  const result: Values = {};
  for (const [name, value] of items) {
    const key = lowerCase ? name.toLowerCase() : name;
    const known = Object.hasOwn(result, key) ? result[key] : undefined;
    if (!known) result[key] = { value };
    else known.multiValue = [...known.multiValue ?? [{ value: known.value }], { value }];
  }
  return result;
}

function pairs(values: Values = {}): Header[] {
  return Object.entries(values).flatMap(([name, { value, multiValue }]): Header[] =>
    multiValue ? multiValue.map((item): Header => [name, item.value]) : [[name, value]]);
}

/** Header names become lower case, as over HTTP/2. */
function headersOf(values?: Values): Header[] {
  return pairs(values);
}

function cookieHeader(cookies?: Values): Header[] {
  const all = pairs(cookies).map(([name, value]) => `${name}=${value}`);
  return all.length ? [['cookie', all.join('; ')]] : [];
}

function splitCookies(headers: readonly Header[]): { cookies: string[]; others: Header[] } {
  return {
    cookies: headerValues(headers, 'set-cookie'),
    others: headers.filter(([name]) => name.toLowerCase() !== 'set-cookie'),
  };
}

function setCookies(lines: readonly string[]): Values {
  return Object.fromEntries(lines.map((line) => {
    const [pair, ...attributes] = line.split(/;\s*/);
    const [name, value] = split(pair);
    return [name, { value, attributes: attributes.join('; ') }];
  }));
}

function fromEdgeResponse({ statusCode, headers, cookies = {}, body }: EdgeResponse): ViewerResponse {
  const lines = Object.entries(cookies).map(([name, { value, attributes }]): Header =>
    ['set-cookie', `${name}=${value}${attributes ? `; ${attributes}` : ''}`]);
  const data = typeof body === 'string' ? { encoding: 'text', data: body } : body;
  return {
    status: statusCode,
    headers: [...headersOf(headers), ...lines],
    body: data ? Buffer.from(data.data, data.encoding === 'base64' ? 'base64' : 'utf8') : undefined,
  };
}
