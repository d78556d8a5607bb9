import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { tmpdir } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { EventQueue, type InvokeResult } from './event-queue';
import { ExecutionEnvironment, type EnvironmentState } from './execution-environment';
import type { LinkedFolder } from './image-links';
import { PendingInvocation, LambdaFunctionError, LambdaServiceError, type StreamedInvocation } from './pending-invocation';
import { platformVariables, refusalOfVariables } from './platform-variables';
import type { Sandbox } from './sandbox';
import type { Credentials } from '../../core/credentials';
import { EmulatorError } from '../../core/errors';
import type { EnvironmentPhase } from '../../core/events';

export { LambdaFunctionError, LambdaServiceError } from './pending-invocation';
export type { InvocationEnd, StreamedInvocation } from './pending-invocation';

/** Limit of synchronous events. */
const LARGEST_EVENT = 6 * 1024 * 1024;

/** Default quota of concurrent executions. */
const ACCOUNT_CONCURRENCY = 1000;

const DEFAULT_CREDENTIALS: Credentials = {
  accessKeyId: 'ASIAEMULATOREXAMPLE0',
  secretAccessKey: 'emulator/secret/access/key',
  sessionToken: 'emulator-session-token',
};

export interface LambdaFunctionProps {
  readonly name: string;
  /** The whole command, with the program that runs it. */
  readonly command: string[];
  readonly cwd: string;
  /** The declared variables only; the platform's own are added. */
  readonly environment: Record<string, string>;
  /** Variables that the emulation needs, such as AWS_ENDPOINT_URL; they do not count as declared. */
  readonly emulation?: Record<string, string>;
  readonly timeoutMs: number;
  /** @default 10_000 */
  readonly initTimeoutMs?: number;
  /** @default as many as the account allows */
  readonly reservedConcurrency?: number;
  /** In MB. @default 128 */
  readonly memorySize?: number;
  /** The log group's name. @default made up from the name */
  readonly logGroup?: string;
  /** @default us-east-1 */
  readonly region?: string;
  /** @default made up from region and name */
  readonly arn?: string;
  /** Those of the execution role. @default made up */
  readonly credentials?: Credentials;
  /** Where the temporary folders of environments are made. @default the system's */
  readonly folder?: string;
  /** @default 'none' */
  readonly sandbox?: Sandbox;
  /** Links that the image holds; only a sandbox can make them. */
  readonly linked?: LinkedFolder;
  /** Runs before the first environment starts, for instance to unpack code. */
  readonly prepare?: () => void;
  /** Turns a time of the platform into one of this emulation, in milliseconds. @default unchanged */
  readonly limit?: (milliseconds: number) => number;
  readonly onLog?: (line: string, environmentId: number, stream: 'stdout' | 'stderr') => void;
  readonly onPhase?: (phase: EnvironmentPhase, environmentId: number, detail?: string) => void;
  /** Called when an asynchronous event failed and will be retried. */
  readonly onRetry?: (reason: string) => void;
}

/** The public state of an execution environment. */
export interface EnvironmentView {
  readonly id: number;
  /** The leader of its process group. */
  readonly pid: number;
  readonly state: EnvironmentState;
  readonly held: boolean;
}

/** A Lambda function whose environments are processes of this machine. Emits `phase` with (phase, environmentId, detail). */
export class LambdaFunction extends EventEmitter {
  public readonly arn: string;
  /** The queue of asynchronous invocations. */
  public readonly queue: EventQueue;

  private readonly region: string;
  private readonly pool: ExecutionEnvironment[] = [];
  private started = 0;
  private disposed = false;

  public constructor(private readonly props: LambdaFunctionProps) {
    super();
    const refusal = refusalOfVariables(props.environment);
    if (refusal) throw new EmulatorError('RESOURCE_REFUSED', `${props.name}: ${refusal}`);
    this.region = props.region ?? 'us-east-1';
    this.arn = props.arn ?? `arn:aws:lambda:${this.region}:123456789012:function:${props.name}`;
    this.queue = new EventQueue({
      invoke: (payload, requestId) => this.invoke(payload, requestId),
      limit: props.limit ?? ((milliseconds) => milliseconds),
      onRetry: props.onRetry,
    });
  }

  /** Every environment that was ever started, the dead ones included. */
  public get environments(): ReadonlyArray<EnvironmentView> {
    return this.pool;
  }

  /**
   * Invokes it as InvokeWithResponseStream does; resolves when the response begins.
   *
   * @throws LambdaServiceError where Lambda rejects the invocation, LambdaFunctionError where the function fails before its response starts
   */
  public async invokeWithResponseStream(payload: Buffer, headers: Record<string, string> = {}, requestId?: string): Promise<StreamedInvocation> {
    if (payload.length > LARGEST_EVENT) {
      throw new LambdaServiceError('RequestTooLargeException', 413,
        `Request must be smaller than ${LARGEST_EVENT} bytes for the InvokeFunction operation`);
    }
    if (this.disposed) throw new LambdaFunctionError('Runtime.ExitError', 'the function was disposed of');
    const invocation = new PendingInvocation(payload, headers['x-amzn-trace-id'] ?? traceId(), requestId);
    this.place(invocation);
    return invocation.begun;
  }

  /** Invokes it as Invoke does; resolves when the response is complete. Function errors are results. */
  public async invoke(payload: Buffer, requestId?: string): Promise<InvokeResult> {
    try {
      const { body } = await this.invokeWithResponseStream(payload, {}, requestId);
      return { payload: await buffer(body) };
    } catch (error) {
      if (!(error instanceof LambdaFunctionError)) throw error;
      const report = { errorType: error.errorType, errorMessage: error.message };
      return { payload: error.report ?? Buffer.from(JSON.stringify(report)), functionError: 'Unhandled' };
    }
  }

  /** Ends all environments; no process of theirs is left when this resolves. */
  public async dispose(): Promise<void> {
    this.disposed = true;
    this.queue.close();
    await Promise.all(this.pool.map((environment) => environment.end('disposed of')));
  }

  private place(invocation: PendingInvocation): void {
    const frozen = this.pool.filter(({ state }) => state === 'frozen').sort((a, b) => b.frozenAt - a.frozenAt)[0];
    if (frozen) return frozen.invoke(invocation);
    const living = this.pool.filter(({ state }) => state !== 'dead').length;
    if (living >= (this.props.reservedConcurrency ?? ACCOUNT_CONCURRENCY)) {
      throw new LambdaServiceError('TooManyRequestsException', 429, 'Rate Exceeded.');
    }
    if (!this.started) this.props.prepare?.();
    const environment = this.makeEnvironment(++this.started, invocation);
    this.pool.push(environment);
    void environment.start();
  }

  private makeEnvironment(id: number, invocation: PendingInvocation): ExecutionEnvironment {
    const { props } = this;
    return new ExecutionEnvironment({
      id,
      functionArn: this.arn,
      command: props.command,
      cwd: props.cwd,
      timeoutMs: props.timeoutMs,
      initTimeoutMs: props.initTimeoutMs ?? 10_000,
      folder: props.folder ?? tmpdir(),
      sandbox: props.sandbox,
      linked: props.linked,
      variables: (runtimeApi, temporary) => ({
        ...platformVariables({
          functionName: props.name,
          logGroup: props.logGroup,
          region: this.region,
          memorySize: props.memorySize ?? 128,
          environmentId: id,
          runtimeApi,
          temporary,
          credentials: props.credentials ?? DEFAULT_CREDENTIALS,
        }),
        ...props.emulation,
        ...props.environment,
      }),
      onPhase: (phase, detail) => {
        props.onPhase?.(phase, id, detail);
        this.emit('phase', phase, id, detail);
      },
      onLog: (line, stream) => props.onLog?.(line, id, stream),
    }, invocation);
  }
}

function traceId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')};Parent=${randomBytes(8).toString('hex')};Sampled=0`;
}
