import { EventEmitter } from 'node:events';
import { tmpdir } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { AccountConcurrency, type ConcurrencyUser } from './account-concurrency';
import { EnvironmentPool } from './environment-pool';
import { EventQueue, type InvokeResult } from './event-queue';
import type { EnvironmentProps, EnvironmentState } from './execution-environment';
import { FunctionState } from './function-state';
import { LambdaFunctionError, LambdaServiceError } from './lambda-errors';
import type { LambdaFunctionProps } from './lambda-function-props';
import { PendingInvocation, type StreamedInvocation } from './pending-invocation';
import { passedVariables, platformVariables, refusalOfVariables } from './platform-variables';
import { continueTrace } from './trace-header';
import { UsageMeter, type FunctionUsage } from './usage';
import type { Credentials } from '../../core/credentials';
import { EmulatorError } from '../../core/errors';

export { LambdaFunctionError, LambdaServiceError } from './lambda-errors';
export type { LambdaFunctionProps } from './lambda-function-props';
export type { StreamedInvocation } from './pending-invocation';
export type { InvocationEnd } from './streamed-body';

/** Limit of synchronous events. */
const LARGEST_EVENT = 6 * 1024 * 1024;

/** The unpublished version. */
const LATEST = '$LATEST';

/** Init timeout of provisioned concurrency. */
const PROVISIONED_INIT_MS = 900_000;

const DEFAULT_CREDENTIALS: Credentials = {
  accessKeyId: 'ASIAEMULATOREXAMPLE0',
  secretAccessKey: 'emulator/secret/access/key',
  sessionToken: 'emulator-session-token',
};

/** Properties of one invocation. */
export interface InvokeOptions {
  /** @default generated */
  readonly requestId?: string;
  /** The caller's trace header. */
  readonly traceHeader?: string;
  /** @default $LATEST */
  readonly version?: string;
  /** The ARN that the caller used. @default the function's */
  readonly arn?: string;
}

/** The public state of an execution environment. */
export interface EnvironmentView {
  readonly id: number;
  /** The leader of its process group. */
  readonly pid: number;
  readonly state: EnvironmentState;
  readonly held: boolean;
  readonly provisioned: boolean;
}

/** @throws EmulatorError where Lambda does not accept the variables */
function requireValidVariables({ name, environment }: LambdaFunctionProps): void {
  const refusal = refusalOfVariables(environment);
  if (refusal) throw new EmulatorError('RESOURCE_REFUSED', `${name}: ${refusal}`);
}

/** A Lambda function whose environments are local processes. Emits `phase` with (phase, environmentId, detail). */
export class LambdaFunction extends EventEmitter implements ConcurrencyUser {
  public readonly arn: string;
  /** The queue of asynchronous invocations. */
  public readonly queue: EventQueue;
  public readonly state: FunctionState;

  private readonly region: string;
  private readonly account: AccountConcurrency;
  private readonly meter = new UsageMeter();
  private readonly pool: EnvironmentPool;
  /** Code and configuration of published versions, which never change. */
  private readonly published = new Map<string, LambdaFunctionProps>();
  private lastVersion = 0;
  private readonly prepared = new WeakSet<LambdaFunctionProps>();
  private disposed = false;

  public constructor(private props: LambdaFunctionProps) {
    super();
    requireValidVariables(props);
    this.region = props.region ?? 'us-east-1';
    this.arn = props.arn ?? `arn:aws:lambda:${this.region}:123456789012:function:${props.name}`;
    this.account = props.account ?? new AccountConcurrency();
    this.account.add(this);
    this.state = new FunctionState(props.isImage ?? false, this.limit);
    this.queue = new EventQueue({
      invoke: (payload, options) => this.invoke(payload, options),
      limit: this.limit,
      onRetry: props.onRetry,
      onDropped: props.onDropped,
    });
    this.pool = new EnvironmentPool({
      environment: (id, version, provisioned) => this.environmentProps(id, version, provisioned),
      onStarted: () => (this.meter.environments += 1),
    });
  }

  /** Every environment that was started, including dead ones. */
  public get environments(): ReadonlyArray<EnvironmentView> {
    return this.pool.all;
  }

  public get reservedConcurrency(): number | undefined {
    return this.props.reservedConcurrency;
  }

  public get provisionedConcurrency(): number {
    return this.pool.provisioned;
  }

  public get onDemandConcurrency(): number {
    return this.pool.onDemand;
  }

  /** The billable usage so far. */
  public get usage(): Omit<FunctionUsage, 'function'> {
    return this.meter.read(this.props.memorySize ?? 128, this.props.architecture ?? 'x86_64', this.pool.unbilledMs);
  }

  /**
   * Invokes the function as InvokeWithResponseStream does; resolves when the response starts.
   *
   * @throws LambdaServiceError if Lambda rejects the invocation, LambdaFunctionError if the function fails before its response starts
   */
  public async invokeWithResponseStream(payload: Buffer, options: InvokeOptions = {}): Promise<StreamedInvocation> {
    return (await this.place(payload, options, false)).started;
  }

  /** Invokes the function as Invoke does; resolves when the response is complete. Function errors are results. */
  public async invoke(payload: Buffer, options: InvokeOptions = {}): Promise<InvokeResult> {
    const { started } = await this.place(payload, options, true);
    try {
      const { body, environmentId } = await started;
      return { payload: await buffer(body), environmentId };
    } catch (error) {
      if (!(error instanceof LambdaFunctionError)) throw error;
      const report = { errorType: error.errorType, errorMessage: error.message };
      return { payload: error.report ?? Buffer.from(JSON.stringify(report)), functionError: 'Unhandled' };
    }
  }

  /**
   * Changes code and configuration. Running invocations keep the old ones; existing environments receive no further
   * events.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
   */
  public update(props: LambdaFunctionProps): void {
    requireValidVariables(props);
    this.props = props;
    this.pool.retire(LATEST);
  }

  /** Publishes the present code and configuration as a new version, and returns its number. Numbers are never reused. */
  public publish(): string {
    this.lastVersion += 1;
    this.published.set(String(this.lastVersion), this.props);
    return String(this.lastVersion);
  }

  /** Deletes a version. Running invocations of it continue. */
  public unpublish(version: string): void {
    this.published.delete(version);
    this.pool.retire(version);
  }

  /** Allocates provisioned concurrency to a version; resolves to whether all its environments are initialized. */
  public async provision(version: string, amount: number): Promise<boolean> {
    const ready = await Promise.all(Array.from({ length: amount }, () => this.pool.provision(version)));
    ready.filter(Boolean).forEach(() => this.meter.allocate());
    return ready.every(Boolean);
  }

  /** Ends idle environments, as Lambda does after some time. */
  public reclaimIdle(): Promise<void> {
    return this.pool.reclaim();
  }

  /** Ends all environments; none of their processes remain when this resolves. */
  public async dispose(): Promise<void> {
    this.disposed = true;
    this.queue.close();
    await this.pool.dispose();
  }

  private readonly limit = (milliseconds: number): number => this.props.limit?.(milliseconds) ?? milliseconds;

  /** Assigns the event to an environment. @throws if the invocation is rejected */
  private async place(payload: Buffer, options: InvokeOptions, buffered: boolean): Promise<PendingInvocation> {
    if (payload.length > LARGEST_EVENT) {
      throw new LambdaServiceError('RequestTooLargeException', 413,
        `Request must be smaller than ${LARGEST_EVENT} bytes for the InvokeFunction operation`);
    }
    if (this.props.latencyMs) await sleep(this.props.latencyMs);
    if (this.disposed) throw new LambdaFunctionError('Runtime.ExitError', 'the function was disposed of');
    this.state.requireActive();
    const trace = continueTrace(options.traceHeader, this.arn);
    if (trace.isLoop && this.props.stopsLoops !== false) {
      throw new LambdaServiceError('RecursiveInvocationException', 400,
        'Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services resources and stopped your function\'s invocation.');
    }
    const { requestId, arn = this.arn, version = LATEST } = options;
    const invocation = new PendingInvocation({
      payload, buffered, requestId, functionArn: arn, traceId: trace.header, bandwidth: this.props.bandwidth, limit: this.limit,
    });
    const idle = this.pool.idle(version);
    const reason = idle?.provisioned ? undefined : this.account.throttleReason(this);
    if (reason) this.props.onThrottled?.();
    if (reason) throw new LambdaServiceError('TooManyRequestsException', 429, 'Rate Exceeded.', { Reason: reason, Type: 'User' });
    this.meter.invocations += 1;
    void invocation.finished.then((end) => this.props.onFinished?.(end));
    if (idle) idle.invoke(invocation);
    else this.pool.start(version, invocation);
    this.props.onStarted?.(this.pool.processing);
    return invocation;
  }

  private environmentProps(id: number, version: string, provisioned: boolean): EnvironmentProps {
    const props = this.published.get(version) ?? this.props;
    if (!this.prepared.has(props)) props.prepare?.();
    this.prepared.add(props);
    return {
      id,
      provisioned,
      command: props.command,
      cwd: props.cwd,
      timeoutMs: props.timeoutMs,
      initTimeoutMs: provisioned ? this.limit(PROVISIONED_INIT_MS) : props.initTimeoutMs ?? 10_000,
      folder: props.folder ?? tmpdir(),
      sandbox: props.sandbox,
      linked: props.linked,
      variables: (runtimeApi, temporary) => ({
        ...platformVariables({
          functionName: props.name,
          version,
          initializationType: provisioned ? 'provisioned-concurrency' : 'on-demand',
          logGroup: props.logGroup,
          region: this.region,
          memorySize: props.memorySize ?? 128,
          environmentId: id,
          runtimeApi,
          temporary,
          credentials: props.credentials ?? DEFAULT_CREDENTIALS,
        }),
        ...passedVariables({ ...props.emulation, ...props.environment, ...props.startEnvironment?.() }),
      }),
      onPhase: (phase, detail) => {
        props.onPhase?.(phase, id, detail);
        this.emit('phase', phase, id, detail);
      },
      onLog: (line, stream) => props.onLog?.(line, id, stream),
      onBilled: (milliseconds) => this.meter.bill(milliseconds, provisioned),
      onProcessed: (milliseconds) => props.onProcessed?.(milliseconds),
    };
  }
}
