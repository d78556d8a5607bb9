import { readFileSync, writeFileSync } from 'node:fs';
import { request, type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Functions } from './functions';
import type { LambdaFunction, LambdaFunctionProps } from '../../../../emulator/services/lambda/lambda-function';
import { until } from '../../../../fixtures/runtime/until';

export interface RuntimeApiResponse {
  readonly status?: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const STREAMING = { 'Lambda-Runtime-Function-Response-Mode': 'streaming', 'Transfer-Encoding': 'chunked' };

/** Processes without calls of their own, which end with the status in a file. */
const PROGRAM = 'echo "$AWS_LAMBDA_RUNTIME_API" > api.new; mv api.new api; until [ -e status ]; do sleep 0.02; done; echo bye; exit "$(cat status)"';

/** A function whose runtime is the test, which makes all calls to the Runtime API. */
export class ScriptedRuntime {
  public readonly lines: string[] = [];
  public readonly lambda: LambdaFunction;

  public constructor(private readonly functions: Functions, props: Partial<LambdaFunctionProps> = {}) {
    this.lambda = functions.make({ command: ['/bin/sh', '-c', PROGRAM], onLog: (line) => this.lines.push(line), ...props });
  }

  public invoke() {
    return this.lambda.invoke(Buffer.from('{}'));
  }

  public invokeWithResponseStream() {
    return this.lambda.invokeWithResponseStream(Buffer.from('{"n":1}'));
  }

  /** Asks for an event, and returns its id. */
  public async next(): Promise<string> {
    return String((await this.call('GET', 'invocation/next')).headers['lambda-runtime-aws-request-id']);
  }

  public respond(id: string, body: string | Buffer, headers: OutgoingHttpHeaders = {}): Promise<RuntimeApiResponse> {
    return this.call('POST', `invocation/${id}/response`, headers, (call) => call.end(body));
  }

  public stream(id: string, write: (call: ClientRequest) => unknown, headers: OutgoingHttpHeaders = {}): Promise<RuntimeApiResponse> {
    return this.call('POST', `invocation/${id}/response`, { ...STREAMING, ...headers }, write);
  }

  public fail(path: string, type: string, body = '{"errorMessage":"no"}'): Promise<RuntimeApiResponse> {
    return this.call('POST', path, { 'Lambda-Runtime-Function-Error-Type': type }, (call) => call.end(body));
  }

  public async call(method: string, path: string, headers: OutgoingHttpHeaders = {}, write: (call: ClientRequest) => unknown = (call) => call.end()) {
    const [host, port] = (await this.address()).split(':');
    return new Promise<RuntimeApiResponse>((resolve, reject) => {
      const call = request({ host, port, method, path: `/2018-06-01/runtime/${path}`, headers, agent: false }, (response) => {
        text(response).then((body) => resolve({ status: response.statusCode, headers: response.headers, body }), reject);
      });
      call.once('error', reject);
      write(call);
    });
  }

  /** Sends bytes unchanged and half-closes the connection. Resolves to the response. */
  public async send(bytes: string): Promise<string> {
    const [host, port] = (await this.address()).split(':');
    const socket = connect({ host, port: Number(port), allowHalfOpen: true });
    socket.end(bytes);
    return text(socket);
  }

  /** Ends the processes. */
  public exit(status: number): void {
    writeFileSync(join(this.functions.folder, 'status'), String(status));
  }

  private async address(): Promise<string> {
    let address = '';
    await until(() => {
      try {
        address = readFileSync(join(this.functions.folder, 'api'), 'utf8').trim();
      } catch {
        // Not started yet.
      }
      return address !== '';
    });
    return address;
  }
}
