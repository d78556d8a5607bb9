import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { replaceFolder } from '../../tools/replace-folder';

let parent: string;
let folder: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'replace-folder-'));
  folder = join(parent, 'made');
  write(folder, { 'same.js': 'same', 'deep/old.js': 'old', 'index.html': 'one' });
});

afterEach(() => rmSync(parent, { recursive: true, force: true }));

function write(root: string, files: Record<string, string>) {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
}

test('a new folder replaces the old one', async () => {
  await replaceFolder(folder, async (made) => write(made, { 'same.js': 'same', 'deep/new.js': 'new', 'index.html': 'two' }));
  expect(readFileSync(join(folder, 'index.html'), 'utf8')).toBe('two');
  expect(readFileSync(join(folder, 'deep/new.js'), 'utf8')).toBe('new');
  expect(existsSync(join(folder, 'deep/old.js'))).toBe(false);
  expect(readdirSync(parent)).toEqual(['made']);
});

test('readers find every file at any time, and unchanged files are not touched', async () => {
  const { ino } = statSync(join(folder, 'same.js'));
  await replaceFolder(folder, async (made) => {
    write(made, { 'same.js': 'same', 'index.html': 'two' });
    expect(readdirSync(folder).sort()).toEqual(['deep', 'index.html', 'same.js']);
  });
  expect(statSync(join(folder, 'same.js')).ino).toBe(ino);
});

test('a making that fails leaves all as it was', async () => {
  await expect(replaceFolder(folder, async (made) => {
    write(made, { 'index.html': 'half' });
    throw new Error('no');
  })).rejects.toThrow('no');
  expect(readFileSync(join(folder, 'index.html'), 'utf8')).toBe('one');
  expect(readdirSync(parent)).toEqual(['made']);
});

test('creates a missing folder', async () => {
  await replaceFolder(join(parent, 'new/one'), async (made) => write(made, { a: 'a' }));
  expect(readFileSync(join(parent, 'new/one/a'), 'utf8')).toBe('a');
});
