import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { LambdaFunction, type InvocationEnd, type LambdaFunctionProps } from '../../../../emulator/services/lambda/lambda-function';
import { managedRuntime } from '../../../../emulator/services/lambda/managed-runtime';
import { bundleRelay } from '../../../../tools/bundle-relay';

/** A response as API Gateway receives it. */
export interface GatewayResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly multiValueHeaders: Record<string, string[]>;
  readonly body: Buffer;
  readonly end: InvocationEnd;
}

const DELIMITER = Buffer.alloc(8);

/** The relay's bundle in a separate folder. */
export class RelayBundle {
  public static async build(): Promise<RelayBundle> {
    const bundle = new RelayBundle(mkdtempSync(join(tmpdir(), 'relay-')));
    await bundleRelay(join(bundle.folder, 'code'));
    return bundle;
  }

  private constructor(public readonly folder: string) {}

  public dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The relay's bundle as a function of Lambda's Node.js runtime. */
export class RelayFunction {
  public readonly lambda: LambdaFunction;
  public readonly logs: Array<Record<string, unknown>> = [];
  /** Log lines in their order. */
  public readonly output: string[] = [];

  public constructor(bundle: RelayBundle, environment: Record<string, string>, props: Partial<LambdaFunctionProps> = {}) {
    const runtime = managedRuntime({
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      folder: join(bundle.folder, 'code'),
      runtimeFolder: join(bundle.folder, 'runtime'),
      unpack: () => undefined,
    });
    this.lambda = new LambdaFunction({
      name: 'relay',
      command: runtime.command,
      cwd: runtime.cwd,
      prepare: runtime.prepare,
      emulation: runtime.environment,
      timeoutMs: 60_000,
      memorySize: 256,
      ...props,
      environment,
      onLog: (line) => this.log(line),
    });
  }

  public logged(event: string) {
    return this.logs.filter((line) => line.event === event);
  }

  /** Sends an event; resolves when its response begins. */
  public invoke(event: unknown) {
    return this.lambda.invokeWithResponseStream(Buffer.from(JSON.stringify(event)));
  }

  /** Sends an event and reads the response until it ends or is interrupted. */
  public async send(event: unknown): Promise<GatewayResponse> {
    const { body, ended } = await this.invoke(event);
    const bytes = await bytesOf(body);
    return { ...parse(bytes), end: await ended };
  }

  public dispose(): Promise<void> {
    return this.lambda.dispose();
  }

  private log(line: string): void {
    this.output.push(line);
    if (line.includes('"source":"relay"')) this.logs.push(JSON.parse(line) as Record<string, unknown>);
  }
}

/** Until the end, or until it is interrupted. */
export async function bytesOf(body: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  try {
    for await (const part of body) parts.push(part as Buffer);
  } catch {
    // The end is asserted elsewhere.
  }
  return Buffer.concat(parts);
}

function parse(bytes: Buffer): Omit<GatewayResponse, 'end'> {
  const at = bytes.indexOf(DELIMITER);
  if (at < 0 || at > 16 * 1024 - DELIMITER.length) throw new Error(`no metadata, got: ${bytes.subarray(0, 200).toString()}`);
  const metadata = JSON.parse(bytes.subarray(0, at).toString()) as Partial<GatewayResponse>;
  return { statusCode: 200, headers: {}, multiValueHeaders: {}, ...metadata, body: bytes.subarray(at + DELIMITER.length) };
}
