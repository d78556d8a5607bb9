import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { playImage, type ImageConfig } from '../../emulator/image';

let context: string;
let librechat: string;

beforeEach(() => {
  context = mkdtempSync(join(tmpdir(), 'image-test-'));
  librechat = join(context, 'librechat');
  mkdirSync(join(librechat, 'api/server'), { recursive: true });
  mkdirSync(join(context, 'folder'));
  for (const file of ['adapter.js', 'ca.pem', 'folder/inner.js', 'librechat/api/server/index.js']) writeFileSync(join(context, file), '');
});

afterEach(() => rmSync(context, { recursive: true, force: true }));

function play(dockerfile: string, config?: ImageConfig) {
  writeFileSync(join(context, 'Dockerfile'), dockerfile);
  return playImage(context, librechat, config);
}

const DOCKERFILE = `ARG BASE
# A comment
FROM \${BASE}
COPY --chmod=0755 adapter.js ca.pem \\
  /opt/adapter/
ENV A=1 B="two words"
ENV C three
WORKDIR /app
WORKDIR api
ENTRYPOINT ["node", "/opt/adapter/adapter.js"]
CMD ["serve"]
`;

test('finds what runs, where, and with which variables', () => {
  expect(play(DOCKERFILE)).toEqual({
    command: [process.execPath, join(context, 'adapter.js'), 'serve'],
    cwd: join(librechat, 'api'),
    environment: { A: '1', B: 'two words', C: 'three' },
  });
});

test('the function\'s own configuration goes before the Dockerfile\'s', () => {
  const { command, cwd } = play(DOCKERFILE, { Command: ['publish'], EntryPoint: ['/usr/bin/node', '/opt/adapter/ca.pem'], WorkingDirectory: '/app/api/server' });
  expect(command).toEqual([process.execPath, join(context, 'ca.pem'), 'publish']);
  expect(cwd).toBe(join(librechat, 'api/server'));
});

test.each([
  ['a file to a file', 'COPY adapter.js /opt/x.js', '/opt/x.js', 'adapter.js'],
  ['a file into a folder', 'COPY adapter.js /opt/', '/opt/adapter.js', 'adapter.js'],
  ['a folder\'s content', 'COPY folder /opt/f', '/opt/f/inner.js', 'folder/inner.js'],
  ['all of the context', 'COPY . /opt/', '/opt/folder/inner.js', 'folder/inner.js'],
  ['the JSON form', 'COPY ["adapter.js", "/opt/a.js"]', '/opt/a.js', 'adapter.js'],
])('COPY of %s', (_, copy, inImage, file) => {
  const { command } = play(`FROM x\n${copy}\nWORKDIR /app/api\nCMD ["node", "${inImage}"]`);
  expect(command[1]).toBe(join(context, file));
});

test('a file of LibreChat', () => {
  expect(play('FROM x\nWORKDIR /app/api\nCMD node /app/api/server/index.js').command).toEqual([process.execPath, join(librechat, 'api/server/index.js')]);
});

test.each([
  ['the command names a file that nothing copies', 'FROM x\nWORKDIR /app/api\nCMD ["node", "/opt/none.js"]', /must name files that the Dockerfile copies, got: \/opt\/none.js/],
  ['nothing is to be run', 'FROM x\nWORKDIR /app/api', /must have an ENTRYPOINT or a CMD/],
  ['the working directory is not LibreChat\'s', 'FROM x\nWORKDIR /srv\nCMD ["node"]', /LibreChat's folder must hold/],
])('fails when %s', (_, dockerfile, message) => {
  expect(() => play(dockerfile)).toThrow(message);
});

test('fails when there is no Dockerfile', () => {
  expect(() => playImage(join(context, 'folder'), librechat)).toThrow(/must hold a Dockerfile/);
});
