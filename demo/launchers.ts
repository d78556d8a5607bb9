import { spawnSync } from 'node:child_process';

const PERIOD_MS = 500;
/** Command lines such as `npm exec projen demo`, `sh -c 'projen' demo` and `node node_modules/.bin/tsx demo/cli.ts`. */
const LAUNCHER = /(^|[/ '])(npm|npx|projen|tsx)\b/;
const SHELL = /^\S*sh( |$)/;

/** Calls `act` once npx, projen or tsx has ended, if they launched this process. They do not pass each signal on. */
export function onLauncherEnded(act: () => void): void {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  // Where `ps` is missing, none is known.
  const pids = launchersOf(process.ppid, stdout ?? '');
  if (!pids.length) return;
  const timer = setInterval(() => {
    if (pids.every(isRunning)) return;
    clearInterval(timer);
    act();
  }, PERIOD_MS).unref();
}

/**
 * Process ids of a parent and its ancestors, up to the first one that launched something else.
 *
 * @param list one line per process: its id, that of its parent, and its command line
 */
export function launchersOf(parent: number, list: string): number[] {
  const processes = new Map(list.split('\n').flatMap((line) => {
    const [, pid, ppid, command] = /^\s*(\d+)\s+(\d+)\s+(.*)/.exec(line) ?? [];
    return pid ? [[Number(pid), { pid: Number(pid), ppid: Number(ppid), command }]] : [];
  }));
  const found = [];
  for (let each = processes.get(parent); each && LAUNCHER.test(each.command); each = processes.get(each.ppid)) found.push(each);
  // The shell of the user, as in `bash -c 'npx projen demo &'`, may end before the demo.
  while (SHELL.test(found.at(-1)?.command ?? '')) found.pop();
  return found.map(({ pid }) => pid);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
