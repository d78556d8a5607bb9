import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageCommand, type ImageConfig } from './image';
import { filesOfImage } from './image-files';
import { linksOfImage, type LinkedFolder } from './image-links';
import { managedRuntime } from './managed-runtime';
import { releaseOf } from './stand-in-release';
import { BASE_IMAGE_ARGUMENT } from '../../../src/contract/image';
import { reject, unsupported, type Deployment, type ResourceDefinition } from '../../cloudformation/resource';
import { EmulatorError } from '../../core/errors';
import { unzipInto } from '../../core/zip';
import type { RepositoryImage } from '../ecr/ecr-service';

/** The command of a function, from an image or from an archive. */
export interface FunctionCode {
  readonly command: string[];
  readonly cwd: string;
  /** Variables besides those that the function declares. */
  readonly environment: Record<string, string>;
  readonly linked?: LinkedFolder;
  /** Runs before the first environment starts. */
  readonly prepare?: () => void;
}

/** The code of a container function, from its image's Dockerfile. */
export async function imageCode(resource: ResourceDefinition, deployment: Deployment): Promise<FunctionCode> {
  const { context, base } = imageOf(resource, deployment);
  const { cloud, certificates, options } = deployment;
  const librechat = releaseOf(options.librechat ?? '', base, cloud.folder);
  // Running environments may use an older image.
  const folder = join(cloud.folder, 'images', createHash('sha256').update(context).digest('hex').slice(0, 8));
  try {
    const links = await linksOfImage(context, librechat);
    const files = await filesOfImage(context, folder, certificates.ca);
    return { ...imageCommand(context, librechat, resource.properties.ImageConfig as ImageConfig | undefined, files), linked: links };
  } catch (error) {
    if (error instanceof EmulatorError) throw new EmulatorError(error.code, `${resource.logicalId}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** The build context and base image of an image that a build pushed, or of an image asset. */
function imageOf(resource: ResourceDefinition, { stack, services }: Deployment): Pick<RepositoryImage, 'context' | 'base'> {
  const uri = String(resource.properties.Code?.ImageUri ?? '');
  if (services.ecr.findByUri(uri)) {
    return services.ecr.image(uri) ?? reject(resource, `\`Code.ImageUri\` must be an image that has been pushed, got: ${uri}`);
  }
  const asset = stack.images.find(({ destinations }) => destinations.some(({ imageTag }) => uri.endsWith(`:${imageTag}`)))
    ?? unsupported(resource, `\`Code.ImageUri\` must be an image asset of the assembly, got: ${uri}`);
  return { context: asset.directory, base: asset.buildArguments[BASE_IMAGE_ARGUMENT] };
}

/** The code of a function in an archive, or the reason why the emulator cannot run it. */
export function zipCode({ logicalId, properties }: ResourceDefinition, { cloud, services }: Deployment): FunctionCode | string {
  const { Runtime, Handler, Code, Layers = [] } = properties;
  if (!/^nodejs\d+\.x$/.test(Runtime)) return `its \`Runtime\` is ${Runtime}`;
  if (Layers.length) return 'it has layers';
  const archive = services.s3.buckets.get(Code.S3Bucket)?.objects.get(Code.S3Key);
  if (!archive && Code.ZipFile === undefined) return `its code is not an asset of the assembly: ${Code.S3Bucket}/${Code.S3Key}`;
  // Running environments may use older code.
  const folder = join(cloud.folder, 'functions', `${logicalId}-${createHash('sha256').update(JSON.stringify(Code)).digest('hex').slice(0, 8)}`);
  return managedRuntime({
    runtime: Runtime,
    handler: Handler,
    folder,
    runtimeFolder: join(cloud.folder, 'runtime'),
    unpack: () => archive ? unzipInto(folder, archive.body) : writeInline(folder, Code.ZipFile),
  });
}

/** Writes the code of an inline function to `index.js`. */
function writeInline(folder: string, code: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.js'), code);
}
