import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NESTED_STACK, type Template } from '../cloudformation/template';
import { DEFAULT_ENVIRONMENT, type Environment } from '../core/cloud';
import { EmulatorError } from '../core/errors';

/** A file asset, published to a bucket on deployment. */
export interface FileAsset {
  readonly path: string;
  readonly packaging: 'file' | 'zip';
  readonly destinations: { readonly bucketName: string; readonly objectKey: string }[];
}

/** An image asset, built and pushed on deployment. */
export interface ImageAsset {
  readonly directory: string;
  readonly buildArguments: Readonly<Record<string, string>>;
  readonly destinations: { readonly repositoryName: string; readonly imageTag: string }[];
}

/** A synthesized stack: its template, and the assets that the template references. */
export interface SynthesizedStack {
  readonly name: string;
  readonly environment: Environment;
  readonly template: Template;
  readonly files: FileAsset[];
  readonly images: ImageAsset[];
}

interface Artifact {
  readonly type: string;
  readonly properties?: Record<string, string>;
  readonly dependencies?: string[];
  readonly displayName?: string;
  /** `aws://account/region` */
  readonly environment?: string;
}

interface Manifest {
  readonly artifacts?: Record<string, Artifact>;
}

interface AssetManifest {
  readonly files?: Record<string, {
    source: { path?: string; packaging?: 'file' | 'zip' };
    destinations: Record<string, { bucketName: string; objectKey: string }>;
  }>;
  readonly dockerImages?: Record<string, {
    source: { directory?: string; dockerBuildArgs?: Record<string, string> };
    destinations: Record<string, { repositoryName: string; imageTag: string }>;
  }>;
}

const DISTRIBUTION = 'AWS::CloudFront::Distribution';

/** A stack of an assembly whose assets have not been read yet. */
interface Candidate {
  /** Names that select the stack: stack name, artifact id, and construct path with stages. */
  readonly names: string[];
  readonly template: Template;
  readonly environment: Environment;
  readonly folder: string;
  /** Asset manifests. */
  readonly manifests: string[];
}

/** Reads a stack from a cloud assembly and its stages: by name, or the only one with a distribution. */
export function readAssembly(root: string, stackName?: string): SynthesizedStack {
  const stacks = stacksIn(root);
  const names = stacks.map((stack) => stack.names[0]).join(', ') || 'none';
  const candidates = stacks.filter((stack) => (stackName ? stack.names.includes(stackName) : has(stack, DISTRIBUTION)));
  if (candidates.length !== 1) {
    const nesting = candidates.length ? undefined : stacks.find((stack) => has(stack, NESTED_STACK));
    throw new EmulatorError('ASSEMBLY_UNREADABLE', stackName
      ? `\`stack\` must name ${candidates.length ? 'one stack' : 'a stack'} of the assembly (${names}), got: ${stackName}`
      : `\`stack\` is required unless exactly one stack has a distribution, got ${candidates.length} of: ${names}`
        + (nesting ? `; nested stacks, as in ${nesting.names[0]}, are not supported` : ''));
  }
  const [{ names: [name], template, environment, folder, manifests: manifestFiles }] = candidates;
  const manifests = manifestFiles.map((file) => readJson<AssetManifest>(folder, file));
  return {
    name,
    environment,
    template,
    files: manifests.flatMap(({ files = {} }) => Object.values(files)).map(({ source, destinations }) => ({
      path: join(folder, source.path ?? ''), packaging: source.packaging ?? 'file', destinations: Object.values(destinations),
    })),
    images: manifests.flatMap(({ dockerImages = {} }) => Object.values(dockerImages)).map(({ source, destinations }) => ({
      directory: join(folder, source.directory ?? ''), buildArguments: source.dockerBuildArgs ?? {}, destinations: Object.values(destinations),
    })),
  };
}

function stacksIn(folder: string): Candidate[] {
  const artifacts = readJson<Manifest>(folder, 'manifest.json').artifacts ?? {};
  return Object.entries(artifacts).flatMap(([id, { type, properties = {}, dependencies = [], displayName, environment = '' }]): Candidate[] => {
    if (type === 'cdk:cloud-assembly') return stacksIn(join(folder, properties.directoryName));
    if (type !== 'aws:cloudformation:stack') return [];
    return [{
      names: [properties.stackName ?? id, id, ...(displayName ? [displayName, displayName.split(' ')[0]] : [])],
      template: readJson<Template>(folder, properties.templateFile),
      environment: environmentOf(environment),
      folder,
      manifests: dependencies.filter((other) => artifacts[other]?.type === 'cdk:asset-manifest').map((other) => artifacts[other].properties?.file ?? ''),
    }];
  });
}

function has({ template }: Candidate, type: string): boolean {
  return Object.values(template.Resources ?? {}).some(({ Type }) => Type === type);
}

/** Parses `aws://account/region`, either of which may be unknown. */
function environmentOf(text: string): Environment {
  const [, account = 'unknown-account', region = 'unknown-region'] = /^aws:\/\/([^/]+)\/([^/]+)$/.exec(text) ?? [];
  return {
    account: account === 'unknown-account' ? DEFAULT_ENVIRONMENT.account : account,
    region: region === 'unknown-region' ? DEFAULT_ENVIRONMENT.region : region,
  };
}

function readJson<T>(folder: string, file: string): T {
  const path = join(folder, file);
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (cause) {
    throw new EmulatorError('ASSEMBLY_UNREADABLE', `\`assembly\` must be a folder that \`cdk synth\` wrote, got: ${path}`, { cause });
  }
}
