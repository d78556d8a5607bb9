import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { forwardLines } from './forward-lines';
import { titlesFollowReplies } from './title-timing';
import { call, succeeded, type Call, type CallResponse } from '../../shared/call';
import type { Settings } from '../../shared/settings';

/** Time limit of the worker's own requests to LibreChat. */
const CALL_TIMEOUT_MS = 5_000;

/** Maximum delay between the end of the connections of the process and its exit event. */
const EXIT_NOTICE_MS = 500;

/** Time to wait for the last output of a process that has exited: a child process may keep the output open. */
const OUTPUT_MS = 200;

/** Number of characters of LibreChat's output that are kept for reports of failed starts. */
const OUTPUT_KEPT = 8_000;

/** LibreChat logs this when it continues after an uncaught exception. */
const SURVIVED = /the app will continue running/i;

/** The LibreChat process of this environment. */
export class LibreChat {
  /** Exit code or signal, if the process has ended. */
  public exited?: string;
  /** Whether LibreChat has continued after an uncaught exception, in an unknown state. */
  public survivedException = false;
  public readonly port: number;
  public readonly metricsSecret: string;
  public readonly jwtSecret: string;
  /** Whether a title is generated after the reply instead of at the same time. */
  public readonly titlesFollowReplies: boolean;

  /** The end of the output of the process. */
  public lastOutput = '';

  private readonly child: ChildProcess;
  private readonly exit: Promise<string>;
  private readonly callbacks = new Set<(status: string) => void>();

  /** @param directory LibreChat's `api`; default: the working directory */
  public constructor(environment: Record<string, string>, directory = process.cwd()) {
    this.port = Number(environment.PORT);
    this.metricsSecret = environment.METRICS_SECRET;
    this.jwtSecret = environment.JWT_SECRET;
    this.titlesFollowReplies = titlesFollowReplies(environment.CONFIG_PATH ?? join(directory, '../librechat.yaml'));
    this.child = spawn(process.execPath, ['server/index.js'], { cwd: directory, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const name of ['stdout', 'stderr'] as const) {
      forwardLines(this.child[name]!, process[name], (lines) => {
        this.survivedException ||= SURVIVED.test(lines);
        this.lastOutput = (this.lastOutput + lines).slice(-OUTPUT_KEPT);
      });
    }
    this.exit = this.ended();
    const kill = () => this.child.kill('SIGKILL');
    process.once('exit', kill);
    void this.exit.then((status) => {
      process.off('exit', kill);
      this.exited = status;
      for (const callback of this.callbacks) callback(status);
    });
  }

  /** Calls back when the process has ended, or at once if it already has. Returns a function that cancels the callback. */
  public onExit(callback: (status: string) => void): () => void {
    if (this.exited !== undefined) callback(this.exited);
    this.callbacks.add(callback);
    return () => void this.callbacks.delete(callback);
  }

  /** Waits for the exit event of a process that is ending. */
  public async exitIfUnderWay(): Promise<void> {
    await Promise.race([this.exit, sleep(EXIT_NOTICE_MS)]);
  }

  /** Resolves when LibreChat is ready. Rejects if the process ends before. */
  public async ready({ readyPollMs }: Settings): Promise<void> {
    for (;;) {
      const response = await this.call('/readyz', { method: 'GET' }).catch(() => undefined);
      if (response && succeeded(response)) return;
      if (this.exited) throw new Error(`LibreChat ended before it was ready: ${this.exited}`);
      await Promise.race([this.exit, sleep(readyPollMs)]);
    }
  }

  /** Whether LibreChat responds. The process may have ended when the environment was frozen, before its exit event. */
  public async isAlive(): Promise<boolean> {
    const alive = await this.call('/livez', { method: 'GET' }).then(succeeded, () => false);
    if (!alive) await this.exitIfUnderWay();
    return alive;
  }

  /** Stops the process with SIGTERM, and after a timeout with SIGKILL. */
  public async stop({ stopMs }: Settings): Promise<void> {
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), stopMs);
    await this.exit;
    clearTimeout(timer);
  }

  /** Sends a request of the worker to LibreChat. */
  public call(path: string, options: Omit<Call, 'timeoutMs'>): Promise<CallResponse> {
    return call(`http://127.0.0.1:${this.port}${path}`, { ...options, timeoutMs: CALL_TIMEOUT_MS });
  }

  /** Resident memory of the process. Undefined if the system does not report it. */
  public async memoryBytes(): Promise<number | undefined> {
    const status = await readFile(`/proc/${this.child.pid}/status`, 'utf8').catch(() => '');
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  }

  private async ended(): Promise<string> {
    const { child } = this;
    const closed = new Promise<void>((resolve) => void child.once('close', () => resolve()));
    const status = await new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
    });
    const limit = new AbortController();
    await Promise.race([closed, sleep(OUTPUT_MS, undefined, { signal: limit.signal }).catch(() => undefined)]);
    limit.abort();
    return status;
  }
}
