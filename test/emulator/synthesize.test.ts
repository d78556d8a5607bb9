import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnResource, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
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

test('fails with the output of the app', async () => {
  const app = join(folder, 'app.ts');
  writeFileSync(app, 'console.log("before"); throw new Error("no such prop");');
  await expect(synthesize(app)).rejects.toMatchObject({ code: 'SYNTHESIS_FAILED', message: expect.stringMatching(/app\.ts ended with status 1:\n[^]*no such prop/) });
});

describe('an assembly', () => {
  const write = (stacks: Record<string, object>, environment?: string) => {
    const artifacts = Object.fromEntries(Object.entries(stacks).map(([id, resources]) => {
      writeFileSync(join(folder, `${id}.json`), JSON.stringify({ Resources: resources }));
      return [id, { type: 'aws:cloudformation:stack', environment, properties: { templateFile: `${id}.json`, stackName: `name-of-${id}` } }];
    }));
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ artifacts }));
  };
  const site = { D: { Type: 'AWS::CloudFront::Distribution' } };

  test('returns the only stack with a distribution, or the named one', () => {
    write({ A: site, B: {} });
    expect(readAssembly(folder).name).toBe('name-of-A');
    expect(readAssembly(folder, 'B').name).toBe('name-of-B');
    expect(readAssembly(folder, 'name-of-B').name).toBe('name-of-B');
  });

  test('fails when it is not clear which stack is meant', () => {
    write({ A: site, B: site });
    expect(() => readAssembly(folder)).toThrow('`stack` is required unless exactly one stack has a distribution, got 2 of: name-of-A, name-of-B');
    expect(() => readAssembly(folder, 'C')).toThrow('`stack` must name a stack of the assembly (name-of-A, name-of-B), got: C');
  });

  test.each([
    [undefined, '123456789012', 'us-east-1'],
    ['aws://unknown-account/unknown-region', '123456789012', 'us-east-1'],
    ['aws://unknown-account/eu-west-1', '123456789012', 'eu-west-1'],
    ['aws://111122223333/unknown-region', '111122223333', 'us-east-1'],
    ['aws://111122223333/ap-southeast-2', '111122223333', 'ap-southeast-2'],
  ])('is deployed to the account and region that it names: %s', (environment, account, region) => {
    write({ A: site }, environment);
    expect(readAssembly(folder).environment).toEqual({ account, region });
  });

  describe('with stages', () => {
    const synthesized = (addStacks: (stage: Stage) => void) => {
      const app = new App({ outdir: folder, analyticsReporting: false });
      for (const [name, region] of [['Beta', 'us-east-1'], ['Prod', 'eu-west-1']]) addStacks(new Stage(app, name, { env: { account: '111122223333', region } }));
      app.synth();
    };
    const distribution = (stack: Stack) => new CfnResource(stack, 'D', { type: 'AWS::CloudFront::Distribution' });

    test.each(['Prod/Chat', 'Prod-Chat'])('returns the stack with this path or name: %s', (name) => {
      synthesized((stage) => distribution(new Stack(stage, 'Chat')));
      expect(readAssembly(folder, name)).toMatchObject({ name: 'Prod-Chat', environment: { account: '111122223333', region: 'eu-west-1' } });
      expect(() => readAssembly(folder)).toThrow('got 2 of: Beta-Chat, Prod-Chat');
    });

    test('finds the assets, which are beside the folders of the stages', () => {
      synthesized((stage) => {
        const stack = new Stack(stage, 'Chat');
        distribution(stack);
        new Asset(stack, 'File', { path: __filename });
      });
      const { files } = readAssembly(folder, 'Prod/Chat');
      expect(files.map(({ path }) => existsSync(path))).toEqual([true, true]);
      expect(files.map(({ path }) => readFileSync(path, 'utf8'))).toContain(readFileSync(__filename, 'utf8'));
    });

    test('fails when stages have stacks of the same name', () => {
      synthesized((stage) => distribution(new Stack(stage, 'Chat', { stackName: 'chat' })));
      expect(() => readAssembly(folder, 'chat')).toThrow('`stack` must name one stack of the assembly (chat, chat), got: chat');
      expect(readAssembly(folder, 'Beta/Chat').environment.region).toBe('us-east-1');
    });
  });

  test('fails when the distribution is in a nested stack', () => {
    const app = new App({ outdir: folder, analyticsReporting: false });
    new CfnResource(new NestedStack(new Stack(app, 'Chat'), 'Inner'), 'D', { type: 'AWS::CloudFront::Distribution' });
    app.synth();
    expect(() => readAssembly(folder)).toThrow('got 0 of: Chat; nested stacks, as in Chat, are not supported');
  });
});
