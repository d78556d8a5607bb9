import { spawnSync } from 'node:child_process';

/**
 * `describe` for tests that need programs besides Node. A machine without them skips the tests and says so, and
 * continuous integration, which installs them, fails.
 */
export function describeWith(...programs: string[]): jest.Describe {
  const missing = programs.filter((program) => spawnSync('which', [program]).status !== 0);
  if (missing.length === 0) return describe;
  const problem = `these tests need ${missing.join(' and ')}: apt-get install ${missing.map(packageOf).join(' ')}`;
  if (process.env.CI) throw new Error(problem);
  console.warn(problem);
  return describe.skip as jest.Describe;
}

function packageOf(program: string): string {
  return { bwrap: 'bubblewrap', setpriv: 'util-linux' }[program] ?? program;
}
