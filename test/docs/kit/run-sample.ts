import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as cdk from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import * as ts from 'typescript';
import type { Sample } from './samples';
import * as library from '../../../src';

/** Values for the declared constants of a sample, by type. */
const GIVEN: Readonly<Record<string, (stack: cdk.Stack, name: string) => unknown>> = {
  'Stack': (stack) => stack,
  'LibreChatServerless': (stack, name) => new library.LibreChatServerless(stack, name),
  'acm.ICertificate': (stack, name) => Certificate.fromCertificateArn(stack, name, `arn:aws:acm:us-east-1:123456789012:certificate/${name}`),
  'ec2.IVpc': (stack, name) => new Vpc(stack, name),
  'ecr.IRepository': (stack, name) => Repository.fromRepositoryName(stack, name, 'librechat'),
  'route53.IHostedZone': (stack, name) => HostedZone.fromHostedZoneAttributes(stack, name, { hostedZoneId: 'Z0123456789ABCDEFGHIJ', zoneName: 'example.com' }),
  's3.IBucket': (stack, name) => Bucket.fromBucketName(stack, name, 'my-bucket'),
  'secretsmanager.ISecret': (stack, name) => Secret.fromSecretNameV2(stack, name, name),
  'servicediscovery.INamespace': (stack, name) => new PrivateDnsNamespace(stack, name, { name: 'chat.local', vpc: new Vpc(stack, `${name}Vpc`) }),
  'ssm.IParameter': (stack, name) => StringParameter.fromSecureStringParameterAttributes(stack, name, { parameterName: `/chat/${name}` }),
};

// aws-cdk-lib also warns of deprecated calls in its own code.
process.env.JSII_DEPRECATED = 'quiet';

const OWN: Readonly<Record<string, unknown>> = { 'cdk-librechat-serverless': library };
const load: (name: string) => unknown = require;

/** Files next to an app that is run. */
const FILES: Readonly<Record<string, string>> = {
  'librechat.yaml': 'version: 1.3.0\nfileStrategy: s3\n',
  '.env': 'APP_TITLE=Chat\nOPENAI_API_KEY=sk-example\n',
  'image/Dockerfile': 'FROM ghcr.io/librechat-ai/librechat-api:v0.8.8\n',
};

/** Runs a sample, and synthesizes every stack that it creates. */
export function runSample(sample: Sample): Template[] {
  const folder = mkdtempSync(join(tmpdir(), 'sample-'));
  const before = process.cwd();
  try {
    for (const [file, text] of Object.entries(FILES)) {
      mkdirSync(join(folder, file, '..'), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    process.chdir(folder);
    return templatesOf(sample, join(folder, 'cdk.out'));
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  }
}

function templatesOf({ code, fixture }: Sample, outdir: string): Template[] {
  const apps: cdk.App[] = [];
  class App extends cdk.App {
    constructor(props: cdk.AppProps = {}) {
      super({ ...props, outdir: `${outdir}/${apps.length}`, analyticsReporting: false });
      apps.push(this);
    }
  }
  // The getters of its modules are not evaluated, because they would load all modules.
  const withApp = Object.create(cdk, { App: { value: App } });
  const modules = (name: string) => OWN[name] ?? (name === 'aws-cdk-lib' ? withApp : load(name));
  const given = fixture ? givenIn(code, new cdk.Stack(new App(), 'Stack', { env: { account: '123456789012', region: 'us-east-1' } })) : {};

  const script = ts.transpile(fixture ? `${code}\nexport { Fixture };` : code, { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 });
  const exported: { Fixture?: new (scope: unknown, id: string) => unknown } = {};
  new Function('require', 'exports', ...Object.keys(given), script)(modules, exported, ...Object.values(given));
  if (exported.Fixture) new exported.Fixture(apps[0].node.findChild('Stack'), 'Sample');
  return apps.flatMap((app) => app.node.findAll().filter(cdk.Stack.isStack).map((stack) => Template.fromStack(stack)));
}

/** The values of `declare const` that are used. */
function givenIn(code: string, stack: cdk.Stack): Record<string, unknown> {
  const declarations = ts.createSourceFile('sample.ts', code, ts.ScriptTarget.Latest, true).statements
    .filter(ts.isVariableStatement)
    .filter((statement) => statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword))
    .flatMap(({ declarationList }) => [...declarationList.declarations]);
  const used = declarations.filter(({ name }) => code.split(new RegExp(`\\b${name.getText()}\\b`)).length > 2);
  return Object.fromEntries(used.map(({ name, type }) => {
    const make = GIVEN[type!.getText()];
    if (!make) throw new Error(`a value of the type ${type!.getText()} must be known to run the sample`);
    return [name.getText(), make(stack, name.getText())];
  }));
}
