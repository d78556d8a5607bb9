import { appendFileSync, cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Token } from 'aws-cdk-lib';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { inPackage } from './files';
import { IMAGE_FOLDER } from '../contract/image';
import { isBefore } from '../contract/releases';

/** A container image of LibreChat and the adapter in ECR. */
export interface LambdaImage {
  readonly repository: IRepository;
  readonly tagOrDigest: string;
  readonly uri: string;
  readonly architecture: lambda.Architecture;
  /** Changes with the image, and is known at synthesis, unlike a digest that a deployment returns. */
  readonly revision: string;
}

export function imageInRepository(
  repository: IRepository, tagOrDigest: string, architecture: lambda.Architecture, revision = tagOrDigest,
): LambdaImage {
  return { repository, tagOrDigest, architecture, revision, uri: repository.repositoryUriForTagOrDigest(tagOrDigest) };
}

/** The code of a function that runs the image with one of the contract's commands. */
export function codeOf(image: LambdaImage, command: string): lambda.DockerImageCode {
  return lambda.DockerImageCode.fromEcr(image.repository, { tagOrDigest: image.tagOrDigest, cmd: [command] });
}

/** The first release that streams over Redis as the adapter expects it. */
export const OLDEST_RELEASE = 'v0.8.7';

/** The first release that supports DocumentDB. */
export const FIRST_RELEASE_FOR_DOCUMENTDB = 'v0.8.8';

/** The first release that is published as `librechat-ai`. */
const FIRST_RELEASE_OF_LIBRECHAT_AI = 'v0.8.8';

/** The name under which LibreChat publishes a release, without the tag. */
export function publishedImage(version: string): string {
  const owner = !Token.isUnresolved(version) && isBefore(version, FIRST_RELEASE_OF_LIBRECHAT_AI) ? 'danny-avila' : 'librechat-ai';
  return `ghcr.io/${owner}/librechat-api`;
}

/** The folder of the adapter's files in the build context of a user. */
const ADAPTER_FOLDER = '.librechat-serverless';

/** Copies a build context and appends the instructions of this package's Dockerfile to the Dockerfile in it. */
export function addAdapter(directory: string, context: string): void {
  cpSync(directory, context, { recursive: true });
  cpSync(inPackage(IMAGE_FOLDER), join(context, ADAPTER_FOLDER), { recursive: true });
  appendFileSync(join(context, 'Dockerfile'), `\n${adapterInstructions()}`);
  if (existsSync(join(context, '.dockerignore'))) appendFileSync(join(context, '.dockerignore'), `\n!${ADAPTER_FOLDER}\n!${ADAPTER_FOLDER}/**\n`);
}

/** The instructions after FROM, with the paths of the copied files. */
function adapterInstructions(): string {
  const dockerfile = readFileSync(inPackage(IMAGE_FOLDER, 'Dockerfile'), 'utf8');
  return dockerfile.slice(dockerfile.indexOf('\n', dockerfile.indexOf('FROM ')) + 1)
    .replace(/(?<=\s)[\w-]+\.\w+(?=\s)/g, (file) => (existsSync(inPackage(IMAGE_FOLDER, file)) ? `${ADAPTER_FOLDER}/${file}` : file));
}
