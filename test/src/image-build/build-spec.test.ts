import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSpec } from '../../../src/image-build/build-spec';

const folder = mkdtempSync(join(tmpdir(), 'build-spec-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const URI = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/librechat';
const BASE = 'ghcr.io/danny-avila/librechat-api:v0.8.7';

interface Machine {
  /** Shell script of `aws`. */
  readonly aws?: string;
  /** Shell script of `docker`. */
  readonly docker?: string;
}

let machines = 0;

/** Runs the commands as CodeBuild does, phase by phase until one fails, with these doubles of `aws` and `docker`. */
function run({ aws = 'echo token', docker = 'true' }: Machine) {
  const bin = join(folder, String(machines++));
  mkdirSync(bin);
  const calls = join(bin, 'calls');
  const program = (name: string, script: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\nprintf '%s\\n' "${name} $*" >> '${calls}'\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  program('aws', aws);
  program('docker', `if [ "$1" = login ]; then read -r password && test -n "$password"; exit; fi\n${docker}`);

  const { phases } = buildSpec('linux/arm64') as { phases: Record<string, { commands: string[] }> };
  let log = '';
  for (const command of Object.values(phases).flatMap(({ commands }) => commands)) {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
      encoding: 'utf8',
      env: { PATH: `${bin}:${process.env.PATH}`, REPOSITORY_URI: URI, IMAGE_TAG: 'abc', LIBRECHAT_IMAGE: BASE },
    });
    log += stdout + stderr;
    if (status !== 0) return { failed: command.split(' ').slice(0, 2).join(' '), log, calls: readFileSync(calls, 'utf8').trim().split('\n') };
  }
  return { failed: undefined, log, calls: readFileSync(calls, 'utf8').trim().split('\n') };
}

test('logs in, builds for the one platform, and pushes', () => {
  expect(run({})).toEqual({
    failed: undefined,
    log: '',
    calls: expect.arrayContaining([
      'aws ecr get-login-password',
      'docker login --username AWS --password-stdin 123456789012.dkr.ecr.eu-west-1.amazonaws.com',
      `docker build --platform linux/arm64 --build-arg LIBRECHAT_IMAGE=${BASE} --tag ${URI}:abc .`,
      `docker push --quiet ${URI}:abc`,
    ]),
  });
});

test('succeeds if another build has pushed the same tag meanwhile', () => {
  const { failed, log, calls } = run({ docker: 'if [ "$1" = push ]; then echo "tag is immutable" >&2; exit 1; fi; if [ "$1" = manifest ]; then echo "{}"; fi' });
  expect(failed).toBeUndefined();
  expect(calls.at(-1)).toBe(`docker manifest inspect ${URI}:abc`);
  expect(log.trim().split('\n').sort()).toEqual(['Not pushed: looking whether the image is there already', 'tag is immutable']);
});

test.each([
  ['no token is given', { aws: 'echo "not authorized" >&2; exit 254' }, 'aws ecr', 'not authorized'],
  ['the base image is missing', { docker: 'if [ "$1" = build ]; then echo "v0.9.9: not found" >&2; exit 1; fi' }, 'docker build', 'v0.9.9: not found'],
  ['the image is neither pushed nor there', { docker: 'if [ "$1" != build ]; then echo "$1 denied" >&2; exit 1; fi' }, 'docker push', 'manifest denied'],
])('fails when %s, with the reason in the last line', (_when, machine, command, last) => {
  const { failed, log } = run(machine);
  expect(failed).toBe(command);
  expect(log.trim().split('\n').at(-1)).toBe(last);
});
