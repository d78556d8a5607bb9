import { spawnSync } from 'node:child_process';

/**
 * How an environment's file system is made read-only: `bubblewrap` mounts it so, `none` leaves it as it is, `auto` takes
 * bubblewrap where the machine allows it.
 */
export type Sandbox = 'auto' | 'bubblewrap' | 'none';

let usable: boolean | undefined;

/** Whether bubblewrap is installed and may make namespaces here. */
export function bubblewrapWorks(): boolean {
  usable ??= spawnSync('bwrap', [...READ_ONLY_ROOT, '--', 'true'], { stdio: 'ignore' }).status === 0;
  return usable;
}

/** Processes have a namespace of their own: all of them end with the emulator, even if it is killed. */
const READ_ONLY_ROOT = ['--unshare-pid', '--die-with-parent', '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'];

/** The command that runs `command` with nothing writable but `temporary`. */
export function sandboxed(command: readonly string[], temporary: string, sandbox: Sandbox = 'none'): string[] {
  if (sandbox === 'none' || (sandbox === 'auto' && !bubblewrapWorks())) return [...command];
  return ['bwrap', ...READ_ONLY_ROOT, '--bind', temporary, temporary, '--', ...command];
}
