import { spawn, type ChildProcess } from 'node:child_process';

/** Reads `+ <group>` and `- <group>`, and kills the registered groups at the end of its input. */
const SCRIPT = `
groups=' '
while read -r change group; do
  case $change in
    +) groups="$groups$group " ;;
    -) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -KILL "-$group"; done
`;

const guarded = new Set<number>();
let guard: ChildProcess | undefined;

/**
 * Kills a process group when this process ends for any reason: a guard process detects that its input pipe closes. Returns a function that
 * unregisters the group, to call when the group has ended.
 */
export function killAtExit(group: number): () => void {
  guard ??= start();
  guarded.add(group);
  guard.stdin!.write(`+ ${group}\n`);
  return () => {
    if (!guarded.delete(group)) return;
    guard?.stdin!.write(`- ${group}\n`);
    if (guarded.size) return;
    guard?.stdin!.end();
    guard = undefined;
  };
}

/** Detached, so that it does not receive signals to the group of this process. */
function start(): ChildProcess {
  const child = spawn('/bin/sh', ['-c', SCRIPT], { cwd: '/', env: {}, detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  // If the guard cannot start, the groups end only through this process's own code.
  child.on('error', () => undefined);
  child.stdin!.on('error', () => undefined);
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return child;
}
