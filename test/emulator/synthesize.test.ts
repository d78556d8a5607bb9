import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAssembly } from '../../emulator/assembly/assembly';
import { synthesize } from '../../emulator/synthesize';

jest.setTimeout(60_000);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synthesize-test-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('runs an app, and cleans up after it', async () => {
  const { assembly, dispose } = await synthesize(join(__dirname, '../../examples/typescript/app.ts'));
  const { name, template, images } = readAssembly(assembly);
  expect(name).toBe('LibreChat');
  expect(Object.keys(template.Resources ?? {}).length).toBeGreaterThan(10);
  expect(images.map(({ directory }) => existsSync(join(directory, 'Dockerfile')))).toEqual([true]);
  dispose();
  expect(existsSync(assembly)).toBe(false);
});

test('fails with what the app said', async () => {
  const app = join(folder, 'app.ts');
  writeFileSync(app, 'console.log("before"); throw new Error("no such prop");');
  await expect(synthesize(app)).rejects.toMatchObject({ code: 'SYNTHESIS_FAILED', message: expect.stringMatching(/app\.ts ended with status 1:\n[^]*no such prop/) });
});

describe('an assembly', () => {
  const write = (stacks: Record<string, object>) => {
    const artifacts = Object.fromEntries(Object.entries(stacks).map(([id, resources]) => {
      writeFileSync(join(folder, `${id}.json`), JSON.stringify({ Resources: resources }));
      return [id, { type: 'aws:cloudformation:stack', properties: { templateFile: `${id}.json`, stackName: `name-of-${id}` } }];
    }));
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ artifacts }));
  };
  const site = { D: { Type: 'AWS::CloudFront::Distribution' } };

  test('gives its only stack with a distribution, or the one that is named', () => {
    write({ A: site, B: {} });
    expect(readAssembly(folder).name).toBe('name-of-A');
    expect(readAssembly(folder, 'B').name).toBe('name-of-B');
    expect(readAssembly(folder, 'name-of-B').name).toBe('name-of-B');
  });

  test('fails when it is not clear which stack is meant', () => {
    write({ A: site, B: site });
    expect(() => readAssembly(folder)).toThrow('`stack` must be given unless exactly one stack holds a distribution, got 2 of: name-of-A, name-of-B');
    expect(() => readAssembly(folder, 'C')).toThrow('`stack` must name a stack of the assembly (name-of-A, name-of-B), got: C');
  });
});
