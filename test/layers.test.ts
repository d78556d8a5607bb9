import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import * as ts from 'typescript';
import { LAYERS, layerOf } from '../projenrc/layers';

const ROOT = join(__dirname, '..');
const PACKAGE = 'cdk-librechat-serverless';

/** The imports of a file from this project, as paths from the root. */
function importsOf(file: string, text: string): string[] {
  return ts.preProcessFile(text).importedFiles
    .map(({ fileName }) => (fileName === PACKAGE ? '/src/index' : fileName))
    .filter((name) => /^[./]/.test(name))
    .map((name) => (name.startsWith('/') ? name.slice(1) : normalize(join(dirname(file), name))))
    .map((path) => [`${path}.ts`, join(path, 'index.ts')].find((f) => existsSync(join(ROOT, f))) ?? path);
}

function violationsIn(file: string, text: string): string[] {
  const layer = layerOf(file);
  if (!layer) return [];
  return importsOf(file, text)
    .filter((imported) => imported.startsWith('..') || ![layer, ...LAYERS[layer]].includes(layerOf(imported) ?? imported))
    .map((imported) => `${file} imports ${imported}`);
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    // The snapshot test creates and removes cdk-integ.out* in integ/ at the same time.
    .filter(({ name }) => name !== 'node_modules' && !/^cdk(-integ)?\.out/.test(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? sourcesBelow(path) : /(?<!\.d)\.ts$/.test(path) ? [path] : [];
    });
}

test('no file imports from a layer that LAYERS does not permit', () => {
  const folders = ['src', 'runtime', 'stand-in', 'cli', 'demo', 'probe', 'emulator', 'integ', 'examples/typescript'];
  const files = folders.flatMap(sourcesBelow);
  expect(files.length).toBeGreaterThan(10);
  expect(files.flatMap((file) => violationsIn(file, readFileSync(join(ROOT, file), 'utf8')))).toEqual([]);
});

test.each([
  ['src/backend/backend.ts', '../redis/redis'],
  ['src/backend/backend.ts', '../librechat-serverless'],
  ['src/backend/backend.ts', '../../runtime/main'],
  ['src/librechat-serverless.ts', '../emulator/emulator'],
  ['src/contract/limits.ts', '../private/validate'],
  ['runtime/main.ts', '../src/index'],
  ['runtime/queue/index.ts', '../worker/serve'],
  ['runtime/shared/log.ts', '../queue/index'],
  ['stand-in/server/app.ts', '../../emulator/emulator'],
  ['emulator/emulator.ts', '../probe/probe'],
  ['emulator/emulator.ts', '../src/librechat-image'],
  ['emulator/emulator.ts', PACKAGE],
  ['integ/integ.default.ts', '../src/contract/limits'],
  ['probe/index.ts', '../emulator/emulator'],
  ['cli/table.ts', '../probe/report'],
  ['src/index.ts', '../../elsewhere'],
])('fails when %s imports %s', (file, imported) => {
  expect(violationsIn(file, `import x from '${imported}';`)).toHaveLength(1);
});

test.each([
  ['src/backend/backend.ts', '../contract/limits'],
  ['src/backend/backend.ts', './role'],
  ['src/index.ts', './backend/backend'],
  ['runtime/main.ts', '../src/contract/limits'],
  ['runtime/worker/serve.ts', '../shared/log'],
  ['demo/cli.ts', '../probe/probe'],
  ['probe/cli.ts', '../cli/command'],
  ['integ/integ.default.ts', PACKAGE],
])('%s may import %s', (file, imported) => {
  expect(violationsIn(file, `import x from '${imported}';`)).toEqual([]);
});

test.each(['fixtures', 'tools'])('%s imports nothing from the tests', (folder) => {
  const files = sourcesBelow(folder);
  expect(files.length).toBeGreaterThan(5);
  const imports = files.flatMap((file) => importsOf(file, readFileSync(join(ROOT, file), 'utf8')).map((imported) => `${file} imports ${imported}`));
  expect(imports.filter((line) => / imports test\//.test(line))).toEqual([]);
});

test.each(['src', 'runtime'])('every folder of %s that holds TypeScript is a layer', (root) => {
  const folders = readdirSync(join(ROOT, root)).filter((name) => statSync(join(ROOT, root, name)).isDirectory());
  const layers = folders.map((name) => `${root}/${name}`).filter((folder) => sourcesBelow(folder).length > 0);
  expect(layers.filter((folder) => !(folder in LAYERS))).toEqual([]);
});
