import { once } from 'node:events';
import type { Artifacts } from './artifacts';
import { until } from './until';
import { LambdaFunction, type InvocationEnd, type LambdaFunctionProps } from '../../../emulator/lambda/lambda-function';
import type { ProxyEvent } from '../../../runtime/event';
import type { Settings } from '../../../runtime/settings';
import { ADAPTER } from '../../../src/contract/variables';

export interface AdapterOptions extends Partial<Pick<LambdaFunctionProps, 'timeoutMs' | 'initTimeoutMs' | 'command' | 'cwd' | 'credentials' | 'emulation'>> {
  readonly environment?: Record<string, string>;
  readonly settings?: Partial<Settings>;
  /** What LibreChat needs anyhow. */
  readonly plain?: Readonly<Record<string, string>>;
}

/** A response as a client sees it. */
export interface Answer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly multiValueHeaders: Record<string, string[]>;
  readonly body: Buffer;
  readonly environmentId: number;
  readonly end: InvocationEnd;
}

export interface LogLine extends Record<string, unknown> {
  readonly event: string;
  readonly environmentId: number;
}

/** All that LibreChat needs, plainly. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  MONGO_URI: 'mongodb://127.0.0.1/LibreChat',
  REDIS_URI: 'redis://127.0.0.1',
  DOMAIN_CLIENT: 'https://chat.example.com',
  DOMAIN_SERVER: 'https://chat.example.com',
  CREDS_KEY: 'c'.repeat(64),
  CREDS_IV: 'd'.repeat(32),
  JWT_SECRET: 'e'.repeat(64),
  JWT_REFRESH_SECRET: 'f'.repeat(64),
};

const DELIMITER = Buffer.alloc(8);

/** The built adapter as a Lambda function whose environments are frozen between events. */
export class Adapter {
  /** The adapter's own lines. */
  public readonly logs: LogLine[] = [];
  /** All lines as they came. */
  public readonly output: string[] = [];
  public readonly lambda: LambdaFunction;

  public constructor(artifacts: Artifacts, { environment, settings, plain = ENVIRONMENT, ...props }: AdapterOptions = {}) {
    this.lambda = new LambdaFunction({
      name: 'adapter',
      command: ['node', artifacts.adapter, 'serve'],
      cwd: artifacts.api,
      timeoutMs: 30_000,
      sandbox: 'none',
      ...props,
      environment: {
        ...plain,
        ...environment,
        ...(settings ? { [ADAPTER.testOverrides]: JSON.stringify(settings) } : {}),
      },
      onLog: (line, environmentId) => this.log(line, environmentId),
    });
  }

  /** The state of the environment that was started last. */
  public get state() {
    return this.lambda.environments.at(-1)?.state;
  }

  public logged(event: string): LogLine[] {
    return this.logs.filter((line) => line.event === event);
  }

  /** Sends an event and reads the whole response. */
  public async send(event: ProxyEvent): Promise<Answer> {
    const { body, environmentId, ended } = await this.invoke(event);
    const parts: Buffer[] = [];
    try {
      for await (const part of body) parts.push(part as Buffer);
    } catch {
      // How it ended is part of the answer.
    }
    return { ...parse(Buffer.concat(parts)), environmentId, end: await ended };
  }

  /** Sends an event; resolves when its response begins. */
  public invoke(event: unknown) {
    return this.lambda.invokeWithResponseStream(Buffer.from(JSON.stringify(event)));
  }

  /** Resolves when no environment works any more. */
  public async idle(): Promise<void> {
    await until(() => this.lambda.environments.every(({ state }) => state === 'frozen' || state === 'dead'));
  }

  public async phase(wanted: string): Promise<void> {
    for (;;) {
      const [phase] = await once(this.lambda, 'phase');
      if (phase === wanted) return;
    }
  }

  public dispose(): Promise<void> {
    return this.lambda.dispose();
  }

  private log(line: string, environmentId: number): void {
    this.output.push(line);
    if (line.includes('"source":"adapter"')) this.logs.push({ ...(JSON.parse(line) as { event: string }), environmentId });
  }
}

/** What API Gateway makes of a streamed response. */
export function parse(response: Buffer): Pick<Answer, 'statusCode' | 'headers' | 'multiValueHeaders' | 'body'> {
  const at = response.indexOf(DELIMITER);
  if (at < 0) throw new Error(`a streamed response must have 8 NUL bytes after its metadata, got: ${response.toString().slice(0, 200)}`);
  const metadata = JSON.parse(response.subarray(0, at).toString()) as Partial<Answer>;
  return {
    statusCode: metadata.statusCode ?? 200,
    headers: metadata.headers ?? {},
    multiValueHeaders: metadata.multiValueHeaders ?? {},
    body: response.subarray(at + DELIMITER.length),
  };
}
