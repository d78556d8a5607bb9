import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, succeeded, type Call, type CallAnswer } from '../shared/call';
import type { Settings } from '../shared/settings';

/** How long LibreChat may take for a question of the adapter's own. */
const CALL_TIMEOUT_MS = 5_000;

/** How long the end of the process may come after the end of its connections. */
const EXIT_NOTICE_MS = 500;

/** The LibreChat process of this environment. */
export class LibreChat {
  /** What ended the process, once it has. */
  public exited?: string;
  public readonly port: number;
  public readonly metricsSecret: string;
  public readonly jwtSecret: string;

  private readonly child: ChildProcess;
  private readonly exit: Promise<string>;

  /** Starts it in the working directory, which is LibreChat's `api`. */
  public constructor(environment: Record<string, string>) {
    this.port = Number(environment.PORT);
    this.metricsSecret = environment.METRICS_SECRET;
    this.jwtSecret = environment.JWT_SECRET;
    this.child = spawn(process.execPath, ['server/index.js'], { env: environment, stdio: ['ignore', 'inherit', 'inherit'] });
    this.exit = new Promise((resolve) => {
      this.child.once('error', (error) => resolve(error.message));
      this.child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
    });
    void this.exit.then((status) => (this.exited = status));
    process.once('exit', () => this.child.kill('SIGKILL'));
  }

  public onExit(callback: (status: string) => void): void {
    void this.exit.then(callback);
  }

  /** Gives an end of the process that is under way the time to be noticed. */
  public async exitIfUnderWay(): Promise<void> {
    await Promise.race([this.exit, sleep(EXIT_NOTICE_MS)]);
  }

  /** Resolves when it can serve; rejects when it ends before. */
  public async ready({ readyPollMs }: Settings): Promise<void> {
    for (;;) {
      const answer = await this.call('/readyz', { method: 'GET' }).catch(() => undefined);
      if (answer && succeeded(answer)) return;
      if (this.exited) throw new Error(`LibreChat ended before it was ready: ${this.exited}`);
      await Promise.race([this.exit, sleep(readyPollMs)]);
    }
  }

  /** Asks it to end, and makes it where it does not. */
  public async stop({ stopMs }: Settings): Promise<void> {
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), stopMs);
    await this.exit;
    clearTimeout(timer);
  }

  /** A request of the adapter's own. */
  public call(path: string, options: Omit<Call, 'timeoutMs'>): Promise<CallAnswer> {
    return call(`http://127.0.0.1:${this.port}${path}`, { ...options, timeoutMs: CALL_TIMEOUT_MS });
  }
}
