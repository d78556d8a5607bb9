import { spawnSync } from 'node:child_process';

/** Represents the superuser in the list of required programs. */
export const ROOT = 'root';

/**
 * `describe` for tests that need programs besides Node, or root. A machine without them skips the tests with a note; with `CI` set, the
 * tests fail.
 */
export function describeWith(...needs: string[]): jest.Describe {
  const missing = needs.filter((need) => !isInstalled(need));
  if (missing.length === 0) return describe;
  const packages = missing.filter((need) => need !== ROOT).map(packageOf);
  const problem = `these tests need ${missing.join(' and ')}${packages.length ? `: apt-get install ${packages.join(' ')}` : ''}`;
  if (process.env.CI) throw new Error(problem);
  console.warn(problem);
  return describe.skip as jest.Describe;
}

function isInstalled(need: string): boolean {
  return need === ROOT ? process.getuid?.() === 0 : spawnSync('which', [need]).status === 0;
}

function packageOf(program: string): string {
  return { bwrap: 'bubblewrap', setpriv: 'util-linux' }[program] ?? program;
}
