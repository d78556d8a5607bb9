import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Delivery } from './delivery';
import type { LinkedFolder } from './image-links';
import type { PendingInvocation } from './pending-invocation';
import { ProcessGroup } from './process-group';
import { messageIn, RuntimeApiServer, sendAccepted, sendError } from './runtime-api-server';
import { RuntimeStates, type RuntimeState } from './runtime-state';
import { sandboxed, type Sandbox } from './sandbox';
import type { EnvironmentPhase } from '../../core/events';

export type EnvironmentState = 'init' | 'busy' | 'frozen' | 'dead';

export interface EnvironmentProps {
  readonly id: number;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly initTimeoutMs: number;
  /** Whether it belongs to provisioned concurrency. */
  readonly provisioned: boolean;
  /** Parent of its temporary folder. */
  readonly folder: string;
  readonly sandbox?: Sandbox;
  readonly linked?: LinkedFolder;
  /** Variables of the process, by the address of its Runtime API and its temporary folder. */
  readonly variables: (runtimeApi: string, temporary: string) => Record<string, string>;
  readonly onPhase: (phase: EnvironmentPhase, detail?: string) => void;
  readonly onLog: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Called at the end of each invocation, or of an init without one, with the billed duration. */
  readonly onBilled: (milliseconds: number) => void;
  /** Called when an event was processed, with the duration. It includes an init only if that was repeated. */
  readonly onProcessed: (milliseconds: number) => void;
}

/** One execution environment: processes that handle one event at a time and are frozen in between. */
export class ExecutionEnvironment {
  public state: EnvironmentState = 'init';
  /** Time of the last freeze; the most recently frozen environment is used first. */
  public frozenAt = 0;

  private readonly api = new RuntimeApiServer({
    next: (response) => this.next(response),
    response: (id, request, response) => void this.response(id, request, response),
    error: (id, type, body, response) => this.error(id, type, body, response),
    initError: (type, body, response) => this.initError(type, body, response),
  });
  private readonly temporary: string;
  private address = '';
  private group?: ProcessGroup;
  private runtime = new RuntimeStates();
  /** Exit message of processes that ended between events; reported to the next event. */
  private exitMessage?: string;
  private waiting?: ServerResponse;
  private delivery?: Delivery;
  private secondInit = false;
  private initFailure?: { type: string; message: string; report?: Buffer };
  private timer?: NodeJS.Timeout;
  private ending?: Promise<void>;
  /** Start of the duration to bill next: an init with its invocation, or an invocation. */
  private billedSince = performance.now();
  private processingSince?: number;

  /** @param first the invocation that caused the start; undefined for provisioned concurrency */
  public constructor(private readonly props: EnvironmentProps, first?: PendingInvocation) {
    this.delivery = first && new Delivery(first, props.id);
    this.temporary = mkdtempSync(join(props.folder, 'lambda-environment-'));
  }

  public get id(): number {
    return this.props.id;
  }

  public get pid(): number {
    return this.group?.pid ?? -1;
  }

  public get provisioned(): boolean {
    return this.props.provisioned;
  }

  /** Duration that will be billed but has not ended, in milliseconds. */
  public get unbilledMs(): number {
    return this.state === 'init' || this.state === 'busy' ? performance.now() - this.billedSince : 0;
  }

  /** Whether the response is complete but the runtime has not requested the next event. */
  public get held(): boolean {
    return this.state === 'busy' && Boolean(this.invocation?.complete);
  }

  private get invocation(): PendingInvocation | undefined {
    return this.delivery?.invocation;
  }

  /** Starts the processes. The first event waits until they request it. */
  public async start(): Promise<void> {
    this.address = await this.api.listen();
    if (this.ending) return this.api.close();
    this.billedSince = performance.now();
    this.spawn();
    this.arm(this.props.initTimeoutMs, () => {
      this.log(`INIT_REPORT Init Duration: ${this.props.initTimeoutMs}.00 ms Phase: init Status: timeout`);
      void this.initAgain();
    });
  }

  /** Thaws the environment for another event. */
  public invoke(invocation: PendingInvocation): void {
    this.delivery = new Delivery(invocation, this.id);
    this.state = 'busy';
    this.billedSince = this.processingSince = performance.now();
    this.props.onPhase('thawed');
    if (this.exitMessage !== undefined) return void this.exit(this.exitMessage);
    this.group?.signal('SIGCONT');
    this.startClock();
    this.deliver();
  }

  /** Ends the environment: none of its processes, sockets or files remain when this resolves. */
  public end(reason: string): Promise<void> {
    this.ending ??= this.tearDown(reason);
    return this.ending;
  }

  private async tearDown(reason: string): Promise<void> {
    if (this.state !== 'frozen') this.bill();
    this.state = 'dead';
    clearTimeout(this.timer);
    if (this.invocation?.complete === false) {
      this.invocation.fail(this.invocation.streams ? 'Runtime.TruncatedResponse' : 'Runtime.ExitError', `RequestId: ${this.invocation.id} Error: ${reason}`);
    }
    this.props.onPhase('dead', reason);
    await this.group?.end();
    this.api.close();
    rmSync(this.temporary, { recursive: true, force: true });
  }

  private spawn(): void {
    this.props.onPhase('starting');
    this.runtime = new RuntimeStates();
    const command = sandboxed(this.props.command, this.temporary, this.props.sandbox, this.props.linked);
    const group = new ProcessGroup(command, this.props.cwd, this.props.variables(this.address, this.temporary));
    this.group = group;
    createInterface({ input: group.stdout }).on('line', (line) => this.props.onLog(line, 'stdout'));
    createInterface({ input: group.stderr }).on('line', (line) => this.props.onLog(line, 'stderr'));
    void group.exited.then((status) => group === this.group && this.exited(status));
  }

  private exited(message: string): void {
    if (this.ending) return;
    if (this.state === 'init') {
      const ofInvocation = this.secondInit && this.invocation ? `RequestId: ${this.invocation.id} ` : '';
      this.initFailure ??= { type: 'Runtime.ExitError', message: `${ofInvocation}Error: ${message}` };
      this.log(`INIT_REPORT Phase: ${this.secondInit ? 'invoke' : 'init'} Status: error Error Type: ${this.initFailure.type}`);
      return void this.initAgain();
    }
    if (this.state === 'frozen') this.exitMessage = message;
    else void this.exit(message);
  }

  /** The processes ended during an invocation. */
  private exit(message: string): Promise<void> {
    this.log(`RequestId: ${this.invocation?.id} Error: ${message}`);
    this.log('Runtime.ExitError');
    return this.end(message);
  }

  /** Repeats a failed init once, within the timeout of the first invocation. */
  private async initAgain(): Promise<void> {
    const failure = this.initFailure;
    if (this.secondInit) {
      const { type, message, report } = failure ?? { type: 'Runtime.ExitError', message: 'init failed', report: undefined };
      this.invocation?.fail(type, message, report);
      return this.end(message);
    }
    this.secondInit = true;
    this.initFailure = undefined;
    const first = this.group;
    this.group = undefined;
    this.waiting = undefined;
    this.startClock();
    await first?.end();
    if (!this.ending) this.spawn();
  }

  private arm(milliseconds: number, act: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, milliseconds);
  }

  private startClock(): void {
    const { timeoutMs } = this.props;
    const { invocation } = this;
    if (!invocation) return;
    this.processingSince ??= performance.now();
    invocation.deadline = Date.now() + timeoutMs;
    this.arm(timeoutMs, () => {
      const message = `RequestId: ${invocation.id} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
      this.log(message);
      if (!invocation.complete) invocation.fail('Sandbox.Timedout', message);
      void this.end('timed out');
    });
  }

  private bill(): void {
    const now = performance.now();
    this.props.onBilled(now - this.billedSince);
    if (this.processingSince !== undefined) this.props.onProcessed(now - this.processingSince);
    this.processingSince = undefined;
  }

  private next(response: ServerResponse): void {
    if (this.state === 'dead') return void response.destroy();
    if (this.refused('Ready', response)) return;
    if (this.runtime.state === 'Running') return this.delivery?.send(response);
    this.waiting = response;
    response.once('close', () => this.waiting === response && (this.waiting = undefined));
    if (this.state === 'init') {
      this.state = 'busy';
      // A repeated init has already started the clock.
      if (!this.secondInit) this.startClock();
    }
    if (!this.delivery || this.delivery.delivered) this.freeze();
    else this.deliver();
  }

  private freeze(): void {
    clearTimeout(this.timer);
    this.bill();
    this.group?.signal('SIGSTOP');
    this.state = 'frozen';
    this.frozenAt = performance.now();
    this.props.onPhase('frozen');
  }

  private deliver(): void {
    const response = this.waiting;
    // The process died while it was frozen, and its exit event is pending.
    if (!response || !this.delivery) return;
    this.waiting = undefined;
    this.runtime.state = 'Running';
    this.props.onPhase('running', this.delivery.invocation.id);
    this.delivery.send(response);
  }

  private async response(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const delivery = this.current(id, response);
    if (!delivery || this.refused('InvocationResponse', response)) return void request.resume();
    if (await delivery.receive(request, response)) this.runtime.state = 'RuntimeResponseSentState';
    if (this.state === 'busy') this.props.onPhase('held');
  }

  private error(id: string, errorType: string, body: Buffer, response: ServerResponse): void {
    const delivery = this.current(id, response);
    if (!delivery || this.refused('InvocationErrorResponse', response)) return;
    delivery.fail(errorType, body, response);
    this.runtime.state = 'RuntimeResponseSentState';
    this.props.onPhase('held');
  }

  /** The processes continue until they exit, or the init times out. */
  private initError(type: string, body: Buffer, response: ServerResponse): void {
    if (this.refused('InitError', response)) return;
    this.initFailure = { type, message: messageIn(body), report: body };
    if (this.secondInit) this.invocation?.fail(type, this.initFailure.message, body);
    sendAccepted(response);
  }

  /** The delivery of the event with this id; responds with an error to other ids. */
  private current(id: string, response: ServerResponse): Delivery | undefined {
    if (this.runtime.hasEvent && this.invocation?.id === id) return this.delivery;
    sendError(response, 400, 'InvalidRequestID', 'Invalid request ID');
    return undefined;
  }

  private refused(wanted: RuntimeState, response: ServerResponse): boolean {
    const refusal = this.runtime.request(wanted);
    if (refusal) sendError(response, 403, 'InvalidStateTransition', refusal);
    return refusal !== undefined;
  }

  private log(line: string): void {
    this.props.onLog(line, 'stdout');
  }
}
