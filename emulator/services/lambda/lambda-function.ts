import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { tmpdir } from 'node:os';
import { EventQueue, type InvokeAnswer } from './event-queue';
import { ExecutionEnvironment, type EnvironmentState } from './execution-environment';
import type { LinkedFolder } from './image-links';
import { Invocation, LambdaFunctionError, LambdaServiceError, type StreamedInvocation } from './invocation';
import { platformVariables, refusalOfVariables, type Credentials } from './platform-variables';
import type { Sandbox } from './sandbox';
import { EmulatorError } from '../../core/errors';
import type { EnvironmentPhase } from '../../core/events';

export { LambdaFunctionError, LambdaServiceError } from './invocation';
export type { InvocationEnd, StreamedInvocation } from './invocation';

/** The most that an event may hold when the caller waits for the answer. */
const LARGEST_EVENT = 6 * 1024 * 1024;

/** What an account may run at once unless it asked for more. */
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
  /** What the emulation itself needs the processes to know, such as AWS_ENDPOINT_URL; not counted as declared. */
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
  /** What must be there before the first environment starts, such as unpacked code. */
  readonly prepare?: () => void;
  /** Turns a time of the platform into one of this emulation, in milliseconds. @default unchanged */
  readonly limit?: (milliseconds: number) => number;
  readonly onLog?: (line: string, environmentId: number, stream: 'stdout' | 'stderr') => void;
  readonly onPhase?: (phase: EnvironmentPhase, environmentId: number, detail?: string) => void;
  /** An event that nobody waits for has failed and is tried again. */
  readonly onRetry?: (reason: string) => void;
}

/** What can be seen of an execution environment from outside. */
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
  /** Where events go that nobody waits for. */
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
   * @throws LambdaServiceError where Lambda refuses the event, LambdaFunctionError where the function fails before it answers
   */
  public async invokeWithResponseStream(payload: Buffer, headers: Record<string, string> = {}, requestId?: string): Promise<StreamedInvocation> {
    if (payload.length > LARGEST_EVENT) {
      throw new LambdaServiceError('RequestTooLargeException', 413,
        `Request must be smaller than ${LARGEST_EVENT} bytes for the InvokeFunction operation`);
    }
    if (this.disposed) throw new LambdaFunctionError('Runtime.ExitError', 'the function was disposed of');
    const invocation = new Invocation(payload, headers['x-amzn-trace-id'] ?? traceId(), requestId);
    this.place(invocation);
    return invocation.begun;
  }

  /** Invokes it and waits for the whole answer, as Invoke does; a function's error is an answer too. */
  public async invoke(payload: Buffer, requestId?: string): Promise<InvokeAnswer> {
    try {
      const { body } = await this.invokeWithResponseStream(payload, {}, requestId);
      const parts: Buffer[] = [];
      for await (const part of body) parts.push(part as Buffer);
      return { payload: Buffer.concat(parts) };
    } catch (error) {
      if (!(error instanceof LambdaFunctionError)) throw error;
      const answer = { errorType: error.errorType, errorMessage: error.message };
      return { payload: error.report ?? Buffer.from(JSON.stringify(answer)), functionError: 'Unhandled' };
    }
  }

  /** Ends all environments; no process of theirs is left when this resolves. */
  public async dispose(): Promise<void> {
    this.disposed = true;
    this.queue.close();
    await Promise.all(this.pool.map((environment) => environment.end('disposed of')));
  }

  private place(invocation: Invocation): void {
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

  private makeEnvironment(id: number, invocation: Invocation): ExecutionEnvironment {
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
