import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from '../cloudformation/template';
import { EmulatorError } from '../core/errors';

/** A file that the deployment would put into a bucket. */
export interface FileAsset {
  readonly path: string;
  readonly packaging: 'file' | 'zip';
  readonly destinations: { readonly bucketName: string; readonly objectKey: string }[];
}

/** An image that the deployment would build and push. */
export interface ImageAsset {
  readonly directory: string;
  readonly destinations: { readonly repositoryName: string; readonly imageTag: string }[];
}

/** A stack as synthesized: its template, and the assets that the template speaks of. */
export interface SynthesizedStack {
  readonly name: string;
  readonly template: Template;
  readonly files: FileAsset[];
  readonly images: ImageAsset[];
}

interface Manifest {
  readonly artifacts?: Record<string, { type: string; properties?: Record<string, string>; dependencies?: string[] }>;
}

interface AssetManifest {
  readonly files?: Record<string, {
    source: { path?: string; packaging?: 'file' | 'zip' };
    destinations: Record<string, { bucketName: string; objectKey: string }>;
  }>;
  readonly dockerImages?: Record<string, {
    source: { directory?: string };
    destinations: Record<string, { repositoryName: string; imageTag: string }>;
  }>;
}

const DISTRIBUTION = 'AWS::CloudFront::Distribution';

/** Reads a stack out of a cloud assembly: the one that is named, or the only one with a distribution. */
export function readAssembly(folder: string, stackName?: string): SynthesizedStack {
  const artifacts = readJson<Manifest>(folder, 'manifest.json').artifacts ?? {};
  const stacks = Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const templates = stacks.map(([id, { properties = {}, dependencies = [] }]) => ({
    id,
    name: properties.stackName ?? id,
    template: readJson<Template>(folder, properties.templateFile),
    dependencies,
  }));
  const names = templates.map(({ name }) => name).join(', ') || 'none';
  const candidates = templates.filter(({ id, name, template }) => stackName
    ? [id, name].includes(stackName)
    : Object.values(template.Resources ?? {}).some(({ Type }) => Type === DISTRIBUTION));
  if (candidates.length !== 1) {
    throw new EmulatorError('ASSEMBLY_UNREADABLE', stackName
      ? `\`stack\` must name a stack of the assembly (${names}), got: ${stackName}`
      : `\`stack\` must be given unless exactly one stack holds a distribution, got ${candidates.length} of: ${names}`);
  }
  const { name, template, dependencies } = candidates[0];
  const manifests = dependencies
    .filter((id) => artifacts[id]?.type === 'cdk:asset-manifest')
    .map((id) => readJson<AssetManifest>(folder, artifacts[id].properties?.file ?? ''));
  return {
    name,
    template,
    files: manifests.flatMap(({ files = {} }) => Object.values(files)).map(({ source, destinations }) => ({
      path: join(folder, source.path ?? ''), packaging: source.packaging ?? 'file', destinations: Object.values(destinations),
    })),
    images: manifests.flatMap(({ dockerImages = {} }) => Object.values(dockerImages)).map(({ source, destinations }) => ({
      directory: join(folder, source.directory ?? ''), destinations: Object.values(destinations),
    })),
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
