import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { Artifacts } from './artifacts';
import type { ClientRequest } from './gateway';
import { until } from './until';
import { freePort } from '../../../runtime/start/port';
import { FIXED_VARIABLES } from '../../../src/contract/variables';

export interface PlainAnswer {
  readonly statusCode: number;
  readonly rawHeaders: string[];
  readonly body: Buffer;
}

/** The fixture without an adapter, and a plain HTTP client for it. */
export class Direct {
  public static async start({ api }: Artifacts): Promise<Direct> {
    const port = await freePort();
    const env = { ...FIXED_VARIABLES, PATH: process.env.PATH, PORT: String(port) };
    const direct = new Direct(port, spawn('node', ['server/index.js'], { cwd: api, env, stdio: 'ignore' }));
    let ready = false;
    await until(() => {
      void direct.send({ method: 'GET', target: '/readyz' }).then(() => (ready = true), () => undefined);
      return ready;
    });
    return direct;
  }

  private constructor(public readonly port: number, private readonly child: ChildProcess) {}

  public async send(message: ClientRequest): Promise<PlainAnswer> {
    const response = await this.open(message);
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    return { statusCode: response.statusCode!, rawHeaders: response.rawHeaders, body: Buffer.concat(parts) };
  }

  /** Sends a request; resolves when the response begins. */
  public async open({ method, target, headers = [], body }: ClientRequest): Promise<IncomingMessage> {
    const pairs = [...headers, ...(body?.length || method === 'POST' ? [['Content-Length', String(body?.length ?? 0)]] : [])];
    const raw = ['Host', 'localhost', ...pairs.flat()];
    const call = request({ host: '127.0.0.1', port: this.port, method, path: target, headers: raw, agent: false });
    call.end(body);
    const [response] = await once(call, 'response');
    return response as IncomingMessage;
  }

  public async dispose(): Promise<void> {
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}
