import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import type { IConstruct } from 'constructs';
import { exactlyOneError, mustError, warn } from './errors';
import { isBefore, isRelease, ONE_WAY_RELEASES } from '../../contract/releases';
import { FIRST_RELEASE_FOR_DOCUMENTDB, OLDEST_RELEASE } from '../image';

export function validateVersion(prop: string, version: string): void {
  if (Token.isUnresolved(version)) return;
  if (!isRelease(version)) throw mustError(prop, 'be a release tag such as v0.8.8', version);
  if (isBefore(version, OLDEST_RELEASE)) throw mustError(prop, `be ${OLDEST_RELEASE} or newer`, version);
}

/** They try to create several indexes at once, which DocumentDB rejects (error 40333), and never start. */
const NOT_ON_DOCUMENTDB = ['v0.8.8-rc1', 'v0.8.8-rc2'];

export function validateDocumentDbRelease(scope: IConstruct, release: string | undefined): void {
  if (release === undefined || Token.isUnresolved(release) || !isBefore(release, FIRST_RELEASE_FOR_DOCUMENTDB)) return;
  if (NOT_ON_DOCUMENTDB.includes(release)) {
    throw mustError('version', 'not be v0.8.8-rc1 or v0.8.8-rc2 with `LibreChatDatabase.documentDb()`, on which they do not start', release);
  }
  warn(scope, 'documentDbRelease', 'version', 'be v0.8.8 or newer with `LibreChatDatabase.documentDb()`, which older releases do not fully support', release);
}

/** A release that has no such data, or is not known to this package, would give a false sense of safety. */
export function validateDataMigration(release: string | undefined): void {
  if (release === undefined || Token.isUnresolved(release) || ONE_WAY_RELEASES.some((oneWay) => oneWay.release === release)) return;
  throw mustError('acceptDataMigration', `be a release whose data older releases cannot read: ${ONE_WAY_RELEASES.map((oneWay) => oneWay.release).join(', ')}`, release);
}

export function validateImageName(prop: string, name: string | undefined): void {
  if (name === undefined || Token.isUnresolved(name) || /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9][a-z0-9._-]*)+$/.test(name)) return;
  throw mustError(prop, 'be an image name with a registry and without a tag, such as ghcr.io/librechat-ai/librechat-api', name);
}

export function validateDigest(prop: string, digest: string | undefined): void {
  if (digest === undefined || Token.isUnresolved(digest) || /^sha256:[0-9a-f]{64}$/.test(digest)) return;
  throw mustError(prop, 'be sha256: followed by 64 hexadecimal digits', digest);
}

/** The image tag is a hash of these values, and a token hides a change of its value. */
export function validateKnown(prop: string, value: string | undefined): void {
  if (!Token.isUnresolved(value)) return;
  throw mustError(prop, 'not be a token, because the image tag is a hash of it', value);
}

export function validateTagOrDigest(tag: string | undefined, digest: string | undefined): string {
  validateDigest('digest', digest);
  if ((tag === undefined) === (digest === undefined)) throw exactlyOneError('tag', 'digest');
  return (tag ?? digest)!;
}

export function validateDockerfile(prop: string, directory: string): void {
  if (!existsSync(join(directory, 'Dockerfile'))) throw mustError(prop, 'be a directory with a Dockerfile', directory);
}

/** Lambda pulls images across accounts, but not across regions. */
export function validateRepository(scope: IConstruct, { repositoryArn, stack }: IRepository): void {
  const region = Token.isUnresolved(repositoryArn) ? stack.region : Arn.split(repositoryArn, ArnFormat.SLASH_RESOURCE_NAME).region;
  const here = Stack.of(scope).region;
  if (region === undefined || Token.isUnresolved(region) || Token.isUnresolved(here) || region === here) return;
  throw mustError('repository', 'be in the region of the stack, from which Lambda pulls', region);
}
