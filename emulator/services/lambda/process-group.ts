import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { outputRead } from './output-read';
import { killAtExit } from '../../core/guard';

/** Names of signals in Lambda's log. */
const SIGNALS = new Map<NodeJS.Signals, string>([
  ['SIGABRT', 'aborted'], ['SIGBUS', 'bus error'], ['SIGFPE', 'floating point exception'], ['SIGHUP', 'hangup'], ['SIGILL', 'illegal instruction'],
  ['SIGINT', 'interrupt'], ['SIGKILL', 'killed'], ['SIGPIPE', 'broken pipe'], ['SIGQUIT', 'quit'], ['SIGSEGV', 'segmentation fault'],
  ['SIGTERM', 'terminated'],
]);

function exitMessage(code: number | null, signal: NodeJS.Signals | null): string {
  if (code === 0) return 'Runtime exited without providing a reason';
  return `Runtime exited with error: ${signal ? `signal: ${SIGNALS.get(signal) ?? signal}` : `exit status ${code}`}`;
}

/** A process and its descendants, which are stopped and continued together to freeze an execution environment. */
export class ProcessGroup {
  public readonly pid: number;
  /** Resolves when the leader has ended, to the message in Lambda's log. */
  public readonly exited: Promise<string>;

  private readonly release: () => void;
  private readonly leader: ChildProcessByStdio<null, Readable, Readable>;

  public constructor(command: readonly string[], cwd: string, environment: Record<string, string>) {
    this.leader = spawn(command[0], command.slice(1), {
      cwd,
      env: environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.pid = this.leader.pid ?? -1;
    // The group is detached and may be stopped, so it would outlive this process.
    this.release = this.pid < 0 ? () => undefined : killAtExit(this.pid);
    this.exited = new Promise((resolve) => {
      this.leader.once('error', (error) => resolve(`Runtime exited with error: ${error.message}`));
      this.leader.once('exit', (code, signal) => void outputRead().then(() => resolve(exitMessage(code, signal))));
    });
    // Processes that outlive the leader would keep its port and its connections.
    void this.exited.then(() => this.signal('SIGKILL'));
  }

  public get stdout(): Readable {
    return this.leader.stdout;
  }

  public get stderr(): Readable {
    return this.leader.stderr;
  }

  public signal(signal: NodeJS.Signals): void {
    if (this.pid < 0) return;
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** Ends every process of the group; resolves when none remains. */
  public async end(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
    while (statesOfGroup(this.pid).some((state) => state !== 'Z')) {
      this.signal('SIGKILL');
      await sleep(5);
    }
    this.release();
  }

}

/** The state letter of each process of a group (`T` is stopped, `Z` has ended), on systems with `/proc`. */
export function statesOfGroup(pid: number): string[] {
  return processes().filter(({ group }) => group === pid).map(({ state }) => state);
}

function processes(): { state: string; group: number }[] {
  let ids: string[];
  try {
    ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return ids.flatMap((id) => {
    try {
      const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
      // The command's name is in parentheses, and may contain parentheses and spaces.
      const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return [{ state, group: Number(group) }];
    } catch {
      return [];
    }
  });
}
