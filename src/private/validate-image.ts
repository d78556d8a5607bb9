import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import type { ISubnet, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import type { IConstruct } from 'constructs';
import { DEFAULT_SUBNETS, type Network } from './network';
import { isBefore, isRelease, OLDEST_RELEASE } from './release';
import { refusal } from './requirement';

export function validateVersion(prop: string, version: string): void {
  if (Token.isUnresolved(version)) return;
  if (!isRelease(version)) throw refusal(prop, 'be a release tag such as v0.8.7, for the page and the API to stay of one version', version);
  if (isBefore(version, OLDEST_RELEASE)) throw refusal(prop, `be ${OLDEST_RELEASE} or newer, since older releases stream in another way`, version);
}

export function validateImageName(prop: string, name: string | undefined): void {
  if (name === undefined || Token.isUnresolved(name) || /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9][a-z0-9._-]*)+$/.test(name)) return;
  throw refusal(prop, 'name an image with its registry and without its tag, such as ghcr.io/librechat-ai/librechat-api', name);
}

export function validateDigest(prop: string, digest: string | undefined): void {
  if (digest === undefined || Token.isUnresolved(digest) || /^sha256:[0-9a-f]{64}$/.test(digest)) return;
  throw refusal(prop, 'be sha256: followed by 64 hexadecimal digits', digest);
}

/** For what decides whether an image is built anew: a token looks the same whatever its value is. */
export function validateKnown(prop: string, value: string | undefined): void {
  if (!Token.isUnresolved(value)) return;
  throw refusal(prop, 'be known when the app is synthesized, since the image is named after a hash of it', value);
}

/** The one of the two that was given. */
export function validateEcrTag(tag: string | undefined, digest: string | undefined): string {
  validateDigest('digest', digest);
  if ((tag === undefined) === (digest === undefined)) {
    throw refusal('tag', 'be given when `digest` is not, and only then', { tag, digest });
  }
  return (tag ?? digest)!;
}

export function validateDockerfile(prop: string, directory: string): void {
  if (!existsSync(join(directory, 'Dockerfile'))) throw refusal(prop, 'be a folder with a Dockerfile', directory);
}

/** Lambda pulls from another account, but not from another region. */
export function validateRepository(scope: IConstruct, { repositoryArn, stack }: IRepository): void {
  const region = Token.isUnresolved(repositoryArn) ? stack.region : Arn.split(repositoryArn, ArnFormat.SLASH_RESOURCE_NAME).region;
  const here = Stack.of(scope).region;
  if (region === undefined || Token.isUnresolved(region) || Token.isUnresolved(here) || region === here) return;
  throw refusal('repository', 'be in the region of the stack, where Lambda pulls from', region);
}

/** Where an image is built, if that is in a VPC. */
export function validateBuildNetwork(vpc?: IVpc, vpcSubnets?: SubnetSelection): Network | undefined {
  if (!vpc) {
    if (vpcSubnets) throw refusal('vpcSubnets', 'come with `vpc`', 'no `vpc`');
    return undefined;
  }
  const network = { vpc, vpcSubnets: vpcSubnets ?? DEFAULT_SUBNETS };
  const includes = (subnets: ISubnet[], { subnetId }: ISubnet) => subnets.some((subnet) => subnet.subnetId === subnetId);
  // A VPC that is still to be looked up has the same subnets as private and isolated ones.
  const closed = vpc.selectSubnets(network.vpcSubnets).subnets
    .find((subnet) => includes([...vpc.publicSubnets, ...vpc.isolatedSubnets], subnet) && !includes(vpc.privateSubnets, subnet));
  if (closed) throw refusal('vpcSubnets', 'be private with a way out, since a build has no public address and pulls from ghcr.io', closed.node.path);
  return network;
}
