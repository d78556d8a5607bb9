import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LinkedFolder } from './image-links';
import { EmulatorError } from '../../core/errors';

/**
 * How the file system of environments is made read-only: `bubblewrap` mounts it read-only, `none` leaves it writable, `auto` uses
 * bubblewrap if it works on this machine.
 */
export type Sandbox = 'auto' | 'bubblewrap' | 'none';

let usable: boolean | undefined;

/** Whether bubblewrap is installed and may create namespaces. */
function bubblewrapWorks(): boolean {
  usable ??= spawnSync('bwrap', [...READ_ONLY_ROOT, '--', 'true'], { stdio: 'ignore' }).status === 0;
  return usable;
}

/** @throws EmulatorError if environments cannot run in bubblewrap */
export function requireBubblewrap(): void {
  if (bubblewrapWorks()) return;
  throw new EmulatorError('SANDBOX_MISSING', 'the sandbox requires bubblewrap, with the right to create namespaces: `bwrap` must be in PATH '
    + '(`apt-get install bubblewrap`)');
}

/** In a separate PID namespace, all processes end with the emulator, even if it is killed. */
const READ_ONLY_ROOT = ['--unshare-pid', '--die-with-parent', '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'];

/** The command that runs `command` with only `temporary` writable, and with the links of its image. */
export function sandboxed(command: readonly string[], temporary: string, sandbox: Sandbox = 'none', linked?: LinkedFolder): string[] {
  if (sandbox === 'none' || (sandbox === 'auto' && !bubblewrapWorks())) return [...command];
  const links = linked && Object.keys(linked.links).length ? withLinks(linked, temporary) : [];
  return ['bwrap', ...READ_ONLY_ROOT, ...links, '--bind', temporary, temporary, '--', ...command];
}

/**
 * Arguments that add links to a read-only folder: each parent folder of a link is replaced by a new mount, with its
 * original entries bound into it and the links added, and then made read-only.
 */
function withLinks({ folder, links }: LinkedFolder, temporary: string): string[] {
  const root = realpathSync(folder);
  const paths = Object.keys(links).map((link) => join(root, link));
  const onTheWay = [...new Set([root, ...paths.flatMap((path) => foldersTo(path, root))])].sort();
  const mounts = onTheWay.flatMap((parent) => ['--tmpfs', parent, ...entriesOf(parent)
    .filter(({ path }) => !onTheWay.includes(path) && !paths.includes(path))
    .flatMap(({ path, target }) => (target === undefined ? ['--ro-bind', path, path] : ['--symlink', target, path]))]);
  return [
    ...mounts,
    ...Object.entries(links).flatMap(([link, target]) => ['--symlink', join(temporary, target), join(root, link)]),
    ...onTheWay.flatMap((parent) => ['--remount-ro', parent]),
  ];
}

function foldersTo(path: string, root: string): string[] {
  const parent = dirname(path);
  return parent === root ? [] : [...foldersTo(parent, root), parent];
}

function entriesOf(folder: string): { path: string; target?: string }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    return { path, target: entry.isSymbolicLink() ? readlinkSync(path) : undefined };
  });
}
