import { spawnSync } from 'node:child_process';

const PERIOD_MS = 500;
/** Command lines such as `npm exec projen demo`, `sh -c 'projen' demo` and `node node_modules/.bin/tsx demo/cli.ts`. */
const LAUNCHER = /(^|[/ '])(npm|npx|projen|tsx)\b/;

/** Calls `act` once npx, projen or tsx has ended, if they launched this process. They do not pass each signal on. */
export function onLauncherEnded(act: () => void): void {
  const pids = launchers();
  if (!pids.length) return;
  const timer = setInterval(() => {
    if (pids.every(isRunning)) return;
    clearInterval(timer);
    act();
  }, PERIOD_MS).unref();
}

/** Process ids of the ancestors up to the first one that launched something else; none where `ps` is missing. */
function launchers(): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  const processes = new Map((stdout ?? '').split('\n').flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)/.exec(line) ?? [];
    return pid ? [[Number(pid), { parent: Number(parent), command }]] : [];
  }));
  const pids: number[] = [];
  for (let pid = process.ppid; LAUNCHER.test(processes.get(pid)?.command ?? ''); pid = processes.get(pid)!.parent) pids.push(pid);
  return pids;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
