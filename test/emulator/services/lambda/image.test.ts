import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack, type Pack } from 'tar-stream';
import { imageCommand, type ImageConfig } from '../../../../emulator/services/lambda/image';
import { linksOfImage } from '../../../../emulator/services/lambda/image-links';

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

function run(dockerfile: string, config?: ImageConfig) {
  writeFileSync(join(context, 'Dockerfile'), dockerfile);
  return imageCommand(context, librechat, config);
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

test('finds command, working directory and variables', () => {
  expect(run(DOCKERFILE)).toEqual({
    command: [process.execPath, join(context, 'adapter.js'), 'serve'],
    cwd: join(librechat, 'api'),
    environment: { A: '1', B: 'two words', C: 'three' },
  });
});

test('the function\'s configuration takes precedence over the Dockerfile', () => {
  const { command, cwd } = run(DOCKERFILE, { Command: ['publish'], EntryPoint: ['/usr/bin/node', '/opt/adapter/ca.pem'], WorkingDirectory: '/app/api/server' });
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
  const { command } = run(`FROM x\n${copy}\nWORKDIR /app/api\nCMD ["node", "${inImage}"]`);
  expect(command[1]).toBe(join(context, file));
});

test('a file of LibreChat', () => {
  expect(run('FROM x\nWORKDIR /app/api\nCMD node /app/api/server/index.js').command).toEqual([process.execPath, join(librechat, 'api/server/index.js')]);
});

test.each([
  ['the command names a file that nothing copies', 'FROM x\nWORKDIR /app/api\nCMD ["node", "/opt/none.js"]', /must name files that the Dockerfile copies, got: \/opt\/none.js/],
  ['nothing is to be run', 'FROM x\nWORKDIR /app/api', /must have an ENTRYPOINT or a CMD/],
  ['the working directory is not LibreChat\'s', 'FROM x\nWORKDIR /srv\nCMD ["node"]', /LibreChat's folder must contain/],
])('fails when %s', (_, dockerfile, message) => {
  expect(() => run(dockerfile)).toThrow(message);
});

test('fails when there is no Dockerfile', () => {
  expect(() => imageCommand(join(context, 'folder'), librechat)).toThrow(/must contain a Dockerfile/);
});

type Entry = Parameters<Pack['entry']>[0];

describe('links out of an archive that is added', () => {
  /** Writes an archive with these entries, and a Dockerfile that adds it. */
  async function add(...entries: Entry[]) {
    const archive = pack();
    entries.forEach((entry) => archive.entry(entry, ''));
    archive.finalize();
    writeFileSync(join(context, 'links.tar'), await buffer(archive));
    writeFileSync(join(context, 'Dockerfile'), 'FROM x\nADD --chown=0:0 links.tar /\n');
    return linksOfImage(context, librechat);
  }

  test('are resolved by their paths below LibreChat\'s folder and /tmp', async () => {
    expect(await add(
      { name: 'app/client/public/', type: 'directory' },
      { name: 'app/uploads', type: 'symlink', linkname: '/tmp/librechat/uploads' },
    )).toEqual({ folder: librechat, links: { uploads: 'librechat/uploads' } });
  });

  test.each<[string, Entry]>([
    ['a file', { name: 'app/file' }],
    ['a link to elsewhere', { name: 'app/uploads', type: 'symlink', linkname: '/var/uploads' }],
    ['a link outside of LibreChat\'s folder', { name: 'etc/uploads', type: 'symlink', linkname: '/tmp/uploads' }],
  ])('fails when it holds %s', async (_, entry) => {
    await expect(add(entry)).rejects.toMatchObject({ code: 'IMAGE_UNSUPPORTED', message: expect.stringContaining(`got: /${entry.name}`) });
  });

  test('fails when there is no such archive', async () => {
    writeFileSync(join(context, 'Dockerfile'), 'FROM x\nADD none.tar /\n');
    await expect(linksOfImage(context, librechat)).rejects.toThrow('ADD must name a file of the image\'s folder, got: none.tar');
  });
});
