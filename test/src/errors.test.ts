import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SRC = join(__dirname, '../../src');
const ERRORS = join(SRC, 'private/validation/errors.ts');

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? sources(join(folder, entry.name)) : [join(folder, entry.name)]));
}

test('errors are worded in one file', () => {
  const thrown = sources(SRC).filter((file) => file !== ERRORS && readFileSync(file, 'utf8').includes('new Error('));
  expect(thrown).toEqual([]);
});
