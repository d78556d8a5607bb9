import { spawn, type ChildProcess } from 'node:child_process';

/** Reads `+ <group>` and `- <group>`, and kills the groups that are left at the end of its input. */
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
 * Has a process group killed once this process has ended, however it ends: a pipe to a process of its own closes then. Returns what undoes it,
 * once the group has ended.
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

/** Detached, so that a signal to the group of this process does not reach it. */
function start(): ChildProcess {
  const child = spawn('/bin/sh', ['-c', SCRIPT], { cwd: '/', env: {}, detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  // Without it, the groups end with this process's own code only.
  child.on('error', () => undefined);
  child.stdin!.on('error', () => undefined);
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return child;
}
